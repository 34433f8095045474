"""A branch's customers with what only its encrypted workbooks may show: names, numbers, telephones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from kit import columns as col
from kit import vault
from kit.features import frame

__all__ = ["Persons", "rows_of"]


def rows_of(path: Path, branch: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Rows of a Parquet file that are a branch's; of ``columns`` those that the file has."""
    if columns is not None:
        there = pq.read_schema(path).names
        columns = [column for column in columns if column in there]
    own: list[Any] = [(col.BRANCH_ID, "==", branch)]
    return frame(pq.read_table(path, columns=columns, filters=own))


@dataclass(frozen=True, slots=True)
class Persons:
    """Customers of a branch, its units, and which columns of the vault hold anything (``shown``)."""

    rows: pd.DataFrame
    units: pd.DataFrame
    shown: list[str]

    @classmethod
    def of(cls, data: Path, branch: str, key: bytes) -> Persons:
        """Read a branch's customers and the vault's rows of them."""
        vaulted, units = (
            vault.read(data / vault.VAULT, key=key, branch=branch, table=table)
            for table in ("customer", "unit_account")
        )
        shown = [c for c in (vault.CUSTOMER_NUMBER, col.CUSTOMER_NAME, col.MOBILE) if vaulted[c].notna().any()]
        customers = rows_of(data / "customers.parquet", branch)
        return cls(customers.merge(vaulted, on=col.CUSTOMER_ID, validate="one_to_one"), units, shown)

    def have(self, *columns: str) -> list[str]:
        """Those of ``columns`` that the bank's data gave."""
        return [column for column in columns if column in self.rows]
