"""Data rows of a table apart from what is printed between and below them: repeated headers, totals, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kit.intake.grid import Sheet
from kit.intake.header_cells import clean_cell, extent
from kit.intake.markers import NUMBER, is_date, is_lead, is_note, is_title, is_total
from kit.intake.second_table import in_row, names_columns
from kit.schema import aliases, folded, known_labels, normalise, schema

Cells = tuple[str, ...]

_KEYS = frozenset({"customer_id", "account_id", "unit_id", "event_id", "person_key"})
_GROUPS = frozenset({"branch_id", "staff_id", "parent_branch_id", "legal_entity", "as_of"})
_FOOTER_ROWS = 200  # what is longer is no footer; it also bounds what is held back
_LABEL_WITHIN = 3
_NOTE_CELLS = 4
# Bytes without which no text of a column can be the label of a total: 计, 汇总, 承前页, 过次页, 转下页, total.
_TOTAL_BYTES = (*(mark.encode() for mark in "计汇页"), b"otal", b"OTAL", "ｏｔａｌ".encode(), "ＯＴＡＬ".encode())
_NOTE_LIKE = "[:：、.。．*※①-⑩†)）]"
_TOTAL_LIKE = re.compile(r"(?i)(计|汇\s*总|页|total|ｔｏｔａｌ)")
_NOTHING = frozenset({"-", "--", "—", "——", "/", "\\", "×", "x", "*", "无", "n/a", "#n/a"})
_COUNTED = re.compile(r"共?[\d,.]*(元|万元|亿元|户|笔|人|个|次|家|条|%)")
_KINDS = frozenset({"累计", "共计"})  # a total's label only where nothing stands before it: also a kind of figure
_LONG_KEY = re.compile(r"\d{15,}x?|\d+\*+[\dx]*")
_KEY_LIKE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z\d_-]{4,}|\d{6,}|[\dx*]{8,}")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record with another number of fields than the header has, counted from 1 as a person counts."""

    number: int
    expected: int
    actual: int
    cells: Cells = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is no data: ``total``, ``note`` or ``header`` (a repeated header, title or page mark)."""

    number: int
    kind: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class _Held:
    """A row that is data only if more data follows: of a batch, or bad (without ``batch``)."""

    number: int
    cells: Cells
    batch: Any = None


class Splitter:
    """Splits the rows below a header, batch by batch; every row ends among the data, the lines or the bad.

    A row is

    - a repeated **header** if it equals a row of the header or a line above it; or if it is a lone unit, date, title
      or page mark and data follows;
    - a **total** if one of its first three texts is the whole label of a total (合计, 城南支行小计, Grand Total) and
      nothing in it names one customer or account. A customer who is called 合计 has a number in a key column, or
      text behind the name, or, where the schema does not know the labels, a key in front of it: six digits,
      or letters and digits. Such a row stays data;
    - a **note** if it stands below the last data row, from the first line on that begins as notes do. A row with one
      filled cell of several is held back until data follows, and is data then; so is what is held back at the end
      without a note before it. In tables of one or two columns only a note's own words begin the notes.

    Bad rows are sorted in the same way. A total among them may have more or fewer cells than the table has columns.

    Raises
    ------
    SecondTable
        If a row is the header of another table: what follows is none of this one's.
    """

    def __init__(self, sheet: Sheet) -> None:
        grid, layout = sheet.grid, sheet.layout
        self._sheet = sheet
        self.lines: list[Line] = []
        self._width = len(layout.headers)
        self._bad: list[BadRow] = []
        self._held: list[_Held] = []
        self._last_data = layout.header_row
        self._keys = _positions(layout.headers, _KEYS)
        self._groups = _positions(layout.headers, _GROUPS)
        self._printed: dict[Cells, Cells] = {}  # one tuple for all its repetitions
        self._begins: dict[int, set[str]] = {}
        for row in () if grid.named else grid.head[: layout.header_row]:
            for first, cell in islice(((i, cell) for i, cell in enumerate(row) if cell), 1):
                self._printed[_cut(row)] = _cut(row)
                self._begins.setdefault(first, set()).add(cell)

    def split(self, batch: Any) -> Any:
        """Data rows of a batch, after those held back from earlier ones that turned out to be data."""
        keep, doubtful = np.ones(batch.num_rows, dtype=bool), {}
        regular = keep.copy()
        suspects = np.flatnonzero(self._suspects(batch))
        numbers, *columns = (column.to_pylist() for column in batch.take(pa.array(suspects)).columns)
        for i, number, cells in zip(suspects.tolist(), numbers, zip(*columns, strict=True), strict=True):
            kind = self._kind(cells, number)
            if kind in {"header", "total"}:
                self._add(number, kind, cells)
                keep[i] = regular[i] = False
            elif kind == "held":
                doubtful[i] = (number, cells)
                regular[i] = False
        last = int(regular.nonzero()[0][-1]) if regular.any() else -1
        tail = [i for i in doubtful if i > last][-_FOOTER_ROWS:]
        held = [_Held(*doubtful[i], batch.slice(i, 1)) for i in tail]
        over = len(self._held) if last >= 0 else max(0, len(self._held) + len(held) - _FOOTER_ROWS)
        released, self._held = self._held[:over], [*self._held[over:], *held]
        self._last_data = max([self._last_data, *(one.number for one in released)])
        parts = [one.batch for one in released if self._stays(one.number, one.cells)]
        for i, (number, cells) in doubtful.items():
            if not tail or i < tail[0]:
                keep[i] = self._stays(number, cells)
                self._last_data = max(self._last_data, number)
        keep[tail] = False
        if last >= 0:
            self._last_data = max(self._last_data, batch.column(0)[last].as_py())
        parts.append(batch if keep.all() else batch.filter(pa.array(keep)))
        return pa.concat_batches(parts) if len(parts) > 1 else parts[0]

    def refuse(self, bad: BadRow) -> None:
        """Take a record with another number of fields than the header."""
        kind = self._kind(bad.cells, bad.number) if any(bad.cells) else ""
        if kind in {"header", "total"}:
            self._add(bad.number, kind, bad.cells)
        else:
            self._bad.append(bad)

    def finish(self) -> tuple[Any, list[BadRow]]:
        """Rows that were held back and are data (None without any), and the bad rows that are no notes."""
        tail = [*self._held, *(_Held(b.number, b.cells) for b in self._bad if b.number > self._last_data)]
        tail.sort(key=lambda one: one.number)
        begin = len(tail)
        for i, one in enumerate(tail):
            if begin == len(tail):
                begin = i if self._begins_notes(one.cells) else begin
            elif self._is_record(one.cells):
                begin = len(tail)
        for one in tail[begin:]:
            self._add(one.number, "note", one.cells)
        noted = {one.number for one in tail[begin:]}
        bad = [b for b in self._bad if b.number not in noted and self._stays(b.number, b.cells)]
        data = [one.batch for one in tail[:begin] if one.batch is not None]
        self._held, self._bad = [], []
        self.lines.sort(key=lambda line: line.number)
        return (pa.concat_batches(data) if data else None), bad

    def _add(self, number: int, kind: str, cells: Cells) -> None:
        self.lines.append(Line(number, kind, self._printed.get(_cut(cells), cells) if kind == "header" else cells))

    def _stays(self, number: int, cells: Cells) -> bool:
        """Whether a row is more than what pages begin and end with, which is a line."""
        printed = _is_printed(cells)
        if printed:
            self._add(number, "header", cells)
        return not printed

    def _suspects(self, batch: Any) -> Any:
        """Rows that may be no data, as a mask: found by whole columns, for every cell costs."""
        columns = batch.columns[1:]
        filled = np.zeros(batch.num_rows, dtype=np.int32)
        for column in columns:
            filled += pc.binary_length(column).to_numpy(zero_copy_only=False) > 0
        suspect = filled <= (self._width > 1)
        few = (filled <= _NOTE_CELLS) & (2 * filled <= self._width) | (self._width == 1)
        if few.any():
            for column in columns[:_NOTE_CELLS]:
                suspect |= few & _mask(pc.match_substring_regex(column, _NOTE_LIKE))
        labels = pa.array(known_labels(), columns[0].type)
        for column in columns[:_LABEL_WITHIN]:
            suspect |= _mask(pc.is_in(column, value_set=labels))
        for position, texts in self._begins.items():
            suspect |= _mask(pc.is_in(columns[position], value_set=pa.array(sorted(texts), columns[position].type)))
        for column in columns:
            if _holds(column, _TOTAL_BYTES):
                likely = pc.unique(column.filter(pc.match_substring_regex(column, _TOTAL_LIKE.pattern)))
                labels = [text for text in likely.to_pylist() if is_total(text)]
                suspect |= _mask(pc.is_in(column, value_set=pa.array(labels, column.type)))
        return suspect

    def _kind(self, cells: Cells, number: int) -> str:
        filled = [cell for cell in cells if cell]
        if not filled:
            return ""
        if filled[0] in self._begins.get(cells.index(filled[0]), ()) and _cut(cells) in self._printed:
            return "header"
        if not self._sheet.grid.named and names_columns(cells, (*self._printed, self._sheet.headers)):
            raise in_row(self._sheet, number, cells)
        if _TOTAL_LIKE.search("\n".join(filled)) and self._is_total(cells):
            return "total"
        if self._width == 1:
            return "held" if is_note(filled[0]) or (self._held and _is_sentence(filled[0])) else ""
        if len(filled) == 1:
            return "held"
        few = len(filled) <= _NOTE_CELLS and 2 * len(filled) <= self._width
        return "held" if few and (is_note(filled[0]) or all(is_lead(c) or is_note(c) for c in filled)) else ""

    def _is_total(self, cells: Cells) -> bool:
        filled = [(i, plain) for i, cell in enumerate(cells) if (plain := folded(cell)) and plain not in _NOTHING]
        texts = [
            i for i, plain in filled if not (is_date(plain) or NUMBER.fullmatch(plain) or _COUNTED.fullmatch(plain))
        ]
        label = next((i for i in texts[:_LABEL_WITHIN] if is_total(cells[i])), None)
        if label is None or texts[-1] > label:
            return False
        if folded(cells[label]) in _KINDS and label > filled[0][0]:
            return False
        for i, plain in filled:
            like = _KEY_LIKE if i < label or i in self._keys else _LONG_KEY
            number = i < label and i in self._keys and any(map(str.isdigit, plain))
            named = like.fullmatch(plain) is not None and i not in self._groups and not is_date(plain)
            if i != label and (number or named):
                return False
        return True

    def _begins_notes(self, cells: Cells) -> bool:
        filled = [(i, cell) for i, cell in enumerate(cells) if cell]
        if not filled or self._is_record(cells):
            return False
        first, text = filled[0]
        if is_note(text) or self._width < 3 or len(filled) > 1:
            return is_note(text) or (self._width > 2 and all(is_lead(cell) or is_note(cell) for _, cell in filled))
        aside = first > 1 and (is_date(text) or not NUMBER.fullmatch(folded(text)))
        return is_lead(text) or _is_sentence(text) or aside

    def _is_record(self, cells: Cells) -> bool:
        """Whether a row looks like data that lost cells: a key where keys stand, or values beside other cells."""
        plain = [(i, folded(cell)) for i, cell in enumerate(cells) if cell]
        if any(i in self._keys and _KEY_LIKE.fullmatch(text) for i, text in plain):
            return True
        values = sum(NUMBER.fullmatch(text) is not None for _, text in plain)
        return len(plain) > 1 and values > 0 and not is_note(next(cell for cell in cells if cell))


def _positions(headers: Cells, wanted: frozenset[str]) -> frozenset[int]:
    """Columns whose label, or the last part of it, names one of the wanted columns in any table of the schema."""
    tables = [aliases(table) for table in schema()]
    found = set()
    for i, header in enumerate(headers):
        labels = [normalise(part)[0] for part in (header, header.rpartition("/")[2])]
        if any(label in known and known[label].id in wanted for known in tables for label in labels):
            found.add(i)
    return frozenset(found)


def _cut(row: Cells) -> Cells:
    """Cells of a row up to the last that is filled, each on one line."""
    cells = tuple(map(clean_cell, row))
    return cells[: extent(cells)]


def _is_printed(cells: Cells) -> bool:
    """Whether a row is what pages begin and end with: a lone unit, date, page or title."""
    filled = [cell for cell in cells if cell]
    plain = any(cell.isascii() and cell.isalnum() for cell in filled)  # most keys: spares the rest
    return bool(filled) and not plain and all(is_lead(cell) or is_title(cell) for cell in filled)


def _is_sentence(text: str) -> bool:
    """Whether a text reads like a line of a note: numbered, or with the marks or the length of a sentence."""
    return re.match(r"[(（]?\d{1,2}[)）.、．](?!\d)|.*[。；，：;]|.{20}", text) is not None and not is_date(text)


def _mask(values: Any) -> Any:
    return values.to_numpy(zero_copy_only=False)


def _holds(column: Any, marks: Sequence[bytes]) -> bool:
    """Whether the bytes of a column hold one of the marks: far cheaper than to look into each cell."""
    _, offsets, content = column.buffers()
    if not content or not len(column):
        return False
    ends = np.frombuffer(offsets, dtype=np.int32)[[column.offset, column.offset + len(column)]]
    content = content.slice(int(ends[0]), int(ends[1] - ends[0])).to_pybytes()
    return any(mark in content for mark in marks)
