"""What the rows of a book owe each other: one key each, a customer and a branch that exist, sums that tie."""

from collections.abc import Mapping, Sequence
from typing import Any

from kit import columns as col
from kit.database import columns
from kit.intake.staging import place
from kit.schema import schema

# Child table → (its column, the parent table).
_OF_CUSTOMERS = ("customer_month", "account", "holding", "txn", "assignment", "contact", "sale")
_REFERENCES = {"customer": (col.BRANCH_ID, "branch"), **dict.fromkeys(_OF_CUSTOMERS, (col.CUSTOMER_ID, "customer"))}

_OTHER_ENTITY = "（法人行号不同 / another legal entity）"


def accepted(connection: Any, table: str) -> str:
    """SQL of the rows of a staged table that the book takes."""
    gone = connection.execute(f"SELECT count(*) FROM gone_{table}").fetchone()[0]
    return f"(SELECT * FROM {table}" + (f" ANTI JOIN gone_{table} USING (_id))" if gone else ")")


def check_rows(connection: Any, tables: Sequence[str], places: Mapping[int, str]) -> list[str]:
    """Refuse what refers to nothing and what contradicts an earlier row; merge what repeats it.

    ``places`` names the file and sheet of each load by its number. A branch table that no source gives is derived
    from the customers. Returns the tables of the book.
    """
    connection.execute("CREATE OR REPLACE TABLE overlap (_table VARCHAR, later INTEGER, earlier INTEGER, n BIGINT)")
    for table in tables:
        reference = _REFERENCES.get(table)
        if reference and reference[1] in tables:
            check_reference(connection, table, *reference)
        if schema()[table].grain:
            _check_key(connection, table, places)
        else:
            _count_once(connection, table)
    if "customer" in tables and "branch" not in tables:
        connection.execute(
            "CREATE TABLE branch AS SELECT row_number() OVER (ORDER BY branch_id) AS _id, 0 AS _unreadable,"
            " branch_id, branch_id AS branch_name"
            f" FROM (SELECT DISTINCT branch_id FROM {accepted(connection, 'customer')})"
        )
        connection.execute("CREATE TABLE gone_branch (_id BIGINT, why VARCHAR)")
        return ["branch", *tables]
    return list(tables)


def check_reference(connection: Any, table: str, column: str, parent: str) -> None:
    """Refuse the rows of a table that name in ``column`` what the parent table does not have."""
    if column not in columns(connection, table):
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT _id, {column} AS lost"
        f" FROM {accepted(connection, table)} AS child ANTI JOIN {accepted(connection, parent)} AS parent"
        f" USING ({column}) WHERE {column} IS NOT NULL"
    )
    shown = "''" if schema()[parent].columns[column].type == "surrogate" else "shape(lost)"  # of a surrogate: nothing
    connection.execute(
        f"INSERT INTO quarantine SELECT '{table}', _id, '{column}', {shown}, 'unknown_{parent}', '', true FROM refused"
    )
    connection.execute(f"INSERT INTO gone_{table} SELECT _id, 'quarantined' FROM refused")


def _check_key(connection: Any, table: str, places: Mapping[int, str]) -> None:
    """Keep the first row of each key: the same again is merged, another content is refused."""
    known = columns(connection, table)
    key = [name for name in schema()[table].grain if name in known]
    listed, rows = ", ".join(key), accepted(connection, table)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE firsts AS SELECT {listed}, min(_id) AS _first FROM {rows}"
        f" GROUP BY {listed} HAVING count(*) > 1"
    )
    if not connection.execute("SELECT count(*) FROM firsts").fetchone()[0]:
        return
    on = " AND ".join(f"r.{name} IS NOT DISTINCT FROM f.{name}" for name in key)
    other = f"r.{col.LEGAL_ENTITY} <> o.{col.LEGAL_ENTITY}" if col.LEGAL_ENTITY in known else "FALSE"
    same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM o.{name}" for name in known)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE later AS SELECT r._id, f._first, {same} AS same, {other} AS other"
        f" FROM {rows} AS r JOIN firsts AS f ON {on} JOIN {table} AS o ON o._id = f._first WHERE r._id <> f._first"
    )
    source, row = place("_first")
    connection.execute(
        f"INSERT INTO quarantine SELECT '{table}', _id, '{key[0]}', '', 'second_row',"
        f" list_extract(?::VARCHAR[], {source} + 1) || ':' || {row} || CASE WHEN other THEN ? ELSE '' END, true"
        " FROM later WHERE NOT same",
        [[places.get(number, "") for number in range(max(places) + 1)], _OTHER_ENTITY],
    )
    connection.execute(
        f"INSERT INTO gone_{table} SELECT _id, CASE WHEN same THEN 'repeated' ELSE 'quarantined' END FROM later"
    )


def content(connection: Any, table: str) -> str:
    """SQL of what tells rows of a table without a key apart: all that they hold."""
    return f"hash({', '.join(columns(connection, table))})"


def _count_once(connection: Any, table: str) -> None:
    """Count what files of a table without a key hold alike as often as the one of them that holds it most often.

    Rows that are equal within one file stay: two payments of a day may be alike. ``overlap`` keeps from which files
    how many were not counted again.
    """
    load, rows, listed = place()[0], accepted(connection, table), ", ".join(columns(connection, table))
    alike = f"SELECT {content(connection, table)} AS content, {load} AS load FROM {rows}"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE shared AS"
        f" SELECT content FROM ({alike}) GROUP BY content HAVING min(load) < max(load)"
    )
    if not connection.execute("SELECT count(*) FROM shared").fetchone()[0]:
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE copies AS SELECT _id, _first FROM (SELECT _id, row_number() OVER again AS turn,"
        f" first_value(_id) OVER again AS _first FROM (SELECT *, row_number() OVER (PARTITION BY {load}, {listed}"
        f" ORDER BY _id) AS _time FROM {rows} WHERE {content(connection, table)} IN (SELECT content FROM shared))"
        f" WINDOW again AS (PARTITION BY {listed}, _time ORDER BY _id)) WHERE turn > 1"
    )
    connection.execute(f"INSERT INTO gone_{table} SELECT _id, 'repeated' FROM copies")
    connection.execute(
        f"INSERT INTO overlap SELECT '{table}', {load}, {place('_first')[0]}, count(*) FROM copies GROUP BY ALL"
    )
