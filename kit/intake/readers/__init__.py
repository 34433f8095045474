"""Files as tables of text: every cell a trimmed string, beside the row number that a person sees."""

import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from kit.errors import KitError
from kit.intake.grid import Grid
from kit.intake.readers import columnar, delimited, worker
from kit.intake.readers.archive import faulty_cells, last_cell, saved_at
from kit.intake.readers.kinds import Kind, LockedFile, Password, kind, unreadable
from kit.intake.rows import BadRow

__all__ = ["ROW", "LockedFile", "Password", "batches", "grids"]

ROW = "row_number"
_MEMORY = 1 << 30  # what the parser may take for a small file
_SECONDS = 10.0
_FOREVER = 86_400.0
_opened: dict[Path, tuple[int, Password | None]] = {}  # size of each parsed file, and who knows its password


def grids(
    path: Path, *, password: Password | None = None, encoding: str | None = None, delimiter: str | None = None
) -> list[Grid]:
    """Tables of a file, whatever its name says: a workbook's sheets, else one.

    Workbooks (xlsx, xlsm, xlsb, xls, ods) and HTML are parsed by a process of their own, once, as long as memory
    allows to keep them until their rows are fetched.

    Parameters
    ----------
    password
        Called with the path of an encrypted workbook.
    encoding, delimiter
        Of delimited text, where a mapping says so.

    Raises
    ------
    KitError
        If the file cannot be read: not there, empty, locked, damaged, or made to exhaust the machine.
    """
    password = password and functools.cache(password)  # one that is typed is asked for once
    found = kind(path, password)
    if found.form in {"workbook", "html"}:
        _opened[path] = found.size, password
        return _parsed(path, found)
    if found.form == "parquet":
        return [columnar.parquet_grid(path)]
    if found.form == "database":
        return [columnar.database_grid(path)]
    return [delimited.grid(path, encoding or str(found.encoding), delimiter)]


def batches(grid: Grid, *, after: int, width: int, refuse: Callable[[BadRow], None]) -> Iterator[Any]:
    """Rows of a grid below row ``after``, counted from 1, as Arrow record batches; blank rows are left out.

    Columns are ``row_number`` and ``c0`` … ``c{width-1}``: trimmed strings, empty where there is nothing. A record
    with another number of fields goes to ``refuse``; surplus blank fields at its end are no fault.

    Raises
    ------
    KitError
        While being read, if the file cannot be read to its end.
    """
    if grid.form == "delimited":
        found = delimited.batches(grid, after=after, width=width, refuse=refuse)
    elif grid.form == "parquet":
        found = columnar.parquet_batches(grid.path)
    elif grid.form == "database":
        found = columnar.database_batches(grid.path)
    else:
        found = _rows(grid, after, width)
    for batch in found:
        for position in grid.left_out:
            blank = pa.repeat(pa.scalar(""), batch.num_rows)
            batch = batch.set_column(position + 1, f"c{position}", blank)  # noqa: PLW2901 - column by column
        yield batch


def _parsed(path: Path, found: Kind) -> list[Grid]:
    request = {"do": "open", "key": str(path), "form": found.form, "path": str(path), "encoding": found.encoding}
    try:
        answer = worker.ask(
            request, found.content, memory=_MEMORY + 4 * found.size, seconds=_SECONDS + found.size / 4e6
        )
    except worker.ParserDied as died:
        raise _died(path, found, str(died)) from None
    if "error" in answer:
        raise unreadable(path, "workbook")
    source = path if found.content is None else io.BytesIO(found.content)
    faulty, saved = faulty_cells(source), saved_at(source)
    made = [
        Grid(path, table["name"], found.form, tuple(map(tuple, table["head"])), hidden=table["hidden"],
             merged=tuple(map(tuple, table["merged"])), more=tuple(map(tuple, table["more"])), date1904=found.date1904,
             faulty=faulty.get(table["name"], ()), saved=saved)
        for table in answer["tables"]
    ]  # fmt: skip
    if not made:
        raise unreadable(path, "no_table")
    return made


def _rows(grid: Grid, after: int, width: int) -> Iterator[Any]:
    request = {"do": "rows", "key": str(grid.path), "name": grid.name, "after": after, "width": width}
    size, password = _opened[grid.path]
    try:
        try:
            yield from worker.rows(request, memory=_MEMORY + 4 * size, seconds=_FOREVER)
        except KeyError:  # memory was short, or another file ended the parser
            _parsed(grid.path, kind(grid.path, password))
            yield from worker.rows(request, memory=_MEMORY + 4 * size, seconds=_FOREVER)
    except worker.ParserDied as died:
        raise _died(grid.path, kind(grid.path, password), str(died)) from None


def _died(path: Path, found: Kind, why: str) -> KitError:
    sheet, cell = last_cell(path, found.content)
    return unreadable(path, "far_cell", sheet=sheet, cell=cell) if cell else unreadable(path, why)
