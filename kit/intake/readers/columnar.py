"""Tables that know their columns: Parquet files, and what a bank's database answers."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sql
from pyarrow.types import is_date, is_integer, is_large_string, is_string

from kit.errors import KitError
from kit.intake.grid import HEAD_ROWS, Grid
from kit.intake.readers.child import cell_text, filled_rows, float_texts
from kit.intake.readers.kinds import unreadable
from kit.messages import message

URL = "BRANCH_KIT_DATABASE"
_ROWS_A_BATCH = 10_000
_NAMED = re.compile(r"^\s*--\s*database\s*[:：]\s*(\w+)", re.IGNORECASE)
_TABLE = re.compile(r"[\w$]+(\.[\w$]+){0,2}")


class DatabaseFailed(KitError):
    """A database could not be asked (path, reason). Nothing of its address is told: it may hold a password."""


def value_text(value: Any) -> str:
    """Exact text of a value that has a type: a whole number keeps all its digits, a decimal its places."""
    if isinstance(value, float):
        return str(float_texts(pa.array([value]))[0].as_py())
    if isinstance(value, Decimal | bytes | memoryview):
        return format(value, "f") if isinstance(value, Decimal) else bytes(value).hex()
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole else cell_text(value).strip()


def _texts(column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_floating(kind):
        # A float of 32 bits is as short as it was written only if it does not become one of 64 first.
        texts = float_texts(column.cast(pa.string()).cast(pa.float64()))
    elif any(test(kind) for test in (is_string, is_large_string, is_integer, is_date)):
        texts = column.cast(pa.string())
    else:
        return pa.array([value_text(value) for value in column.to_pylist()], pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(texts, ""))


def parquet_grid(path: Path) -> Grid:
    """The table of a Parquet file."""
    with _parquet(path) as file:
        head = [tuple(map(str, file.schema_arrow.names))]
    for batch in islice(parquet_batches(path, HEAD_ROWS), 1):
        head += zip(*(column.to_pylist() for column in batch.columns[1:]), strict=True)
    return Grid(path, "", "parquet", tuple(head[:HEAD_ROWS]), named=True)


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowInvalid, OSError, pa.ArrowNotImplementedError) as error:
        raise unreadable(path, "parquet") from error


def _numbered(pieces: Iterable[tuple[int, list[Any]]]) -> Iterator[Any]:
    """Rows of columns of text with their numbers, without blank ones; the first is row 2, below the header."""
    start = 2
    for rows, columns in pieces:
        numbers = pa.array(range(start, start + rows), pa.int64())
        start += rows
        yield filled_rows(numbers, columns)


def parquet_batches(path: Path, size: int = _ROWS_A_BATCH) -> Iterator[Any]:
    """Rows of a Parquet file as texts."""
    with _parquet(path) as file:
        yield from _numbered((b.num_rows, [*map(_texts, b.columns)]) for b in file.iter_batches(batch_size=size))


def _question(path: Path) -> tuple[str, str]:
    """Name of the environment variable with the address, and the query; a table's name alone means all of it."""
    text = path.read_text(encoding="utf-8-sig").strip()
    named = _NAMED.match(text)
    query = (
        "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--")).strip().rstrip(";").strip()
    )
    if not query:
        raise unreadable(path, "no_query")
    if not _TABLE.fullmatch(query) and not re.match(r"(?i)(select|with)\b", query):
        raise unreadable(path, "no_select")
    return named[1] if named else URL, query


@contextmanager
def _answer(path: Path) -> Iterator[Any]:
    """Result of the query, streamed, in a transaction that is rolled back."""
    variable, query = _question(path)
    url = os.environ.get(variable)
    if not url:
        raise DatabaseFailed(path=path, reason=message("intake.database.address", variable=variable))
    engine = None
    try:
        engine = sql.create_engine(url)
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)  # noqa: PLW2901
            elif engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            statement: Any = sql.text(query.replace(":", "\\:"))  # a colon is no parameter
            if _TABLE.fullmatch(query):
                *schema, table = query.split(".")
                statement = sql.select(sql.text("*")).select_from(sql.table(table, schema=".".join(schema) or None))
            streamed = connection.execution_options(stream_results=True, yield_per=_ROWS_A_BATCH)
            with closing(streamed.execute(statement)) as result:
                yield result
    except (sql.exc.SQLAlchemyError, ImportError, ValueError) as error:
        # Their texts quote the address and the query.
        kind = type(getattr(error, "orig", None) or error).__name__
        reason = message("intake.database.answer", kind=kind, variable=variable)
        raise DatabaseFailed(path=path, reason=reason) from None
    finally:
        if engine is not None:
            engine.dispose()


def _database_texts(values: Sequence[Any]) -> Any:
    """Texts of a column of an answer: doubles, which cost most, by the column."""
    if set(map(type, values)) <= {float, type(None)}:
        return _texts(pa.array(values, pa.float64()))
    return pa.array([value_text(value) for value in values], pa.string())


def database_grid(path: Path) -> Grid:
    """The table that a ``.sql`` file asks for."""
    with _answer(path) as result:
        names, rows = tuple(map(str, result.keys())), result.fetchmany(HEAD_ROWS - 1)
    return Grid(path, "", "database", (names, *(tuple(map(value_text, row)) for row in rows)), named=True)


def database_batches(path: Path) -> Iterator[Any]:
    """Rows of a query's answer as texts, in the order in which they come."""
    with _answer(path) as result:
        pieces = result.partitions(_ROWS_A_BATCH)
        yield from _numbered(
            (len(rows), [_database_texts(column) for column in zip(*rows, strict=True)]) for rows in pieces
        )
