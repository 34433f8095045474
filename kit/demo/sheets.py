"""Files in the forms that banks send; text grows block by block, what a workbook holds is written at the end."""

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kind
import xlsxwriter
from pyarrow import csv as arrow_csv

from kit.demo.extracts import Layout
from kit.demo.files import MONEY
from kit.demo.oddities import Block

_WAN = pa.decimal128(18, 6)  # amounts in 万元 have six decimals, so that nothing is lost


class _Text:
    """Delimited text."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._delimiter, self._dates = layout.delimiter, layout.dates
        self._file = path.open("w", encoding=layout.encoding, newline="")

    def lines(self, _sheet: str, rows: Sequence[Sequence[str]]) -> None:
        csv.writer(self._file, delimiter=self._delimiter).writerows(rows)

    def table(self, _sheet: str, columns: Sequence[pa.Array]) -> None:
        texts = [self._dated(column) if kind.is_date(column.type) else column for column in columns]
        sink, plain = pa.BufferOutputStream(), {"include_header": False, "quoting_style": "none", "eol": "\r\n"}
        options = arrow_csv.WriteOptions(delimiter=self._delimiter, batch_size=65_536, **plain)
        arrow_csv.write_csv(pa.table(texts, names=list(map(str, range(len(texts))))), sink, options)
        self._file.write(str(sink.getvalue().to_pybytes(), "utf-8"))

    def _dated(self, column: pa.Array) -> pa.Array:
        encoded = column.dictionary_encode()
        texts = [day.strftime(self._dates) for day in encoded.dictionary.to_pylist()]
        return pc.take(pa.array(texts, pa.string()), encoded.indices)

    def close(self, _layout: Layout) -> None:
        self._file.close()


class _Workbook:
    """A workbook; its rows are held until it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sheets: dict[str, list[Sequence[Any]]] = {}

    def lines(self, sheet: str, rows: Sequence[Sequence[str]]) -> None:
        self._sheets.setdefault(sheet, []).extend(rows)

    def table(self, sheet: str, columns: Sequence[pa.Array]) -> None:
        self._sheets[sheet] += zip(*(column.to_pylist() for column in columns), strict=True)

    def close(self, layout: Layout) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
        with xlsxwriter.Workbook(self._path, options) as book:
            for name, rows in self._sheets.items():
                sheet = self._written(book, name, rows)
                top, left = len(_above(layout, "")), 0
                for label, width in layout.groups:
                    sheet.merge_range(top, left, top, left + width - 1, label)
                    left += width
            if layout.draft:
                self._written(book, "底稿", next(iter(self._sheets.values()))).hide()

    @staticmethod
    def _written(book: xlsxwriter.Workbook, name: str, rows: Sequence[Sequence[Any]]) -> Any:
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        return sheet


def _above(layout: Layout, day: str) -> list[str]:
    unit = "单位：万元"
    lines = [f"{layout.title}（{unit}）" if layout.wan == "title" else layout.title] if layout.title else []
    return lines + [unit] * (layout.wan == "line") + [f"数据日期：{day}"] * layout.dated


class Extract:
    """The file of one table while it grows."""

    def __init__(self, folder: Path, name: str, layout: Layout, *, day: str) -> None:
        path = folder / f"{name}{layout.suffix}"
        self._sink = _Workbook(path) if layout.suffix == ".xlsx" else _Text(path, layout)
        self._layout, self._day, self._sheet = layout, day, name
        self._begun: list[str] = []  # the sheet of each block
        self._header: list[list[str]] = []
        self._sums: dict[str, int] = {}

    def append(self, block: Block) -> None:
        """Write the rows of one branch, or bad ones behind the last; the first of a sheet bring titles and header."""
        layout = self._layout
        columns = {header: c if isinstance(c, pa.Array) else pa.array(c) for header, c in block.columns.items()}
        if layout.by_branch and block.branch:
            self._sheet = block.branch
        if self._sheet not in self._begun:
            self._begin(columns)
        elif layout.repeat_header and len(self._begun) == 1:
            self._sink.lines(self._sheet, self._header)
        self._begun.append(self._sheet)
        sums = {name: _fen(columns[name]) for name in self._sums}
        self._sums = {name: fen + sums[name] for name, fen in self._sums.items()}
        self._table(columns)
        if layout.subtotals and block.branch:
            self._total(f"{block.branch}小计", sums)

    def close(self) -> None:
        """Write what stands below the table, and finish the file."""
        if self._layout.total:
            first = next(iter(self._sums))
            self._total("合计", {**self._sums, first: self._sums[first] + self._layout.off_by})
        self._sink.lines(self._sheet, [[note] for note in self._layout.notes])
        self._sink.close(self._layout)

    def _begin(self, columns: Mapping[str, pa.Array]) -> None:
        self._names = list(columns)
        self._sums = {name: 0 for name, column in columns.items() if kind.is_decimal(column.type)}
        unit = "(万元)" if self._layout.wan == "header" else ""
        groups = [label for group, width in self._layout.groups for label in (group, *[""] * (width - 1))]
        self._header = [groups] if groups else []
        self._header.append([name + unit if name in self._sums else name for name in self._names])
        self._sink.lines(self._sheet, [[line] for line in _above(self._layout, self._day)])
        self._sink.lines(self._sheet, self._header)

    def _table(self, columns: Mapping[str, pa.Array]) -> None:
        self._sink.table(self._sheet, [self._amounts(c) if kind.is_decimal(c.type) else c for c in columns.values()])

    def _amounts(self, column: pa.Array) -> pa.Array:
        exact = column.cast(MONEY)
        if not self._layout.wan:
            return exact
        # The same whole number of 分 with its point moved.
        wan = pa.Array.from_buffers(_WAN, len(exact), exact.buffers(), exact.null_count, exact.offset)
        return pc.binary_join_element_wise(wan.cast(pa.string()), "万元", "") if self._layout.wan == "cell" else wan

    def _total(self, label: str, sums: Mapping[str, int]) -> None:
        amounts = {name: pa.array([Decimal(fen).scaleb(-2)]) for name, fen in sums.items()}
        first = next(name for name in self._names if name not in sums)
        empty = pa.array([None], pa.string())
        self._table({name: pa.array([label]) if name == first else amounts.get(name, empty) for name in self._names})


def _fen(column: pa.Array) -> int:
    """Sum of the amounts of a column; what is written over them counts nothing."""
    total = pc.sum(column.cast(pa.decimal128(38, 2))).as_py() if kind.is_decimal(column.type) else None
    return int(total.scaleb(2)) if total is not None else 0
