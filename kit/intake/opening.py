"""The one place where a file is opened for planning, and where its first rows are looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kit.intake import sniff
from kit.intake.grid import Grid, Layout, Sheet
from kit.intake.mapping import Mapping
from kit.intake.read import ROW, records

__all__ = ["open_file", "sample"]

_ROWS = 2_000
_SMALL = 4 << 20  # bytes of a workbook that is quick to read twice


@dataclass(frozen=True, slots=True)
class _Opened(Sheet):
    """A sheet, with what `kit.intake.read` must know of it."""

    encoding: str = ""
    delimiter: str = ""
    skip_lines: int = 0


def open_file(path: Path, mapping: Mapping | None) -> list[Sheet]:
    """Sheets of a file that have a header.

    Raises
    ------
    KitError
        If the file cannot be read.
    """
    coding, delimiter = (mapping.encoding, mapping.delimiter) if mapping else (None, None)
    only = mapping.sheet if mapping and mapping.sheet and not re.search(r"[*?]", mapping.sheet) else None
    return [_opened(sheet) for sheet in sniff.sheets(path, coding=coding, delimiter=delimiter, sheet=only)]


def _opened(old: sniff.Sheet) -> Sheet:
    form = "delimited" if old.delimiter else "workbook"
    grid = Grid(old.path, old.name, form, (), encoding=old.encoding, delimiter=old.delimiter)
    layout = Layout(old.headers, old.header_row, old.header_row)
    return _Opened(grid, layout, old.encoding, old.delimiter, old.skip_lines)


def sample(sheet: Sheet, rows: int = _ROWS) -> Sequence[tuple[str, ...]]:
    """Text of the first data rows: a few dozen of a large workbook, else up to ``rows``."""
    if sheet.grid.form == "workbook" and sheet.path.stat().st_size > _SMALL:
        return sheet.grid.head[sheet.header_row :]
    found: list[tuple[str, ...]] = []
    for batch in records(sheet, lambda _: None):
        columns = [
            column.to_pylist() for name, column in zip(batch.schema.names, batch.columns, strict=True) if name != ROW
        ]
        found += islice(zip(*columns, strict=True), rows - len(found))
        if len(found) >= rows:
            break
    return found
