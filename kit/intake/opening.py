"""The one place where a file is opened for planning, and where its first rows are looked at."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from kit.errors import EmptyFile, UnreadableFile
from kit.intake.grid import Grid, Sheet
from kit.intake.layout import Skipped, find_layout
from kit.intake.mapping import Mapping
from kit.intake.quarantine import Notice
from kit.intake.readers import Password, batches, grids
from kit.workbooks.form import HIDDEN, Marker, read_marker

_ROWS = 2_000


def given_password(_path: Path) -> str | None:
    """Password of encrypted workbooks, as the environment gives it."""
    return os.environ.get("BRANCH_KIT_EXTRACT_PASSWORD")


@dataclass(frozen=True, slots=True)
class Returned:
    """A manager's workbook that came back: what its marker says, and the sheets that can be seen."""

    path: Path
    marker: Marker
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables of a file, and the sheets that are none, with why; or a manager's workbook that came back."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[Notice, ...]
    returned: Returned | None = None


def open_file(path: Path, mapping: Mapping | None, password: Password = given_password) -> Opened:
    """Sheets of a file that have a header; a hidden one only where a mapping names it.

    Raises
    ------
    KitError
        If the file cannot be read.
    """
    given = mapping or Mapping(file="", tables={})
    every = grids(path, password=password, encoding=given.encoding, delimiter=given.delimiter)
    marker = next((read_marker(grid.head) for grid in every if grid.name == HIDDEN), None)
    if marker:
        return Opened((), (), Returned(path, marker, tuple(grid for grid in every if not grid.hidden)))
    found, left_out = [], []
    for grid in every:
        layout = find_layout(replace(grid, hidden=grid.hidden and grid.name != given.sheet))
        if isinstance(layout, Skipped):
            left_out.append(Notice(f"sheet_{layout.reason}", path.name, grid.name, ()))
        else:
            found.append(Sheet(grid, layout).leaving_out(given.left_out))
            if grid.faulty:
                left_out.append(Notice("cells_faulty", path.name, grid.name, grid.faulty))
    if not found and all(notice.kind == "sheet_empty" for notice in left_out):
        raise EmptyFile(path=path)
    if not found:
        raise UnreadableFile(path=path, reason="；".join(notice.sentence() for notice in left_out))
    return Opened(tuple(found), tuple(left_out))


def sample(sheet: Sheet, rows: int = _ROWS) -> Sequence[tuple[str, ...]]:
    """Text of data rows to judge columns by: the first ones, and of a workbook some from all over."""
    if sheet.grid.form != "delimited":
        return [*sheet.grid.head[sheet.header_row :], *sheet.grid.more]
    found: list[tuple[str, ...]] = []
    for batch in batches(sheet.grid, after=sheet.header_row, width=len(sheet.headers), refuse=lambda _: None):
        columns = [column.to_pylist() for column in batch.columns[1:]]
        found += islice(zip(*columns, strict=True), rows - len(found))
        if len(found) >= rows:
            break
    return found
