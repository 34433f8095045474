"""What surrounds a table in a file that a bank sends: titles, merged headers, totals, notes; and what is where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kind

from kit.demo.oddities import REPEATED
from messy_bank.style import Cell, Style

__all__ = ["SUFFIXES", "Mess", "Page", "SheetTruth", "Sink", "Total"]

SUFFIXES = {
    "csv": ".csv", "tsv": ".tsv", "txt": ".txt", "tab.xls": ".xls", "html.xls": ".xls", "xls": ".xls", "xlsb": ".xlsb",
    "ods": ".ods", "xlsx": ".xlsx", "xlsm": ".xlsm", "parquet": ".parquet", "sql": ".sql",
}  # fmt: skip
_TEXT = ("csv", "tsv", "txt", "tab.xls")
_NAMED = ("parquet", "sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mess:
    """The form of a file and what surrounds its table.

    Attributes
    ----------
    form
        One of `SUFFIXES`; ``tab.xls`` and ``html.xls`` only bear the name of a workbook.
    encoding, delimiter
        Of text.
    password
        Of an encrypted xlsx.
    style
        How values are written.
    title, unit_in, dated
        A title line; where the unit of money is said: nowhere, ``line``, ``title``, ``header`` or ``file`` (its name);
        a line with the date of the data.
    groups
        Upper parts of a merged header by column; the deepest makes the number of header rows.
    blank_lines
        Above the header and below the table.
    repeat_header
        Once more, between the first two blocks.
    subtotals, total, off_by
        A row of sums behind each block, and one at the end that is wrong by so many 分.
    notes
        Lines at the end.
    beside
        Other sheets of the workbook: ``hidden``, ``pivot``, ``empty``.
    split
        A ``sheet`` or a ``file`` for each block.
    """

    form: str = "csv"
    encoding: str = "gb18030"
    delimiter: str = ","
    password: str = ""
    style: Style = field(default_factory=Style)
    title: bool = False
    unit_in: str = ""
    dated: bool = False
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank_lines: bool = False
    repeat_header: bool = False
    subtotals: bool = False
    total: bool = False
    off_by: int = 0
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    split: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the file is delimited text."""
        return self.form in _TEXT

    @property
    def is_named(self) -> bool:
        """Whether the file holds a table with names and nothing around it."""
        return self.form in _NAMED

    def file_name(self, name: str) -> str:
        """Name of the file for what it holds."""
        unit = f"（{self.style.unit}）" if self.unit_in == "file" else ""
        return f"{name}{unit}{SUFFIXES[self.form]}"


@dataclass(frozen=True, slots=True)
class Total:
    """A row of sums: what it states, and how far that is from the rows it is the sum of."""

    row: int
    label: str
    stated_fen: Mapping[str, int]
    difference_fen: Mapping[str, int]


@dataclass(slots=True)
class SheetTruth:
    """What an intake must find in one sheet; rows are counted as a person does, from 1.

    ``skipped`` says why a sheet is left out: hidden, empty or pivot. ``quarantined`` are whole rows by reason,
    ``cells`` single cells.
    """

    skipped: str = ""
    headers: tuple[str, ...] = ()
    first_row: int = 0
    header_row: int = 0
    above: tuple[str, ...] = ()
    unit: str = ""
    rows: int = 0
    repeated: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    totals: list[Total] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)
    repeated_headers: list[int] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Rows that belong in the book."""
        return self.rows - self.repeated - sum(self.quarantined.values())


class Sink(Protocol):
    """Where the lines of a sheet go."""

    def lines(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Take lines that are no data."""

    def table(self, columns: Mapping[str, pa.Array]) -> None:
        """Take data rows."""

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """Merge cells, counted from 0."""


class Page:
    """One sheet while it grows, block by block; a block is a branch's rows."""

    def __init__(self, sink: Sink, mess: Mess, *, title: str, as_of: date) -> None:
        self.truth = SheetTruth()
        self._sink, self._mess, self._title, self._as_of = sink, mess, title, as_of
        self._at = 0  # lines written
        self._blocks = 0
        self._header: list[list[Cell]] = []
        self._sums: dict[str, int] = {}

    def append(self, columns: Mapping[str, pa.Array], *, label: str = "", fate: str = "") -> None:
        """Write the rows of one block; the first brings titles and header.

        ``fate`` is what becomes of the rows: `REPEATED` or a reason of the quarantine. A block without a label gets no
        subtotal.
        """
        mess, size = self._mess, len(next(iter(columns.values())))
        if self._blocks == 0:
            self._begin(columns)
        elif self._blocks == 1 and mess.repeat_header and not mess.is_named:
            self.truth.repeated_headers += range(self._at + 1, self._at + 1 + len(self._header))
            self._lines(self._header)
        sums = {name: _fen(column) for name, column in columns.items() if name in self._sums}
        self._sums = {name: total + sums.get(name, 0) for name, total in self._sums.items()}
        self._sink.table(columns)
        self._blocks, self._at, self.truth.rows = self._blocks + 1, self._at + size, self.truth.rows + size
        if fate == REPEATED:
            self.truth.repeated += size
        elif fate:
            self.truth.quarantined[fate] = self.truth.quarantined.get(fate, 0) + size
        if mess.subtotals and label and sums and not mess.is_named:
            self._total(list(columns), f"{label}小计", sums, off_by=0)

    def close(self) -> SheetTruth:
        """Write what stands below the table."""
        mess = self._mess
        if mess.is_named or not self._blocks:
            return self.truth
        if mess.total and self._sums:
            self._total(self._names, "合计", self._sums, off_by=mess.off_by)
        if mess.blank_lines and mess.notes:
            self._lines([[]])
        for note in mess.notes:
            self.truth.notes[self._at + 1] = note
            self._lines([[note]])
        return self.truth

    def _lines(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._sink.lines(rows)
        self._at += len(rows)

    def _begin(self, columns: Mapping[str, pa.Array]) -> None:
        mess = self._mess
        self._names = list(columns)
        self._sums = {name: 0 for name, column in columns.items() if kind.is_decimal(column.type)}
        self._header = self._header_rows()
        depth = len(self._header)
        paths = [(*mess.groups.get(name, ()), label) for name, label in zip(self._names, self._labels(), strict=True)]
        if mess.is_named:
            self.truth.headers, self.truth.first_row, self.truth.header_row = tuple(self._labels()), 1, 1
            self._at = 1
            return
        above = self._above()
        for text in above:
            if len(self._names) > 1 and text == above[0]:
                self._sink.merge(self._at, 0, self._at, len(self._names) - 1)
            self._lines([[text]])
        if mess.blank_lines and above:
            self._lines([[]])
        self._merge_header(depth)
        self.truth.above, self.truth.unit = tuple(above), mess.style.unit if mess.unit_in else ""
        self.truth.headers = tuple("/".join(path) for path in paths)
        self.truth.first_row, self.truth.header_row = self._at + 1, self._at + depth
        self._lines(self._header)

    def _above(self) -> list[str]:
        mess, unit = self._mess, f"单位：{self._mess.style.unit}"
        lines = [f"{self._title}（{unit}）" if mess.unit_in == "title" else self._title] if mess.title else []
        if mess.unit_in == "title" and not mess.title:
            lines.append(unit)
        if mess.unit_in == "line":
            lines.append(unit)
        if mess.dated:
            lines.append(f"数据日期：{self._as_of:%Y年%m月%d日}")
        return lines

    def _labels(self) -> list[str]:
        unit = f"({self._mess.style.unit})" if self._mess.unit_in == "header" else ""
        return [name + unit if name in self._sums else name for name in self._names]

    def _header_rows(self) -> list[list[Cell]]:
        """Lines of the header: a group stands over its first column, a column without one at the top."""
        groups = [self._mess.groups.get(name, ()) for name in self._names]
        depth = 1 + max((len(group) for group in groups), default=0)
        rows: list[list[Cell]] = [[None] * len(self._names) for _ in range(depth)]
        for place, (group, label) in enumerate(zip(groups, self._labels(), strict=True)):
            for level, part in enumerate(group):
                before = groups[place - 1][: level + 1] if place else ()
                if before != group[: level + 1]:
                    rows[level][place] = part
            rows[len(group)][place] = label
        return rows

    def _merge_header(self, depth: int) -> None:
        groups = [self._mess.groups.get(name, ()) for name in self._names]
        for place, group in enumerate(groups):
            for level in range(len(group)):
                same = [other[: level + 1] == group[: level + 1] for other in groups]
                last = next((i - 1 for i in range(place, len(same)) if not same[i]), len(same) - 1)
                if (place == 0 or not same[place - 1]) and last > place:
                    self._sink.merge(self._at + level, place, self._at + level, last)
            if len(group) < depth - 1:
                self._sink.merge(self._at + len(group), place, self._at + depth - 1, place)

    def _total(self, names: Sequence[str], label: str, sums: Mapping[str, int], *, off_by: int) -> None:
        stated = {name: fen + (off_by if place == 0 else 0) for place, (name, fen) in enumerate(sums.items())}
        differs = {name: stated[name] - fen for name, fen in sums.items() if stated[name] != fen}
        self.truth.totals.append(Total(self._at + 1, label, stated, differs))
        first = next((name for name in names if name not in self._sums), names[0])
        cells = {name: self._mess.style.cells(pa.array([Decimal(fen).scaleb(-2)]))[0] for name, fen in stated.items()}
        self._lines([[label if name == first else cells.get(name) for name in names]])


def _fen(column: Any) -> int:
    """Sum of the amounts of a column; what is written over them for a trap counts nothing."""
    if not kind.is_decimal(column.type):
        return sum(int(x.scaleb(2)) for x in map(_readable, column.to_pylist()) if x is not None)
    total = pc.sum(column.cast(pa.decimal128(38, 2))).as_py()
    return int(total.scaleb(2)) if total is not None else 0


def _readable(text: Any) -> Decimal | None:
    try:
        return Decimal(text)
    except (ArithmeticError, TypeError, ValueError):
        return None
