"""The staged tables as the checks see them: their columns, and the rows that the book takes."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from kit import columns as col
from kit.database import columns
from kit.intake.check import accepted


@dataclass(frozen=True, slots=True)
class Staged:
    """Tables of a book that is about to be written, in the database in which they were staged."""

    connection: Any
    tables: tuple[str, ...]
    _columns: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def columns(self, table: str) -> tuple[str, ...]:
        """Columns of a table, none where there is no such table; the staging's own are left out."""
        if table not in self.tables:
            return ()
        if table not in self._columns:
            self._columns[table] = columns(self.connection, table)
        return self._columns[table]

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table is there with all these columns."""
        return table in self.tables and set(columns) <= set(self.columns(table))

    def rows(self, table: str) -> str:
        """SQL of the rows that the book takes."""
        return accepted(self.connection, table)

    def fetch(self, sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.connection.execute(sql, values or []).fetchall()  # type: ignore[no-any-return]

    def latest(self, table: str, day: dt.date | None) -> dt.date | None:
        """Latest data date of a table that is not after ``day``; None where it has none."""
        if not self.has(table, col.AS_OF):
            return None
        limit = "" if day is None else f" WHERE {col.AS_OF} <= DATE '{day.isoformat()}'"
        ((found,),) = self.fetch(f"SELECT max({col.AS_OF}) FROM {self.rows(table)}{limit}")
        return found  # type: ignore[no-any-return]
