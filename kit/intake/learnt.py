"""New facts of customers, as managers filled them in: which are in force, and their way into the book."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit import columns as col
from kit.database import columns, literal
from kit.intake import staging
from kit.intake.check import accepted
from kit.intake.clean import SQL_TYPES
from kit.schema import schema
from kit.workbooks.form import FACT_TABLE, FACTS

COLUMNS = [col.CUSTOMER_ID, "table", "column", "value", "change", "file", "sheet", "row"]


def settle(connection: Any, *, known: bool) -> None:
    """Make ``fact``, a row a customer and column: the last that was filled in. A row that holds none is repeated.

    The workbook of the later plan counts, then the one that was saved last.
    """
    connection.execute('CREATE TEMP TABLE fact (customer_id VARCHAR, "column" VARCHAR, value VARCHAR, _id BIGINT)')
    if not known:
        return
    rows, there = accepted(connection, FACT_TABLE), columns(connection, FACT_TABLE)
    for entry in FACTS:
        if entry.column in there:
            connection.execute(
                f"INSERT INTO fact SELECT customer_id, '{entry.column}', CAST({entry.column} AS VARCHAR), _id"
                f" FROM {rows} JOIN returned USING (_id) WHERE {entry.column} IS NOT NULL"
                " QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY made DESC, saved DESC, _id DESC) = 1"
            )
    connection.execute(
        f"INSERT INTO gone_{FACT_TABLE} SELECT _id, 'repeated' FROM {rows} WHERE _id NOT IN (SELECT _id FROM fact)"
    )


def apply(
    connection: Any, tables: Sequence[str], loaded: Sequence[staging.Loaded], default_codes: Sequence[str]
) -> pd.DataFrame:
    """Put the facts in force into the staged tables; return them, a row each, with the columns `COLUMNS`.

    A fact counts from then on: where the bank's field is blank or holds a default code it is ``new``, else the
    ``same`` or ``changed``. One about a month goes into the customer's latest.
    """
    texts = ", ".join(f"{name} VARCHAR" for name in ("customer_id", "t", "c", "v", "how"))
    connection.execute(f"CREATE TEMP TABLE applied (_id BIGINT, {texts})")
    for (name,) in connection.execute('SELECT DISTINCT "column" FROM fact ORDER BY 1').fetchall():
        table = next(entry.table for entry in FACTS if entry.column == name)
        if table in tables:
            _put(connection, table, name, default_codes)
    source, row = staging.place()
    sheets = {one.number: one.load.sheet for one in loaded}
    found = f"SELECT customer_id, t, c, v, how, {source}, {row} FROM applied ORDER BY 1, 3"
    lines = [(*fact, *sheets[load].names, at) for *fact, load, at in connection.execute(found).fetchall()]
    return pd.DataFrame(lines, columns=COLUMNS)


def _put(connection: Any, table: str, column: str, default_codes: Sequence[str]) -> None:
    """Write one column's facts into a table, and into ``applied`` what each of them changed."""
    kind = SQL_TYPES[schema()[table].columns[column].type]
    connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} {kind}")
    rows, facts = accepted(connection, table), f"(SELECT * FROM fact WHERE \"column\" = '{column}')"
    monthly = col.AS_OF in columns(connection, table)
    where = "t.customer_id = f.customer_id"
    where += f" AND t.{col.AS_OF} = (SELECT max({col.AS_OF}) FROM {rows})" if monthly else ""
    value, before = f"CAST(f.value AS {kind})", f"CAST(t.{column} AS VARCHAR)"
    empty = " OR ".join([f"{before} IS NULL", *(f"starts_with({before}, {literal(w)})" for w in default_codes)])
    connection.execute(
        f"INSERT INTO applied SELECT f._id, f.customer_id, '{table}', '{column}', f.value,"
        f" CASE WHEN {empty} THEN 'new' WHEN t.{column} = {value} THEN 'same' ELSE 'changed' END"
        f" FROM {facts} AS f JOIN {rows} AS t ON {where}"
    )
    connection.execute(f"UPDATE {table} AS t SET {column} = {value} FROM {facts} AS f WHERE {where}")
