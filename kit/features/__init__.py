"""One row a customer, and rows of other grains, defined once: SQL files in the subset that DuckDB and Spark share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from kit.book import SET_ASIDE, Book
from kit.database import literal, reading
from kit.features.binding import Values, bind, book_facts, contacts_until, settle_dates
from kit.features.definitions import SUBJECTS, TABLES, needs
from kit.features.tables import parameter_tables
from kit.params import Params
from kit.schema import schema

__all__ = ["TABLES", "Features", "contacts_until", "features", "frame", "settle_dates"]

_NOBODY = "(SELECT NULL::VARCHAR AS branch_id, NULL::VARCHAR AS customer_id, NULL::DATE AS as_of WHERE FALSE)"
_SQL_TYPES = {
    "money": "BIGINT",
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "decimal": "DOUBLE",
}


@dataclass(frozen=True, slots=True)
class Features:
    """The customers of a book, and what could not be computed.

    Attributes
    ----------
    table
        One row a customer, sorted by branch and customer; money in 分 (int64).
    unlocks
        Derived column → groups of source columns (``table.column``); one of each group would make it possible.
    aum_column
        The source column that AUM was taken from.
    tables
        By name, rows of another grain (`TABLES`), sorted by their columns, of which the branch is the first.
    absent
        Members of staff who can keep nobody: virtual ones, and those who have left.
    """

    table: pa.Table
    unlocks: Mapping[str, tuple[tuple[str, ...], ...]]
    aum_column: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    @property
    def customers(self) -> pd.DataFrame:
        """The table as pandas; a whole-number column that lacks some values becomes float, exact below 2**53."""
        return frame(self.table)


def frame(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas, each column in one piece and dates as datetime64, so that they compare in one stroke."""
    made: pd.DataFrame = table.unify_dictionaries().combine_chunks().to_pandas(date_as_object=False)
    return made


def features(book: Book, params: Params) -> Features:
    """Compute one row a customer, and the rows of other grains, from the book.

    Parameters
    ----------
    book
        The canonical tables; ``customer`` and ``customer_month`` are needed.
    params
        The engagement's thresholds with its as-of date settled (`settle_dates`).
    """
    values = Values(params, book_facts(book, params))
    with reading(book.root / "book") as db:
        _build(db, book, values)
        table = db.sql("SELECT * FROM customers ORDER BY branch_id, customer_id").to_arrow_table()
        others = {
            name: db.sql(f"SELECT * FROM {_source(name, values)} ORDER BY ALL").to_arrow_table() for name in TABLES
        }
        absent = db.sql("SELECT staff_id FROM staff_state WHERE absence IS NOT NULL").fetchall()
    missing = _missing(book)
    return Features(
        table=_known(table, missing),
        unlocks=missing,
        aum_column=values["aum_column"],
        tables={name: _known(other, missing) for name, other in others.items()},
        absent=frozenset(staff for (staff,) in absent),
    )


def _build(db: Any, book: Book, values: Values) -> None:
    """A table for each subject, one built on another."""
    open_tables(db, book, values)
    for name, table in parameter_tables(values.params).items():
        db.register(name, table)
    for name in SUBJECTS:
        if name == "stage":  # what was held at the panel's start is counted by the same definition
            start = replace(values, facts={**values.facts, "month": values["month_first"]})
            db.execute(f"CREATE TEMP TABLE products_start AS {bind('products', start)}")
        db.execute(f"CREATE TEMP TABLE {name} AS {bind(name, values)}")


def open_tables(db: Any, book: Book, values: Values) -> None:
    """A view for each canonical table with all its columns up to the as-of date; what the bank did not send is null.

    What is dated later is not there yet: neither rows nor, of a customer who is known already, such a day of opening.
    """
    for name, table in sorted(schema().items(), key=lambda each: each[0] == "customer"):
        present = set(book.columns(name)) if name in book.tables() else set()
        listed = ", ".join(
            c.id if c.id in present else f"CAST(NULL AS {_SQL_TYPES.get(c.type, 'VARCHAR')}) AS {c.id}"
            for c in table.columns.values()
            if not c.vaulted
        )
        source = f"read_parquet({literal(str(book.path(name)))})" if present else "(SELECT 1 WHERE FALSE)"
        day = values["contacts_until" if name == "contact" else "as_of"]
        there = " AND ".join(f"COALESCE({c} <= DATE '{day}', TRUE)" for c in table.since if c in present) or "TRUE"
        rows = f"SELECT {listed} FROM {source} WHERE {there}"
        if name == "customer":
            seen = "customer_id IN (SELECT customer_id FROM customer_month)"
            opened = f"CASE WHEN open_date <= DATE '{day}' THEN open_date END AS open_date"
            rows = f"SELECT * REPLACE ({opened}) FROM ({rows} OR {seen})"
        db.execute(f"CREATE VIEW {name} AS {rows}")
    path = book.root / "book" / f"{SET_ASIDE}.parquet"
    rows = f"read_parquet({literal(str(path))})" if path.exists() else _NOBODY
    months = "SELECT as_of FROM customer_month"
    db.execute(f"CREATE VIEW {SET_ASIDE} AS SELECT * FROM {rows} WHERE as_of IN ({months})")


def _source(name: str, values: Values) -> str:
    """Where the rows of a table come from: a subject that stands already, or its own definition."""
    return name if name in SUBJECTS else f"({bind(name, values)})"


def _missing(book: Book) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Derived columns that the book cannot give, each with the groups of source columns of which it has none."""
    lacking = {
        name: tuple(group for group in groups if not any(book.has(source) for source in group))
        for name, groups in needs().items()
    }
    return {name: groups for name, groups in lacking.items() if groups}


def _known(table: pa.Table, missing: Mapping[str, Any]) -> pa.Table:
    return table.drop_columns([name for name in table.column_names if name in missing])
