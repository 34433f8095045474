"""The tables of a run's ``data`` folder, read once for all the chapters of a branch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from kit import columns as col
from kit.context import CONTEXT
from kit.features import frame

__all__ = ["EVERY_BRANCH", "opened", "reader"]

EVERY_BRANCH = "*"


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
