"""Opening a chapter: the run that it reads, the branch that it is about, the language that it speaks."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from kit import columns as col
from kit.chapter.showing import Chapter
from kit.context import CONTEXT, Context
from kit.errors import UnknownName
from kit.facts import EVERY_BRANCH
from kit.features import frame
from kit.messages import message
from kit.resources import root
from kit.text import wording


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
    tables = partial(opened, folder, chosen)
    branches = tables("branches", EVERY_BRANCH)
    known = dict(zip(branches[col.BRANCH_ID], branches[col.BRANCH_NAME], strict=True))
    if chosen not in (EVERY_BRANCH, *known):
        raise UnknownName(kind=message("errors.kind.branch"), name=chosen, known=known)
    return Chapter(
        name=name,
        branch_id=chosen,
        branch_name=known.get(chosen, context.bank),
        bank=context.bank,
        customers=tables("customers", chosen),
        branches=branches,
        params=context.params,
        words=wording(language or context.language).given(params=context.params),
        context=context,
        data=folder,
        tables=tables,
    )


def opened(data: Path, open_branch: str, name: str, of_branch: str) -> pd.DataFrame:
    """Rows of a table that are ``of_branch``'s, to be changed at will."""
    rows = reader(data.resolve(), (data / CONTEXT).stat().st_mtime_ns, open_branch)
    return rows(name, of_branch).copy(deep=False)


@lru_cache(maxsize=1)
def reader(data: Path, _made_ns: int, _open_branch: str) -> Callable[[str, str], pd.DataFrame]:
    """What reads each table once for all the chapters of a branch, and is dropped with its rows for the next branch."""

    @cache
    def rows(name: str, of_branch: str) -> pd.DataFrame:
        own = None if of_branch == EVERY_BRANCH else [(col.BRANCH_ID, "==", of_branch)]
        repeated = [col.BRANCH_ID, col.CUSTOMER_ID] if name == "panel" else None  # they are grouped by, over and over
        return frame(pq.read_table(data / f"{name}.parquet", filters=own, read_dictionary=repeated))

    return rows


def _newest() -> Path | None:
    runs = [*root().glob(f"reports/*/data/{CONTEXT}"), *Path.cwd().glob(f"reports/*/data/{CONTEXT}")]
    return max(runs, key=lambda path: path.stat().st_mtime).parent if runs else None


def _example() -> Path:
    """A small synthetic bank, so that a notebook opened on a new clone runs as it is."""
    from kit.run.example import example_data  # noqa: PLC0415 - the run stands above a chapter; only this falls back on it

    return example_data()
