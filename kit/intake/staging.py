"""A throw-away database in which the sources lie, typed, until it is known which rows the book takes."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psutil

from kit.database import quiet
from kit.errors import EmptyFile
from kit.intake.clean import (
    SQL_TYPES,
    Terms,
    doubtful,
    exact_sum,
    install,
    literal,
    reason_code,
    source_text,
    survey,
    typed,
)
from kit.intake.feeds import Feed, Field
from kit.intake.private import Persons
from kit.intake.read import ROW, BadRow, records
from kit.intake.sniff import Sheet

__all__ = ["Loaded", "create", "database", "load", "place", "row_id"]

MEMORY = 0  # bytes that the database may take; 0: as the machine has them
_ROW_BITS = 32  # a row's identity: the number of its feed, then its row in the file


@dataclass(slots=True)
class Loaded:
    """What was read of one feed: its rows, and the exact sum in 分 of each money column."""

    feed: Feed
    rows_in: int
    sums: dict[str, Decimal] = field(default_factory=dict)


@contextmanager
def database(scratch: Path, key: bytes) -> Iterator[Any]:
    """In-memory DuckDB that reads and writes nothing outside ``scratch``, and spills there, encrypted.

    The cipher that DuckDB has without an extension draws its numbers from no cryptographic source, which it calls
    unsafe; so the vault's texts never lie in a table of this database.
    """
    memory = MEMORY or max(1 << 30, min(4 << 30, psutil.virtual_memory().available // 2))
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET allowed_directories = [{literal(str(scratch))}]")
        connection.execute(f"SET temp_directory = {literal(str(scratch / 'spill'))}")
        connection.execute(f"SET memory_limit = '{memory // (1 << 20)}MiB'")
        connection.execute("SET force_mbedtls_unsafe = 'true'")
        connection.execute("SET temp_file_encryption = true")
        connection.execute(f"SET threads = {min(8, os.cpu_count() or 1)}")
        quiet(connection)
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            connection.execute(f"SET {setting} = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        install(connection, key)
        yield connection


def row_id(source: int, row: str) -> str:
    """SQL of the identity of a row of a feed."""
    return f"({source << _ROW_BITS} + {row})"


def place(identity: str = "_id") -> tuple[str, str]:
    """SQL of the feed's number and of the row in the file, from a row's identity."""
    return f"CAST({identity} >> {_ROW_BITS} AS INTEGER)", f"({identity} & {(1 << _ROW_BITS) - 1})"


def create(connection: Any, feeds: Sequence[Feed]) -> None:
    """Create an empty table for each canonical table that is fed, and the quarantine."""
    for table in {feed.table.id: feed.table for feed in feeds}.values():
        fed = {f.column.id for feed in feeds if feed.table is table for f in feed.fields}
        columns = ", ".join(f"{c.id} {SQL_TYPES[c.type]}" for c in table.columns.values() if c.id in fed)
        connection.execute(f"CREATE TABLE {table.id} (_id BIGINT, _unreadable BIGINT, {columns})")
        connection.execute(f"CREATE TABLE gone_{table.id} (_id BIGINT, why VARCHAR)")
    connection.execute(
        'CREATE TABLE quarantine (_table VARCHAR, _id BIGINT, "column" VARCHAR, value_masked VARCHAR,'
        " reason VARCHAR, detail VARCHAR, whole_row BOOLEAN)"
    )


def load(
    connection: Any, sheet: Sheet, feeds: Sequence[tuple[int, Feed]], *, persons: Persons, as_of: dt.date | None
) -> list[Loaded]:
    """Read a sheet once and append it, typed, to each table that it feeds.

    A row without a readable key is quarantined here, and each other cell that cannot be read. What is for the vault
    goes to ``persons``.

    Raises
    ------
    EmptyFile
        If there is no data row.
    """
    refused: list[BadRow] = []
    connection.register("incoming", records(sheet, refused.append))
    connection.execute("CREATE OR REPLACE TABLE raw AS SELECT * FROM incoming")
    connection.unregister("incoming")
    rows = int(connection.execute("SELECT count(*) FROM raw").fetchone()[0])
    if not rows + len(refused):
        raise EmptyFile(path=f"{sheet.path}{sheet.place}")
    loaded = []
    for number, feed in feeds:
        table, names = feed.table.id, ", ".join(f.column.id for f in feed.fields)
        terms = Terms(sheet.header_row, as_of)
        terms = replace(terms, doubtful=doubtful(survey(connection, feed.fields, terms)))
        select = typed(feed.fields, terms, identity=row_id(number, ROW))
        connection.execute(f"INSERT INTO {table} (_id, _unreadable, {names}) {select}")
        for bad in refused:
            connection.execute(
                f"INSERT INTO quarantine VALUES (?, {row_id(number, '?')}, '', '', 'field_count', ?, true)",
                [table, bad.number, f"{bad.actual} / {bad.expected}"],
            )
        _quarantine_keys(connection, number, feed, terms)
        _quarantine_cells(connection, number, feed, terms)
        persons.add(connection, feed, terms, row_id(number, ROW))
        loaded.append(Loaded(feed, rows + len(refused), _sums(connection, feed, terms)))
    connection.execute("DROP TABLE raw")
    return loaded


def _sums(connection: Any, feed: Feed, terms: Terms) -> dict[str, Decimal]:
    money = [f for f in feed.fields if f.column.type == "money"]
    if not money:
        return {}
    pairs = [exact_sum(f, terms) for f in money]
    found = connection.execute(f"SELECT {', '.join(sum(pairs, ()))} FROM raw").fetchone()
    return {f.column.id: found[2 * i] + found[2 * i + 1] for i, f in enumerate(money)}


def _quarantine_keys(connection: Any, number: int, feed: Feed, terms: Terms) -> None:
    """Refuse the rows in which a mandatory column or a part of the key cannot be read or is empty."""
    table, bits = feed.table, {f.column.id: 1 << i for i, f in enumerate(feed.fields)}
    cases = []
    for f in feed.fields:
        name = f.column.id
        if f.column.need == "M" or name in table.grain:
            cases.append((f, f"_unreadable & {bits[name]} <> 0", reason_code(f, terms)))
        if f.column.need == "M":
            cases.append((f, f"{name} IS NULL", literal("missing")))
    either = [f for f in feed.fields if f.column in table.either]
    if either:
        none = " AND ".join(f"{f.column.id} IS NULL" for f in either)
        cases += [(f, f"{none} AND _unreadable & {bits[f.column.id]} <> 0", reason_code(f, terms)) for f in either]
        cases.append((either[0], none, literal("missing")))
    first = " ".join(f"WHEN {condition} THEN {i}" for i, (_, condition, _) in enumerate(cases))
    ours = f"{place()[0]} = {number}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT _id, CASE {first} END AS cause FROM {table.id}"
        f" WHERE {ours} AND CASE {first} END IS NOT NULL"
    )
    connection.execute(f"INSERT INTO gone_{table.id} SELECT _id, 'quarantined' FROM refused")
    for (i,) in connection.execute("SELECT DISTINCT cause FROM refused ORDER BY 1").fetchall():
        f, _, code = cases[i]
        _note(connection, number, feed, f, code, rows=f"SELECT _id FROM refused WHERE cause = {i}", whole=True)


def _quarantine_cells(connection: Any, number: int, feed: Feed, terms: Terms) -> None:
    """Note each unreadable cell of the rows that stay; the cell itself is empty in the book."""
    ours = f"{place()[0]} = {number} AND _id NOT IN (SELECT _id FROM refused)"
    found = connection.execute(f"SELECT bit_or(_unreadable) FROM {feed.table.id} WHERE {ours}").fetchone()[0] or 0
    for i, f in enumerate(feed.fields):
        if found & 1 << i:
            rows = f"SELECT _id FROM {feed.table.id} WHERE {ours} AND _unreadable & {1 << i} <> 0"
            _note(connection, number, feed, f, reason_code(f, terms), rows=rows, whole=False)


def _note(connection: Any, number: int, feed: Feed, f: Field, code: str, *, rows: str, whole: bool) -> None:
    text = source_text(f, feed.sheet.header_row)
    connection.execute(
        f"INSERT INTO quarantine SELECT '{feed.table.id}', {row_id(number, ROW)}, '{f.column.id}',"
        f" shape({text}), {code}, '', {whole} FROM raw WHERE {row_id(number, ROW)} IN ({rows})"
    )
