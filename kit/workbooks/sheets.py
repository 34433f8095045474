"""Frames as sheets of a workbook: codes by their names, money in 万元, dates as dates; and lists of customers."""

import gc
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import pandas as pd
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kit import columns as col
from kit.tables import CODES, kind_of
from kit.text import Wording

COLOUR = "#1f4e79"
# Formats: the title, what is said below it, the head of a column, the lines around a cell.
TITLE = {"bold": True, "font_size": 14, "font_color": COLOUR}
NOTE = {"font_color": "#5f6b7a", "text_wrap": True, "valign": "top"}
HEAD = {"bold": True, "bg_color": COLOUR, "font_color": "#ffffff", "text_wrap": True, "valign": "vcenter"}
LINE = {"border": 1, "border_color": "#d9dee4"}
WIDTHS = {"date": 11, "wan": 12, "count": 8, "text": 14, "percent": 9}
# Every system has it, or one of its measures, so that columns are as wide in each; xlsxwriter's own is Windows' alone.
_FONT = {"font_name": "Arial", "font_size": 10, "font_scheme": False}
_NUMBERS = {
    "wan": "#,##0.00_ ", "cents": "#,##0.00", "date": "yyyy-mm-dd", "count": "#,##0", "percent": "0%", "near": "0.0%",
    "text": "",
}  # fmt: skip
_FIRST_DAY = pd.Timestamp("1899-12-30")
_CODED: Mapping[str, str] = {col.REASON: "reason", **CODES}


@contextmanager
def new_workbook(created: date, **properties: str) -> Iterator[tuple[Any, io.BytesIO]]:
    """A workbook in memory, and where its bytes are once it is closed; text never becomes a formula or a link.

    It bears the day on which it is said to be ``created``: no clock is asked, and the same data give the same bytes.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "default_format_properties": _FONT}  # fmt: skip
    collecting = gc.isenabled()
    gc.disable()  # nothing that is written is garbage before the end, and to look for some costs a quarter of the time
    try:
        with xlsxwriter.Workbook(buffer, options) as book:
            book.set_properties({"created": datetime.combine(created, time()), **properties})
            yield book, buffer
    finally:
        if collecting:
            gc.enable()


def encrypted(workbook: bytes, password: str) -> bytes:
    """Workbook under AES-256 (100,000 rounds), from memory to memory."""
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, locked)
    return locked.getvalue()


def lists_workbook(
    sheets: Mapping[str, tuple[str, pd.DataFrame]],
    words: Wording,
    *,
    created: date,
    first: Callable[[Any], None] | None = None,
) -> bytes:
    """Lists as a workbook, a sheet each, printed a page wide.

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

    def width(column: str) -> int:
        return 36 if column == col.WHY else WIDTHS.get(kind_of(column), 12) + 2

    with new_workbook(created) as (book, buffer):
        if first:
            first(book)
        formats = cell_formats(book) | {"head": book.add_format(HEAD), "title": book.add_format(TITLE)}
        for name, (heading, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            write_list(sheet, rows, words, formats, heading=heading, head=2, width=width)
            sheet.set_row(2, 30)
            sheet.freeze_panes(3, 2)
    return buffer.getvalue()


def write_list(
    sheet: Any,
    rows: pd.DataFrame,
    words: Wording,
    formats: Mapping[str, Any],
    *,
    heading: str,
    head: int,
    width: Callable[[str], float],
    labels: str = "tables",
) -> None:
    """Write rows under their heading and the row ``head`` of their labels, to be filtered, and printed a page wide.

    A column is headed by ``<labels>.<column>``, else by ``tables.<column>``.
    """
    sheet.write_string(0, 0, heading, formats["title"])
    for j, column in enumerate(map(str, rows.columns)):
        sheet.set_column(j, j, width(column))
        label = words.label(f"{labels}.{column}", default=words.label(f"tables.{column}"))
        sheet.write_string(head, j, label, formats["head"])
        write_column(sheet, head + 1, j, rows[column], words, formats)
    sheet.autofilter(head, 0, head + max(len(rows), 1), len(rows.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)


def cell_formats(book: Any, **style: Any) -> dict[str, Any]:
    """A format for each kind of cell, with a style of their own."""
    forms: dict[str, dict[str, Any]] = {kind: {"num_format": form} if form else {} for kind, form in _NUMBERS.items()}
    forms["date"]["align"], forms["count"]["align"] = "left", "center"
    return {kind: book.add_format({**form, **style}) for kind, form in forms.items()}


def write_column(
    sheet: Any, top: int, j: int, values: pd.Series, words: Wording, formats: Mapping[str, Any]
) -> list[Any]:
    """Write a column from row ``top`` on, counted from 0, in the form that its name asks for; nothing is no cell.

    Returns what it wrote, None where there was nothing.
    """
    name = str(values.name)
    kind = "text" if name in _CODED else kind_of(name)
    if kind not in formats or (kind not in ("date", "text") and not pd.api.types.is_numeric_dtype(values)):
        kind = "text"
    write = sheet.write_string if kind == "text" else sheet.write_number
    cells = _cells(values, kind, words)
    for i, value in enumerate(cells, start=top):
        if value is not None and value != "":
            write(i, j, value, formats[kind])
    return cells


def _cells(values: pd.Series, kind: str, words: Wording) -> list[Any]:
    """Values as a spreadsheet keeps them, None for what is missing."""
    if kind == "date":
        cells: list[Any] = (pd.to_datetime(values) - _FIRST_DAY).dt.days.tolist()  # as a spreadsheet counts them
    elif kind == "wan":
        cells = (values.astype("float64") / 1e6).round(2).tolist()
    elif kind == "cents":
        cells = (values.astype("float64") / 100).tolist()
    elif kind == "text":
        group = _CODED.get(str(values.name))
        texts = {
            value: words.label(f"labels.{group}.{value}", default=str(value)) if group else str(value)
            for value in values.dropna().unique()
        }
        cells = [texts.get(value) for value in values]
    else:
        cells = values.tolist()
    return [value if there else None for value, there in zip(cells, values.notna(), strict=True)]
