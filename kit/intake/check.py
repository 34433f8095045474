"""What the rows of a book owe each other: one key each, a customer and a branch that exist, sums that tie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit import columns as col
from kit.errors import KitError
from kit.intake.staging import Loaded, place
from kit.schema import schema

__all__ = ["DoesNotTie", "accepted", "check_rows", "control_sums", "reconciliation"]

# Child table → (its column, the parent table, the reason if the parent lacks it).
_REFERENCES = {
    "customer": (col.BRANCH_ID, "branch", "unknown_branch"),
    **dict.fromkeys(
        ("customer_month", "account", "holding", "txn", "assignment", "contact", "sale"),
        (col.CUSTOMER_ID, "customer", "unknown_customer"),
    ),
}

_OTHER_ENTITY = "（法人行号不同 / another legal entity）"


class DoesNotTie(KitError):
    """Rows or sums of a source and of the book differ: a fault of the kit, not of the data (path, place)."""

    zh = "{path}，{place}：来源与账簿对不上。这是程序的错误，请报告；没有写出任何文件。"
    en = "{path}, {place}: source and book do not tie. The program is at fault: report it; nothing written."


def accepted(connection: Any, table: str) -> str:
    """SQL of the rows of a staged table that the book takes."""
    gone = connection.execute(f"SELECT count(*) FROM gone_{table}").fetchone()[0]
    return f"(SELECT * FROM {table}" + (f" ANTI JOIN gone_{table} USING (_id))" if gone else ")")


def check_rows(connection: Any, tables: Sequence[str], places: Sequence[str]) -> list[str]:
    """Refuse what refers to nothing and what contradicts an earlier row; merge what repeats it.

    ``places`` names the file and sheet of each feed. A branch table that no source gives is derived from the
    customers. Returns the tables of the book.
    """
    for table in tables:
        reference = _REFERENCES.get(table)
        if reference and reference[1] in tables:
            _check_reference(connection, table, *reference)
        _check_key(connection, table, places)
    if "customer" in tables and "branch" not in tables:
        _derive_branches(connection)
        return ["branch", *tables]
    return list(tables)


def _columns(connection: Any, table: str) -> list[str]:
    found = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table]).fetchall()
    return [name for (name,) in found if not name.startswith("_")]


def _check_reference(connection: Any, table: str, column: str, parent: str, code: str) -> None:
    if column not in _columns(connection, table):
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT _id, {column} AS lost"
        f" FROM {accepted(connection, table)} AS child ANTI JOIN {accepted(connection, parent)} AS parent"
        f" USING ({column}) WHERE {column} IS NOT NULL"
    )
    shown = "''" if schema()[table].columns[column].type == "surrogate" else "shape(lost)"  # of a surrogate: nothing
    connection.execute(
        f"INSERT INTO quarantine SELECT '{table}', _id, '{column}', {shown}, '{code}', '', true FROM refused"
    )
    connection.execute(f"INSERT INTO gone_{table} SELECT _id, 'quarantined' FROM refused")


def _check_key(connection: Any, table: str, places: Sequence[str]) -> None:
    """Keep the first row of each key: the same again is merged, another content is refused."""
    columns = _columns(connection, table)
    key = [name for name in schema()[table].grain if name in columns]
    if not key:
        return
    listed, rows = ", ".join(key), accepted(connection, table)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE firsts AS SELECT {listed}, min(_id) AS _first FROM {rows}"
        f" GROUP BY {listed} HAVING count(*) > 1"
    )
    if not connection.execute("SELECT count(*) FROM firsts").fetchone()[0]:
        return
    on = " AND ".join(f"r.{name} IS NOT DISTINCT FROM f.{name}" for name in key)
    other = f"r.{col.LEGAL_ENTITY} <> o.{col.LEGAL_ENTITY}" if col.LEGAL_ENTITY in columns else "FALSE"
    same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM o.{name}" for name in columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE later AS SELECT r._id, f._first, {same} AS same, {other} AS other"
        f" FROM {rows} AS r JOIN firsts AS f ON {on} JOIN {table} AS o ON o._id = f._first WHERE r._id <> f._first"
    )
    source, row = place("_first")
    connection.execute(
        f"INSERT INTO quarantine SELECT '{table}', _id, '{key[0]}', '', 'second_row',"
        f" list_extract(?::VARCHAR[], {source} + 1) || ':' || {row} || CASE WHEN other THEN ? ELSE '' END, true"
        " FROM later WHERE NOT same",
        [list(places), _OTHER_ENTITY],
    )
    connection.execute(
        f"INSERT INTO gone_{table} SELECT _id, CASE WHEN same THEN 'repeated' ELSE 'quarantined' END FROM later"
    )


def _derive_branches(connection: Any) -> None:
    connection.execute(
        "CREATE TABLE branch AS SELECT row_number() OVER (ORDER BY branch_id) AS _id, 0 AS _unreadable,"
        " branch_id, branch_id AS branch_name"
        f" FROM (SELECT DISTINCT branch_id FROM {accepted(connection, 'customer')})"
    )
    connection.execute("CREATE TABLE gone_branch (_id BIGINT, why VARCHAR)")


def reconciliation(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a feed: its rows, where they went, and the cells that could not be read.

    Raises
    ------
    DoesNotTie
        If a row is neither in the book, nor merged, nor in quarantine.
    """
    source = place()[0]
    lines = []
    for number, one in enumerate(loaded):
        table, sheet = one.feed.table.id, one.feed.sheet
        counts = connection.execute(
            f"SELECT (SELECT count(*) FROM {accepted(connection, table)} WHERE {source} = {number}),"
            f" (SELECT count(*) FROM gone_{table} WHERE {source} = {number} AND why = 'repeated'),"
            f" count(*) FILTER (whole_row), count(*) FILTER (NOT whole_row)"
            f" FROM quarantine WHERE _table = '{table}' AND {source} = {number}"
        ).fetchone()
        if one.rows_in != sum(counts[:3]):
            raise DoesNotTie(path=sheet.path, place=f"{table}: {one.rows_in} ≠ {' + '.join(map(str, counts[:3]))}")
        lines.append((sheet.path.name, sheet.name, table, one.rows_in, *counts))
    names = ["file", "sheet", "table", "rows_in", "accepted", "repeated", "quarantined", "cells_quarantined"]
    return pd.DataFrame(lines, columns=names)


def control_sums(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a feed and money column: what the source holds, in 分, and where it went.

    ``source_sum_fen`` and ``rounding_fen`` are exact decimals, as a source may hold fractions of a 分. The
    source is the sum of the book, the repeated, the quarantined and the rounding, half a 分 a cell at most.

    Raises
    ------
    DoesNotTie
        If more is missing than rounding can explain.
    """
    source = place()[0]
    lines = []
    for number, one in enumerate(loaded):
        table, sheet = one.feed.table.id, one.feed.sheet
        for column, exact in one.sums.items():
            parts = connection.execute(
                f"SELECT CAST(coalesce(sum({column}) FILTER (why IS NULL), 0) AS DECIMAL(38, 0)),"
                f" CAST(coalesce(sum({column}) FILTER (why = 'repeated'), 0) AS DECIMAL(38, 0)),"
                f" CAST(coalesce(sum({column}) FILTER (why = 'quarantined'), 0) AS DECIMAL(38, 0)),"
                f" count({column}) FROM {table} LEFT JOIN gone_{table} USING (_id) WHERE {source} = {number}"
            ).fetchone()
            rounding = exact - sum(parts[:3])
            if 2 * abs(rounding) > parts[3]:
                raise DoesNotTie(path=sheet.path, place=f"{table}.{column}")
            lines.append((sheet.path.name, sheet.name, table, column, exact, *map(int, parts[:3]), rounding))
    names = ["file", "sheet", "table", "column", "source_sum_fen", "book_sum_fen", "repeated_sum_fen"]
    return pd.DataFrame(lines, columns=[*names, "quarantined_sum_fen", "rounding_fen"])
