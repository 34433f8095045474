"""The book: the canonical tables of one engagement, as Parquet files that intake wrote."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kit.errors import MissingFile, UnknownName
from kit.schema import schema


def _pandas_type(arrow: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    """Nullable pandas types, so that an unknown amount does not turn its column into floats."""
    if pa.types.is_date(arrow):
        return pd.ArrowDtype(arrow)
    return {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype()}.get(arrow)


# Beside the tables: a row a customer and month whose row of the month table was set aside, or, where such a row names
# no customer, a row a branch and month whose list is not complete.
SET_ASIDE = "set_aside"


class Book:
    """Read-only view of ``root/book/<table>.parquet``.

    Parameters
    ----------
    root
        Folder that holds ``book/``.

    Raises
    ------
    MissingFile
        If there is no book in the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        if not (self.root / "book").is_dir():
            raise MissingFile(path=self.root / "book", need="kit intake")

    @cached_property
    def _columns(self) -> Mapping[str, tuple[str, ...]]:
        paths = {table: self.root / "book" / f"{table}.parquet" for table in schema()}
        return {table: tuple(pq.read_schema(path).names) for table, path in paths.items() if path.is_file()}

    def tables(self) -> tuple[str, ...]:
        """Tables that the extracts gave, in the order of the schema."""
        return tuple(self._columns)

    def path(self, table: str) -> Path:
        """Parquet file of a table."""
        if table not in self.tables():
            raise UnknownName(kind="table", name=table, known=self.tables())
        return self.root / "book" / f"{table}.parquet"

    def columns(self, table: str) -> tuple[str, ...]:
        """Columns that the extracts gave for a table; none if the table is not there."""
        return self._columns.get(table, ())

    def has(self, column: str) -> bool:
        """Whether ``table`` or ``table.column`` is there."""
        table, _, name = column.partition(".")
        return name in self.columns(table) if name else table in self.tables()

    def read(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table, or the named columns of it.

        Ids and labels are strings, money is whole 分 (Int64), dates are Arrow dates, rates are floats; what
        is unknown is ``NA``.

        Raises
        ------
        UnknownName
            If the table or a column is not in the book.
        """
        for name in columns or ():
            if name not in self.columns(table):
                raise UnknownName(kind=f"{table}.", name=name, known=self.columns(table))
        rows = pq.read_table(self.path(table), columns=list(columns) if columns is not None else None)
        # Through text: pyarrow's own way from 1.55 to a float is 1.5499999999999998.
        exact = [i for i, field in enumerate(rows.schema) if pa.types.is_decimal(field.type)]
        for i in exact:
            rows = rows.set_column(i, rows.schema.field(i).name, rows.column(i).cast(pa.string()).cast(pa.float64()))
        found: pd.DataFrame = rows.to_pandas(types_mapper=_pandas_type)
        return found
