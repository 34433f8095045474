"""A throw-away database in which the sources lie, typed, until it is known which rows the book takes."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kit.database import literal, quiet
from kit.errors import EmptyFile, KitError
from kit.intake import clean
from kit.intake.clean import SQL_TYPES, Terms, reason_code, source_text
from kit.intake.grid import Sheet
from kit.intake.load import Field, Load
from kit.intake.personal import PersonalTexts
from kit.intake.readers import ROW, batches
from kit.intake.rows import BadRow, Line, Splitter

_ROW_BITS = 32  # a row's identity: the number of its load, then its row in the file
_ROWS_A_CHUNK = 200_000
MEMORY = 1 << 30  # bytes, for the whole of a bank: a laptop has other things to do; what is more spills, encrypted


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a sheet that are no data, by kind; ``unfilled`` are those of a form that nobody filled in."""

    above: int = 0
    blank: int = 0
    totals: tuple[Line, ...] = ()
    notes: int = 0
    repeated_headers: int = 0
    unfilled: int = 0


@dataclass(slots=True)
class Loaded:
    """What was read of one load: its rows, the exact sum in 分 of each money column, and each column's cells.

    ``filled`` and ``unreadable`` count the cells of each column that have a value and that could not be read; the
    rest are missing. ``unusual`` are the columns that have cells which the short half of a macro cannot read.
    """

    number: int
    load: Load
    terms: Terms
    rows_in: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    unusual: set[str] = field(default_factory=set)
    survey: Counter[tuple[str, str]] = field(default_factory=Counter)  # what may make a column doubtful
    lines: Lines = field(default_factory=Lines)


@contextmanager
def database(scratch: Path, key: bytes) -> Iterator[Any]:
    """In-memory DuckDB that reads and writes nothing outside ``scratch``, and spills there, encrypted.

    The cipher that DuckDB has without an extension draws its numbers from no cryptographic source, which it calls
    unsafe; so the vault's texts never lie in a table of this database.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET allowed_directories = [{literal(str(scratch))}]")
        connection.execute(f"SET temp_directory = {literal(str(scratch / 'spill'))}")
        connection.execute("SET force_mbedtls_unsafe = 'true'")
        connection.execute("SET temp_file_encryption = true")
        connection.execute(f"SET memory_limit = '{MEMORY}B'")
        connection.execute(f"SET threads = {min(8, os.cpu_count() or 1)}")
        quiet(connection)
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            connection.execute(f"SET {setting} = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        clean.install(connection, key)
        yield connection


def row_id(source: int, row: str) -> str:
    """SQL of the identity of a row of a load."""
    return f"({source << _ROW_BITS} + {row})"


def place(identity: str = "_id") -> tuple[str, str]:
    """SQL of the load's number and of the row in the file, from a row's identity."""
    return f"CAST({identity} >> {_ROW_BITS} AS INTEGER)", f"({identity} & {(1 << _ROW_BITS) - 1})"


def create(connection: Any, loads: Sequence[Load]) -> None:
    """Create an empty table for each table that is fed, and the quarantine; one that is there gains what it lacks."""
    for table in {load.table.id: load.table for load in loads}.values():
        fed = {f.column.id for load in loads if load.table.id == table.id for f in load.fields}
        columns = [f"{c.id} {SQL_TYPES[c.type]}" for c in table.columns.values() if c.id in fed]
        listed = ", ".join(("_id BIGINT", "_unreadable BIGINT", *columns))
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table.id} ({listed})")
        connection.execute(f"CREATE TABLE IF NOT EXISTS gone_{table.id} (_id BIGINT, why VARCHAR)")
        for column in columns:
            connection.execute(f"ALTER TABLE {table.id} ADD COLUMN IF NOT EXISTS {column}")
    connection.execute(
        'CREATE TABLE IF NOT EXISTS quarantine (_table VARCHAR, _id BIGINT, "column" VARCHAR, value_masked VARCHAR,'
        " reason VARCHAR, detail VARCHAR, whole_row BOOLEAN)"
    )


def stage(
    connection: Any,
    sheet: Sheet,
    loads: Sequence[tuple[int, Load]],
    *,
    personal: PersonalTexts,
    as_of: dt.date | None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Loaded]:
    """Read a sheet once, chunk by chunk, and append it, typed, to each table that it feeds.

    A row without a readable key is quarantined here, and each other cell that cannot be read. What is for the vault
    goes to ``personal``. ``progress`` is given the number of rows read so far. Where a later part of the sheet makes an
    earlier part uncertain, all of it is read again, so that its order decides nothing.

    Raises
    ------
    KitError
        If the sheet cannot be read to its end; nothing of it is left in the tables then.
    EmptyFile
        If there is no data row.
    """
    terms = {number: Terms(sheet.header_row, as_of, date1904=sheet.grid.date1904) for number, _ in loads}
    while True:
        loaded = [Loaded(number, load, terms[number]) for number, load in loads]
        try:
            _stage(connection, sheet, loaded, personal, progress)
        except KitError:
            _forget(connection, loads)
            raise
        now = {one.number: replace(one.terms, doubtful=clean.doubtful(one.survey)) for one in loaded}
        if now == terms:
            return loaded
        terms = now
        _forget(connection, loads)


def _stage(
    connection: Any, sheet: Sheet, loaded: Sequence[Loaded], personal: PersonalTexts, progress: Callable[[int], None]
) -> None:
    split, last = Splitter(sheet), sheet.header_row

    def take(chunk: pa.Table) -> None:
        with registered(connection, chunk):
            for one in loaded:
                _append(connection, one)
                one.survey.update(clean.survey(connection, one.load.fields, one.terms, one.unusual))
                personal.add(connection, one.load, one.terms, row_id(one.number, ROW))
                one.rows_in += chunk.num_rows

    for chunk, seen_to in _chunks(sheet, split):
        take(chunk)
        last = seen_to
        progress(loaded[0].rows_in)
    held, refused = split.finish()
    if held is not None and held.num_rows:
        take(pa.Table.from_batches([held]))
    lines = _lines(sheet, split.lines, last, loaded[0].rows_in + len(refused))
    for one in loaded:
        for bad in refused:
            connection.execute(
                f"INSERT INTO quarantine VALUES (?, {row_id(one.number, '?')}, '', '', 'field_count', ?, true)",
                [one.load.table.id, bad.number, f"{bad.actual} / {bad.expected}"],
            )
        one.rows_in += len(refused)
        one.lines = lines
    if not loaded[0].rows_in:
        raise EmptyFile(path=sheet.place)


def _chunks(sheet: Sheet, split: Splitter) -> Iterator[tuple[pa.Table, int]]:
    """Data rows of a sheet in pieces of a size that pays, and the last row of the file seen so far."""
    last, rows, waiting = sheet.header_row, 0, []

    def refuse(bad: BadRow) -> None:
        nonlocal last
        last = max(last, bad.number)
        split.refuse(bad)

    for batch in batches(sheet.grid, after=sheet.header_row, width=len(sheet.headers), refuse=refuse):
        if batch.num_rows:
            last = max(last, batch.column(0)[-1].as_py())
        waiting.append(split.split(batch))
        rows += waiting[-1].num_rows
        if rows >= _ROWS_A_CHUNK:
            yield pa.Table.from_batches(waiting), last
            rows, waiting = 0, []
    if rows:
        yield pa.Table.from_batches(waiting), last


def _lines(sheet: Sheet, lines: Sequence[Line], last: int, rows: int) -> Lines:
    kinds = [line.kind for line in lines]
    last = max([last, *(line.number for line in lines)])
    return Lines(
        above=sheet.header_row,
        blank=last - sheet.header_row - rows - len(lines),
        totals=tuple(line for line in lines if line.kind == "total"),
        notes=kinds.count("note"),
        repeated_headers=kinds.count("header"),
    )


@contextmanager
def registered(connection: Any, rows: pa.Table, name: str = "raw") -> Iterator[None]:
    """Rows of text as a view."""
    connection.complete()  # whatever was asked of it last
    connection.register(name, rows)
    yield
    connection.complete()
    connection.unregister(name)


def append(connection: Any, one: Loaded, rows: pa.Table, also: str = "") -> None:
    """Append rows of text that are data for certain, typed, to the table of a load; ``also`` is run over ``raw``."""
    with registered(connection, rows):
        _append(connection, one)
        one.rows_in += rows.num_rows
        if also:
            connection.execute(also)


def _append(connection: Any, one: Loaded) -> None:
    """Append ``raw``, typed, to the table of a load."""
    load, names = one.load, ", ".join(f.column.id for f in one.load.fields)
    unreadable = _type(connection, one)
    _quarantine_keys(connection, one)
    _quarantine_cells(connection, one, unreadable)
    connection.execute(
        f"INSERT INTO {load.table.id} (_id, _unreadable, {names}) SELECT _id, _unreadable, {names} FROM chunk"
    )
    _count(connection, one)


def _type(connection: Any, one: Loaded) -> int:
    """Make ``chunk``, the typed rows of ``raw``; a bit each of the columns that have unreadable cells.

    What is usual suffices for most columns: the others are known when it did not.
    """
    fields, identity = one.load.fields, row_id(one.number, ROW)
    while True:
        rows = clean.typed(fields, one.terms, identity=identity, unusual=one.unusual)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE chunk AS {rows}")
        bits = int(connection.execute("SELECT coalesce(bit_or(_unreadable), 0) FROM chunk").fetchone()[0])
        found = {f.column.id for i, f in enumerate(fields) if bits & 1 << i}
        if found <= one.unusual:
            return bits
        one.unusual |= found


def _count(connection: Any, one: Loaded) -> None:
    """Add a chunk to the sums and the cells filled."""
    names = [f.column.id for f in one.load.fields]
    money = [f for f in one.load.fields if f.column.type == "money"]
    whole = [f.column.id for f in money if f.column.id not in one.unusual]  # what is usual is not rounded
    asked = [f"count({name})" for name in names]
    asked += [f"CAST(coalesce(sum({name}), 0) AS DECIMAL(38, 0))" for name in whole]
    found = connection.execute(f"SELECT {', '.join(asked)} FROM chunk").fetchone()
    one.filled.update(dict(zip(names, found, strict=False)))
    sums = dict(zip(whole, found[len(names) :], strict=True))
    other = [f for f in money if f.column.id not in sums]
    if other:
        pairs = [clean.exact_sum(f, one.terms) for f in other]
        found = connection.execute(f"SELECT {', '.join(sum(pairs, ()))} FROM raw").fetchone()
        sums |= {f.column.id: found[2 * i] + found[2 * i + 1] for i, f in enumerate(other)}
    for f in money:
        one.sums[f.column.id] = one.sums.get(f.column.id, Decimal(0)) + sums[f.column.id]


def _forget(connection: Any, loads: Sequence[tuple[int, Load]]) -> None:
    """Take out what was appended of a sheet."""
    source = place()[0]
    for number, load in loads:
        for table in (load.table.id, f"gone_{load.table.id}"):
            connection.execute(f"DELETE FROM {table} WHERE {source} = {number}")
        connection.execute(f"DELETE FROM quarantine WHERE _table = '{load.table.id}' AND {source} = {number}")


def _quarantine_keys(connection: Any, one: Loaded) -> None:
    """Refuse the rows in which a mandatory column or a part of the key cannot be read or is empty."""
    load, terms = one.load, one.terms
    table, bits = load.table, {f.column.id: 1 << i for i, f in enumerate(load.fields)}
    cases = []
    for f in load.fields:
        name = f.column.id
        if f.column.need == "M" or name in table.grain:
            cases.append((f, f"_unreadable & {bits[name]} <> 0", reason_code(f, terms)))
        if f.column.need == "M":
            cases.append((f, f"{name} IS NULL", literal("missing")))
    either = [f for f in load.fields if f.column in table.either]
    if either:
        none = " AND ".join(f"{f.column.id} IS NULL" for f in either)
        cases += [(f, f"{none} AND _unreadable & {bits[f.column.id]} <> 0", reason_code(f, terms)) for f in either]
        cases.append((either[0], none, literal("missing")))
    first = " ".join(f"WHEN {condition} THEN {i}" for i, (_, condition, _) in enumerate(cases))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT _id, CASE {first} END AS cause FROM chunk"
        f" WHERE CASE {first} END IS NOT NULL"
    )
    connection.execute(f"INSERT INTO gone_{table.id} SELECT _id, 'quarantined' FROM refused")
    for (i,) in connection.execute("SELECT DISTINCT cause FROM refused ORDER BY 1").fetchall():
        f, _, code = cases[i]
        _note(connection, one, f, code, rows=f"SELECT _id FROM refused WHERE cause = {i}", whole=True)


def _quarantine_cells(connection: Any, one: Loaded, unreadable: int) -> None:
    """Note each unreadable cell of the rows that stay; the cell itself is empty in the book."""
    stays = "_id NOT IN (SELECT _id FROM refused)"
    for i, f in enumerate(one.load.fields):
        if unreadable & 1 << i:
            bad = f"FROM chunk WHERE _unreadable & {1 << i} <> 0"
            count = connection.execute(f"SELECT count(*) {bad}").fetchone()[0]
            one.unreadable[f.column.id] += count
            rows = f"SELECT _id {bad} AND {stays}"
            _note(connection, one, f, reason_code(f, one.terms), rows=rows, whole=False)


def _note(connection: Any, one: Loaded, f: Field, code: str, *, rows: str, whole: bool) -> None:
    text, identity = source_text(f, one.load.sheet.header_row), row_id(one.number, ROW)
    connection.execute(
        f"INSERT INTO quarantine SELECT '{one.load.table.id}', {identity}, '{f.column.id}',"
        f" shape({text}), {code}, '', {whole} FROM raw WHERE {identity} IN ({rows})"
    )
