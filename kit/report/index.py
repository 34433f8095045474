"""The index page: all branches of a run, each with its headline figures and its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.report.html import facts, page, relative_href
from kit.report.notebook import labels

__all__ = ["Column", "index_html"]


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
    words = labels(meta.get("language"))
    sums = [fmt(branches[c.key].sum(), c.kind) if c.summed else "" for c in columns]
    return page(
        "branches.html.j2",
        head=facts(meta, words),
        labels=words,
        links=[(label, relative_href(href)) for label, href in dict(meta.get("links", {})).items()],
        toc=(),
        headline=[{"label": c.label, "value": s, "note": ""} for c, s in zip(columns, sums, strict=True) if c.summed],
        columns=[{"label": words["branches"], "number": False}, *({"label": c.label, "number": True} for c in columns)],
        rows=[_row(row, columns, branches, fmt) for _, row in branches.iterrows()],
        total=[{"text": words["total"], "number": False}, *({"text": s, "number": True} for s in sums)],
        failed=[{"branch": name, "reason": reason} for name, reason in failed.items()],
    )


def _row(row: Any, columns: Sequence[Column], branches: pd.DataFrame, fmt: Callable[[Any, str], str]) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [{"text": str(row["name"]), "number": False, "bar": None}]
    for column in columns:
        most = branches[column.key].max()
        wide = max(0.0, 100 * float(row[column.key]) / float(most)) if column.bar and most > 0 else None
        cells.append({
            "text": fmt(row[column.key], column.kind), "number": True, "bar": None if wide is None else f"{wide:.1f}",
        })  # fmt: skip
    ready = bool(row["ready"])
    return {
        "cells": cells,
        "html": relative_href(f"branches/{row['stem']}.html") if ready else "",
        "pdf": relative_href(f"branches/{row['stem']}.pdf") if ready else "",
    }
