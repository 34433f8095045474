"""The index page: all branches of a run, each with its headline figures and its report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.report.html import facts, page, relative_href
from kit.report.notebook import labels


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the index: its key in the frame, its head, the kind it is printed as, and whether bars show it."""

    key: str
    label: str
    kind: str
    bar: bool = False
    summed: bool = False


def index_html(
    branches: pd.DataFrame,
    *,
    meta: Mapping[str, Any],
    columns: Sequence[Column],
    failed: Mapping[str, str],
    fmt: Callable[[Any, str], str],
) -> str:
    """Page over all branches.

    Parameters
    ----------
    branches
        A row a branch: ``name``, ``stem`` (file name of its report), ``ready`` (whether there is one) and ``columns``.
    meta
        ``bank``, ``title``, ``as_of``, ``language`` and the like; ``links`` for further reports, label → address.
    failed
        Name of a branch without report → why.
    fmt
        Prints a value as a kind.
    """
    words = labels(str(meta.get("language")))
    most = {column.key: branches[column.key].max() for column in columns if column.bar}
    rows = branches.to_dict("records")
    return page(
        "branches.html.j2",
        head=facts(meta, words),
        labels=words,
        links=[(label, relative_href(href)) for label, href in dict(meta.get("links", {})).items()],
        toc=(),
        columns=columns,
        rows=[
            {
                "name": str(row["name"]),
                "file": relative_href(f"branches/{row['stem']}") if row["ready"] else "",
                "cells": [(fmt(row[c.key], c.kind), _bar(row[c.key], most.get(c.key, 0))) for c in columns],
            }
            for row in rows
        ],
        sums=[fmt(branches[column.key].sum(), column.kind) if column.summed else "" for column in columns],
        failed=failed,
    )


def _bar(value: Any, most: Any) -> str:
    """How wide the bar of a value is, in per cent of the largest; nothing where there is no bar."""
    return f"{max(0.0, 100 * float(value) / float(most)):.1f}" if most > 0 else ""
