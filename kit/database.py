"""What every DuckDB of the kit needs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb


def quiet(db: Any) -> None:
    """No progress bar in scripts; in Jupyter without ipywidgets there is none, and DuckDB 2.0 refuses to be told so."""
    (shown,) = db.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    if shown:
        db.execute("SET enable_progress_bar = false")


@contextmanager
def reading(folder: Path) -> Iterator[Any]:
    """A database in memory that reads a folder and nothing else, spilling into a private one."""
    with tempfile.TemporaryDirectory(prefix="branch-kit-") as spill, duckdb.connect(":memory:") as db:
        quiet(db)
        db.execute("SET temp_directory = ?", [spill])
        db.execute("SET allowed_directories = ?", [[str(folder), spill]])
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        yield db


def literal(text: str) -> str:
    """SQL literal of a text."""
    return "'" + text.replace("'", "''") + "'"


def columns(connection: Any, table: str) -> tuple[str, ...]:
    """Columns of a table in their order, none where there is no such table; names of our own (``_id``) are left out."""
    found = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table]
    ).fetchall()
    return tuple(name for (name,) in found if not name.startswith("_"))
