"""The manager's workbook: what to do today, this week, this month, a card of each customer, and the words to say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle
from math import ceil
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs

from kit import columns as col
from kit.callbook import CUSTOMERS, HIDDEN, KEY_CODES, KEYS, TASKS, Entry, Marker, choices
from kit.report.cells import WIDTHS, cell_formats, write_column
from kit.report.workbook import COLOUR, new_workbook
from kit.tables import kind_of
from kit.text import Wording

__all__ = ["Page", "callbook"]

_NOTE, _BAND, _CODES, _HEAD = 1, 2, 3, 4  # rows, counted from 0; the data begins below the head
_LISTS = 3  # column of the hidden sheet from which on the choices stand
_MOST_WAN = 1_000_000
_LINE = 13.5  # height of a line, in points
_LONG = ("call_text", "close_text", "sms_text")
_WIDE = {
    "hint": 22, "missing": 20, "held": 20, "offers": 18, col.CONTACT_CLASS: 13, col.AGE: 6, col.GENDER: 6,
    "customer_number": 14, col.MOBILE: 13, col.CUSTOMER_NAME: 9, "call_text": 70, "close_text": 42, "sms_text": 90,
    "problem": 16, col.SEGMENT: 12, col.OCCUPATION: 14, col.CONTACT_RESULT: 11, col.SERVICE_GRADE: 8,
    col.RISK_RANK: 8, col.HOBBY: 12, col.INVEST_GOAL: 11, col.UPGRADE_GAP_FEN: 14, "wealth_fen": 14, "room_fen": 14,
}  # fmt: skip
_BANDS = ("#dce6f1", "#eaf1dd", "#e5e0ec", "#fde9d9", "#dbeef3", "#f2f2f2")


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: its code, its dates in words, and bands of columns, each under its heading.

    ``rows`` has the columns of all bands and those of `kit.callbook.KEY_CODES`; those of ``entries`` are added
    behind them, empty.
    """

    code: str
    rows: pd.DataFrame
    bands: Mapping[str, Sequence[str]]
    dates: str = ""
    entries: tuple[Entry, ...] = ()


def callbook(marker: Marker, pages: Sequence[Page], words: Wording, *, branch: str, owner: str) -> bytes:
    """Return the manager's workbook of one plan (R58, R62, R63, R64, R82).

    Parameters
    ----------
    pages
        In the order of their sheets; one without rows says that nothing is planned.
    branch, owner
        As the headings name them.

    Returns
    -------
    bytes
        xlsx, unencrypted. Sheets are protected without a password, but for the cells to be filled in. The same plan
        gives the same bytes.
    """
    with new_workbook() as (book, buffer):
        book.set_properties({"created": datetime.fromisoformat(marker.start)})  # no clock
        formats = _formats(book)
        sheets = {page.code: book.add_worksheet(words.label(f"callbook.sheet.{page.code}")) for page in pages}
        lists = _hidden(book.add_worksheet(HIDDEN), marker, pages, words)
        for page in pages:
            heading = words(
                "callbook.title",
                branch=branch,
                owner=owner,
                sheet=words.label(f"callbook.sheet.{page.code}"),
                dates=page.dates,
            )
            _Writer(sheets[page.code], page, words, formats, lists, marker).write(heading)
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    line = {"border": 1, "border_color": "#d9dee4"}
    cell = {"font_size": 10, "valign": "vcenter"}
    long = cell | {"text_wrap": True, "valign": "top"}
    head = cell | line | {"bold": True, "bg_color": COLOUR, "font_color": "#ffffff", "text_wrap": True}
    made = {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": COLOUR}),
        "note": book.add_format({"font_color": "#5f6b7a", "text_wrap": True, "valign": "top", "font_size": 10}),
        "head": book.add_format(head),
        "entry": book.add_format(head | {"bg_color": "#b45f06"}),
        "locked": cell_formats(book, **cell),
        "free": cell_formats(book, **cell, locked=False),
        "long": cell_formats(book, **long),
        "line": book.add_format(line),
        "open": book.add_format(line | {"bg_color": "#fff8dc"}),
    }
    bands = [book.add_format({"bold": True, "bg_color": colour, "align": "center", "border": 1,
                              "border_color": "#d9dee4", "font_size": 10}) for colour in _BANDS]  # fmt: skip
    return made | {"bands": bands}


def _hidden(sheet: Any, marker: Marker, pages: Sequence[Page], words: Wording) -> dict[str, str]:
    """Fill the very hidden sheet; the range of the choices of each column, as validations name it."""
    sheet.very_hidden()
    for i, (name, value) in enumerate(marker.rows()):
        sheet.write_row(i, 0, (name, value))
    ranges = {}
    columns = dict.fromkeys(e.column for page in pages for e in page.entries if e.kind == "choice")
    for j, column in enumerate(columns, start=_LISTS):
        labels = list(choices(column, words.language).values())
        sheet.write_column(0, j, labels)
        ranges[column] = f"='{HIDDEN}'!{xl_range_abs(0, j, len(labels) - 1, j)}"
    sheet.protect()
    return ranges


def _breadth(text: str) -> int:
    """Width of a text in columns: a 汉字 takes two, as in the bytes of this encoding."""
    return len(text.encode("gb18030", "replace"))


def _without_zeros(values: pd.Series) -> pd.Series:
    """Amounts, of which zero says no more than an empty cell."""
    return values.where(values != 0) if kind_of(str(values.name)) == "wan" else values


class _Writer:
    """One sheet as it is written."""

    def __init__(
        self, sheet: Any, page: Page, words: Wording, formats: Mapping[str, Any], lists: Mapping[str, str],
        marker: Marker,
    ) -> None:  # fmt: skip
        self.sheet, self.page, self.words, self.formats = sheet, page, words, formats
        self.lists, self.marker = lists, marker
        shown = [column for columns in page.bands.values() for column in columns]
        keys = tuple(KEY_CODES.values()) if page.code in TASKS else KEYS[:1] if page.entries else ()
        at = shown.index(col.CUSTOMER_NAME) + 1 if col.CUSTOMER_NAME in shown else 1
        self.frozen = at
        # Between what is seen, so that no selection of a table leaves them out when it is sorted.
        self.columns = [*shown[:at], *keys, *shown[at:]]
        self.hidden = range(at, at + len(keys))
        self.width = len(self.columns) + len(page.entries)

    def write(self, heading: str) -> None:
        """Write the sheet from its heading to its print set-up."""
        sheet, rows = self.sheet, self.page.rows
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, heading, self.formats["title"])
        kind = "tasks" if self.page.code in TASKS else CUSTOMERS if self.page.code == CUSTOMERS else "texts"
        note = self.words.label(f"callbook.note.{kind if len(rows) else 'none'}")
        sheet.merge_range(_NOTE, 0, _NOTE, min(self.width, 16) - 1, note, self.formats["note"])
        sheet.set_row(_NOTE, 30)
        self._bands()
        style = self.formats["long" if kind == "texts" else "locked"]
        for j, column in enumerate(self.columns):
            if j in self.hidden:
                self._key(j, column)
            else:
                sheet.write_string(_HEAD, j, self._label(column), self.formats["head"])
                sheet.set_column(j, j, self._width(column))
                write_column(sheet, _HEAD + 1, j, _without_zeros(rows[column]), self.words, style)
        for j, entry in enumerate(self.page.entries, start=len(self.columns)):
            self._entry(j, entry)
        if kind == "texts":
            self._heights()
        sheet.set_row(_CODES, None, None, {"hidden": True})
        sheet.set_row(_HEAD, 40)
        self._set_up(heading)

    def _heights(self) -> None:
        """Rows as high as their longest text: a spreadsheet does not see to that where a sheet is protected."""
        long = [column for column in self.columns if column in _LONG]
        for i, texts in enumerate(self.page.rows[long].fillna("").to_numpy(dtype=str), start=_HEAD + 1):
            lines = (ceil(_breadth(text) / self._width(column)) for text, column in zip(texts, long, strict=True))
            self.sheet.set_row(i, _LINE * max(lines, default=1) + 4)

    def _key(self, j: int, column: str) -> None:
        """A hidden column that tells whose row it is, as codes."""
        self.sheet.set_column(j, j, 9, None, {"hidden": True})
        self.sheet.write_string(_HEAD, j, self.words.label(f"callbook.key.{column}"), self.formats["head"])
        self.sheet.write_string(_CODES, j, next(code for code, key in KEY_CODES.items() if key == column))
        self.sheet.write_column(_HEAD + 1, j, self.page.rows[column].astype("str").tolist())

    def _label(self, column: str) -> str:
        return self.words.label(f"callbook.column.{column}", default=self.words.label(f"tables.{column}"))

    def _width(self, column: str) -> float:
        return _WIDE.get(column, WIDTHS.get(kind_of(column), 10))

    def _bands(self) -> None:
        """Headings over several columns; the hidden ones belong to the first."""
        sizes = {title: len(columns) for title, columns in self.page.bands.items()}
        sizes[next(iter(sizes))] += len(self.hidden)
        if self.page.entries:
            sizes["contact" if self.page.code in TASKS else "facts"] = len(self.page.entries)
        at = 0
        for (title, size), shape in zip(sizes.items(), cycle(self.formats["bands"]), strict=False):
            text = self.words.label(f"callbook.band.{title}")
            if size > 1:
                self.sheet.merge_range(_BAND, at, _BAND, at + size - 1, text, shape)
            elif size:
                self.sheet.write_string(_BAND, at, text, shape)
            at += size

    def _entry(self, j: int, entry: Entry) -> None:
        """A column to be filled in: empty, unlocked, and with what it takes."""
        sheet, last = self.sheet, _HEAD + len(self.page.rows)
        shape = self.formats["free"]["text" if entry.kind == "choice" else entry.kind]
        sheet.set_column(j, j, self._width(entry.column), shape)
        sheet.write_string(_CODES, j, entry.code)
        sheet.write_string(_HEAD, j, self._label(entry.column), self.formats["entry"])
        if len(self.page.rows):
            sheet.data_validation(_HEAD + 1, j, last, j, self._taken(entry))

    def _taken(self, entry: Entry) -> dict[str, Any]:
        told = {
            "error_title": self.words.label("callbook.error.title"),
            "error_message": self.words.label(f"callbook.error.{entry.kind}"),
        }
        if entry.kind == "choice":
            return told | {"validate": "list", "source": self.lists[entry.column]}
        if entry.kind == "wan":
            return told | {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": _MOST_WAN}
        first = date.fromisoformat(self.marker.day)
        last = first + timedelta(days=366)
        return told | {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}

    def _set_up(self, heading: str) -> None:
        """Freeze, filter, protection and print: the heading stands on every page."""
        sheet, last = self.sheet, _HEAD + max(len(self.page.rows), 1)
        sheet.freeze_panes(_HEAD + 1, self.frozen)
        sheet.autofilter(_HEAD, 0, last, self.width - 1)
        shown = len(self.columns)
        for first, end, shape in ((0, shown, "line"), (shown, self.width, "open")):  # no cell where there is nothing
            if len(self.page.rows) and first < end:
                rule = {"type": "formula", "criteria": "=TRUE", "format": self.formats[shape]}
                sheet.conditional_format(_HEAD + 1, first, last, end - 1, rule)
        allowed = (
            "autofilter",
            "sort",
            "format_columns",
            "format_rows",
            "select_locked_cells",
            "select_unlocked_cells",
        )
        sheet.protect("", dict.fromkeys(allowed, True))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.7, 0.6)
        sheet.repeat_rows(_BAND, _HEAD)
        if self.page.code == CUSTOMERS:  # three pages side by side, each with the names
            sheet.fit_to_pages(3, 0)
            sheet.repeat_columns(0, self.frozen - 1)
        else:
            sheet.fit_to_pages(1, 0)
        sheet.print_area(_BAND, 0, last, self.width - 1)
        sheet.set_header(f'&L&"-,Bold"&12{heading.replace("&", "&&")}')
        told = self.words("callbook.page", text=self.words.label("callbook.footer"))
        sheet.set_footer(f"&C&8{told}")
