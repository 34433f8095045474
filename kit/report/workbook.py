"""Lists of customers as encrypted workbooks: a sheet a list, printed a page wide."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kit import columns as col
from kit.report.cells import WIDTHS, cell_formats, write_column
from kit.tables import kind_of
from kit.text import Wording

__all__ = ["COLOUR", "encrypted", "new_workbook", "workbook"]

COLOUR = "#1f4e79"
# Every system has it, or one of its measures, so that columns are as wide in each; xlsxwriter's own is Windows' alone.
_FONT = {"font_name": "Arial", "font_size": 10, "font_scheme": False}
_HEAD = 2  # row of the header, counted from 0


@contextmanager
def new_workbook() -> Iterator[tuple[Any, io.BytesIO]]:
    """A workbook in memory, and where its bytes are once it is closed; text never becomes a formula or a link."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "default_format_properties": _FONT}  # fmt: skip
    collecting = gc.isenabled()
    gc.disable()  # nothing that is written is garbage before the end, and to look for some costs a quarter of the time
    try:
        with xlsxwriter.Workbook(buffer, options) as book:
            yield book, buffer
    finally:
        if collecting:
            gc.enable()


def workbook(
    sheets: Mapping[str, tuple[str, pd.DataFrame]], words: Wording, *, first: Callable[[Any], None] | None = None
) -> bytes:
    """Lists as a workbook, a sheet each.

    Parameters
    ----------
    sheets
        Name of the sheet → its heading and its rows. Columns are headed by ``tables.<column>``; codes and reasons are
        named by ``labels``.
    first
        Adds sheets of another make before them.

    Returns
    -------
    bytes
        xlsx, unencrypted, made in memory; nothing touches the disk before `encrypted`.
    """
    with new_workbook() as (book, buffer):
        if first:
            first(book)
        formats = cell_formats(book) | {
            "head": book.add_format(
                {"bold": True, "bg_color": COLOUR, "font_color": "#ffffff", "text_wrap": True, "valign": "vcenter"}
            ),
            "title": book.add_format({"bold": True, "font_size": 14, "font_color": COLOUR}),
        }
        for name, (heading, rows) in sheets.items():
            _fill(book.add_worksheet(name), heading, rows, words, formats)
    return buffer.getvalue()


def _fill(sheet: Any, heading: str, rows: pd.DataFrame, words: Wording, formats: Mapping[str, Any]) -> None:
    sheet.write_string(0, 0, heading, formats["title"])
    for j, column in enumerate(rows.columns):
        sheet.set_column(j, j, 36 if column == col.WHY else WIDTHS.get(kind_of(column), 12) + 2)
        sheet.write_string(_HEAD, j, words.label(f"tables.{column}"), formats["head"])
        write_column(sheet, _HEAD + 1, j, rows[column], words, formats)
    sheet.freeze_panes(_HEAD + 1, 2)
    sheet.autofilter(_HEAD, 0, max(_HEAD + len(rows), _HEAD + 1), len(rows.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)


def encrypted(workbook: bytes, password: str) -> bytes:
    """Workbook under AES-256 (100,000 rounds), from memory to memory."""
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, locked)
    return locked.getvalue()
