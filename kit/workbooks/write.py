"""Pages as a manager's workbook: protected but for the cells to be filled in, each sheet printed with its heading."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate, cycle, pairwise
from math import ceil
from typing import Any

from xlsxwriter.utility import xl_range_abs

from kit import columns as col
from kit.tables import kind_of
from kit.text import Wording
from kit.workbooks.content import Page
from kit.workbooks.form import CUSTOMERS, HIDDEN, KEY_CODES, KEYS, TASKS, Entry, Marker, choices
from kit.workbooks.sheets import HEAD, LINE, NOTE, TITLE, WIDTHS, cell_formats, new_workbook, write_column

_NOTE, _BAND, _CODES, _HEAD = 1, 2, 3, 4  # rows, counted from 0; the data begins below the head
_LISTS = 3  # column of the hidden sheet from which on the choices stand
_MOST_WAN = 1_000_000
_LINE = 15  # height of a line, in points
_WIDE = {
    "hint": 20, "missing": 22, "held": 26, "offers": 26, col.CONTACT_CLASS: 11, col.AGE: 6, col.GENDER: 6,
    "customer_number": 13, col.MOBILE: 13, col.CUSTOMER_NAME: 9, "call_text": 70, "close_text": 42, "sms_text": 90,
    "problem": 16, col.CHANNEL: 12, col.TIER: 9, col.SEGMENT: 11, col.INTENT: 6, col.AUM_FEN: 12,
    col.UPGRADE_GAP_FEN: 10, col.OCCUPATION: 17, col.FAMILIAR: 6, col.MARITAL: 7, col.CHILDREN: 7, col.HOBBY: 12,
    col.CHANNEL_PREF: 9, col.INVEST_GOAL: 10, col.WECHAT_ADDED: 8, col.DO_NOT_CALL: 7, col.RISK_RANK: 14,
    col.RISK_STATE: 9, col.PRIMARY_GRADE: 12, col.SERVICE_GRADE: 8, "success_share": 7, col.CONTACT_RESULT: 11,
    col.OBJECTION: 10, col.SMS_SENT: 8, col.INTENT_LEVEL: 8, col.REASON: 20,
}  # fmt: skip
_SHEETS = ({"products", "sheet"}, {"next"})  # bands that begin another page of the customers
_PAPER = 9.9  # inches of a page of A4 across, less a tenth for fonts that are a little wider
_ALLOWED = ("autofilter", "sort", "format_columns", "format_rows", "select_locked_cells", "select_unlocked_cells")
_BANDS = ("#dce6f1", "#eaf1dd", "#e5e0ec", "#fde9d9", "#dbeef3", "#f2f2f2")


def manager_workbook(marker: Marker, pages: Sequence[Page], words: Wording, *, branch: str, owner: str) -> bytes:
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
    with new_workbook(date.fromisoformat(marker.start)) as (book, buffer):
        formats = _formats(book)
        names = {page.code: words.label(f"workbook.sheet.{page.code}") for page in pages}
        sheets = [book.add_worksheet(names[page.code]) for page in pages]
        lists = _write_hidden(book.add_worksheet(HIDDEN), marker, pages, words)
        for page, sheet in zip(pages, sheets, strict=True):
            heads = {"branch": branch, "owner": owner, "sheet": names[page.code], "dates": page.dates}
            _Writer(sheet, page, words, formats, lists, marker).write(words("workbook.title", **heads))
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    cell = {"valign": "vcenter"}
    return {
        "title": book.add_format(TITLE),
        "note": book.add_format(NOTE),
        "head": book.add_format(HEAD | LINE),
        "entry": book.add_format(HEAD | LINE | {"bg_color": "#b45f06"}),
        "locked": cell_formats(book, **cell) | {"text": book.add_format(cell | {"text_wrap": True})},
        "free": cell_formats(book, **cell, locked=False),
        "long": cell_formats(book, text_wrap=True, valign="top"),
        "line": book.add_format(LINE),
        "open": book.add_format(LINE | {"bg_color": "#fff8dc"}),
        "bands": [book.add_format({"bold": True, "bg_color": c, "align": "center", **LINE}) for c in _BANDS],
    }


def _write_hidden(sheet: Any, marker: Marker, pages: Sequence[Page], words: Wording) -> dict[str, str]:
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


def _digits(text: str) -> float:
    """Width of a text in digits, as columns are measured: a 汉字 takes two, a letter a little less than one."""
    wide = len(text.encode("gb18030", "replace")) - len(text)  # in this encoding a 汉字 is two bytes
    return 2 * wide + 0.9 * (len(text) - wide)


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of that width."""
    return sum(max(1, ceil(_digits(part) / width)) for part in text.split("\n"))


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
        self.lines = [1] * len(page.rows)

    def write(self, heading: str) -> None:
        """Write the sheet from its heading to its print set-up."""
        sheet, rows = self.sheet, self.page.rows
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, heading, self.formats["title"])
        kind = "tasks" if self.page.code in TASKS else CUSTOMERS if self.page.code == CUSTOMERS else "texts"
        note = self.words.label(f"workbook.note.{kind if len(rows) else 'none'}")
        sheet.merge_range(_NOTE, 0, _NOTE, min(self.width, 16) - 1, note, self.formats["note"])
        sheet.set_row(_NOTE, 30)
        self._write_bands()
        style = self.formats["long" if kind == "texts" else "locked"]
        for j, column in enumerate(self.columns):
            if j in self.hidden:
                self._write_key(j, column)
            else:
                self._write_shown(j, column, style)
        for j, entry in enumerate(self.page.entries, start=len(self.columns)):
            self._write_entry(j, entry)
        for i, lines in enumerate(self.lines, start=_HEAD + 1):
            if lines > 1:  # a spreadsheet does not see to that where a sheet is protected
                sheet.set_row(i, _LINE * lines + 4)
        sheet.set_row(_CODES, None, None, {"hidden": True})
        sheet.set_row(_HEAD, 40)
        self._set_up(heading)

    def _write_shown(self, j: int, column: str, style: Mapping[str, Any]) -> None:
        """A column that is read, and the lines that each of its texts takes."""
        width, values = self._width(column), self.page.rows[column]
        if kind_of(column) == "wan":
            values = values.where(values != 0)  # it says no more than an empty cell
        self.sheet.write_string(_HEAD, j, self._label(column), self.formats["head"])
        self.sheet.set_column(j, j, width)
        cells = write_column(self.sheet, _HEAD + 1, j, values, self.words, style)
        lines = {text: _lines(text, width) for text in set(cells) if isinstance(text, str) and 2 * len(text) > width}
        if max(lines.values(), default=1) > 1:
            self.lines = [max(most, lines.get(text, 1)) for most, text in zip(self.lines, cells, strict=True)]

    def _write_key(self, j: int, column: str) -> None:
        """A hidden column that tells whose row it is, as codes."""
        self.sheet.set_column(j, j, 9, None, {"hidden": True})
        self.sheet.write_string(_HEAD, j, self.words.label(f"workbook.key.{column}"), self.formats["head"])
        self.sheet.write_string(_CODES, j, next(code for code, key in KEY_CODES.items() if key == column))
        for i, code in enumerate(self.page.rows[column].astype("str"), start=_HEAD + 1):
            self.sheet.write_string(i, j, code)

    def _label(self, column: str) -> str:
        return self.words.label(f"workbook.column.{column}", default=self.words.label(f"tables.{column}"))

    def _width(self, column: str) -> float:
        word = max(map(len, re.findall("[A-Za-z]+", self._label(column))), default=0)  # of a label, in one piece
        return max(_WIDE.get(column, WIDTHS.get(kind_of(column), 10)), word + 2)

    def _write_bands(self) -> None:
        """Headings over several columns; the hidden ones belong to the first."""
        sizes = {title: len(columns) for title, columns in self.page.bands.items()}
        sizes[next(iter(sizes))] += len(self.hidden)
        if self.page.entries:
            sizes["contact" if self.page.code in TASKS else "facts"] = len(self.page.entries)
        at = 0
        for (title, size), shape in zip(sizes.items(), cycle(self.formats["bands"]), strict=False):
            text = self.words.label(f"workbook.band.{title}")
            if size > 1:
                self.sheet.merge_range(_BAND, at, _BAND, at + size - 1, text, shape)
            elif size:
                self.sheet.write_string(_BAND, at, text, shape)
            at += size

    def _write_entry(self, j: int, entry: Entry) -> None:
        """A column to be filled in: empty, unlocked, and with what it takes."""
        sheet, last = self.sheet, _HEAD + len(self.page.rows)
        shape = self.formats["free"]["text" if entry.kind == "choice" else entry.kind]
        sheet.set_column(j, j, self._width(entry.column), shape)
        sheet.write_string(_CODES, j, entry.code)
        sheet.write_string(_HEAD, j, self._label(entry.column), self.formats["entry"])
        if len(self.page.rows):
            sheet.data_validation(_HEAD + 1, j, last, j, self._validation(entry))

    def _validation(self, entry: Entry) -> dict[str, Any]:
        """What a cell takes, and what it says of anything else."""
        if entry.kind == "choice":
            rule: dict[str, Any] = {"validate": "list", "source": self.lists[entry.column]}
        elif entry.kind == "wan":
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": _MOST_WAN}
        else:
            first = date.fromisoformat(self.marker.day)
            last = first + timedelta(days=366)
            rule = {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        message = self.words.label(f"workbook.error.{entry.kind}")
        return rule | {"error_title": self.words.label("workbook.error.title"), "error_message": message}

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
        sheet.protect("", dict.fromkeys(_ALLOWED, True))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.7, 0.6)
        sheet.repeat_rows(_BAND, _HEAD)
        if self.page.code == CUSTOMERS:
            self._side_by_side()
        else:
            sheet.fit_to_pages(1, 0)
        sheet.print_area(_BAND, 0, last, self.width - 1)
        sheet.set_header(f'&L&"-,Bold"&12{heading.replace("&", "&&")}')
        sheet.set_footer(f"&C&8{self.words('workbook.page', text=self.words.label('workbook.footer'))}")

    def _side_by_side(self) -> None:
        """Three pages across, each with whole bands and the names, as large as the widest of them allows."""
        columns = [*self.columns, *(entry.column for entry in self.page.entries)]
        inches = [0 if j in self.hidden else (7 * self._width(column) + 5) / 96 for j, column in enumerate(columns)]
        starts = dict(zip(self.page.bands, accumulate(map(len, self.page.bands.values()), initial=0), strict=False))
        first = [min((starts[title] for title in page & {*starts}), default=0) for page in _SHEETS]
        breaks = sorted({at + len(self.hidden) for at in first if at})
        names = sum(inches[: self.frozen])
        across = [sum(inches[a:b]) + names * (a > 0) for a, b in pairwise([0, *breaks, len(inches)])]
        self.sheet.set_v_pagebreaks(breaks)
        self.sheet.repeat_columns(0, self.frozen - 1)
        self.sheet.set_print_scale(max(10, min(100, int(100 * _PAPER / max(across)))))
