"""Opening a chapter: the run that it reads, the branch that it is about, the language that it speaks."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from kit import columns as col
from kit.chapter import rows
from kit.chapter.rows import EVERY_BRANCH
from kit.chapter.showing import Chapter
from kit.context import CONTEXT, Context
from kit.errors import UnknownName
from kit.messages import message
from kit.resources import root
from kit.text import wording

__all__ = ["open_chapter"]


def open_chapter(name: str, data: str = "", branch: str = "", language: str = "") -> Chapter:
    """Open a chapter on a run's ``data`` folder.

    Parameters
    ----------
    data
        ``reports/<engagement>/data``; empty for the newest run, or a small synthetic bank where there is none yet.
    branch
        Branch id; empty for the first, ``*`` for the whole bank.
    language
        ``zh`` or ``en``; empty for the engagement's.
    """
    folder = Path(data) if data else _newest() or _example()
    context = Context.read(folder)
    chosen = branch or str(pq.read_table(folder / "branches.parquet")[col.BRANCH_ID][0])
    branches = rows.opened(folder, chosen, "branches", EVERY_BRANCH)
    known = dict(zip(branches[col.BRANCH_ID], branches[col.BRANCH_NAME], strict=True))
    if chosen not in (EVERY_BRANCH, *known):
        raise UnknownName(kind=message("errors.kind.branch"), name=chosen, known=known)
    return Chapter(
        name=name,
        branch_id=chosen,
        branch_name=known.get(chosen, context.bank),
        bank=context.bank,
        customers=rows.opened(folder, chosen, "customers", chosen),
        branches=branches,
        params=context.params,
        words=wording(language or context.language),
        context=context,
        data=folder,
    )


def _newest() -> Path | None:
    runs = [*root().glob(f"reports/*/data/{CONTEXT}"), *Path.cwd().glob(f"reports/*/data/{CONTEXT}")]
    return max(runs, key=lambda path: path.stat().st_mtime).parent if runs else None


def _example() -> Path:
    """A small synthetic bank, so that a notebook opened on a new clone runs as it is."""
    from kit.run.example import example_data  # noqa: PLC0415 - the run stands above a chapter; only this falls back on it

    return example_data()
