"""Columns as a bank's systems print them, and the files they go into: csv by arrow, xlsx row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from numpy.typing import NDArray
from pyarrow import csv

from kit.demo.plan import Bits, Ints

__all__ = ["NO_DAY", "CsvFile", "XlsxFile", "blank", "days", "money", "numbers", "pick", "yes_no"]

NO_DAY = np.iinfo(np.int64).min  # a date that is not there; numpy's own NaT
_EPOCH = date(1970, 1, 1).toordinal()


def money(fen: Ints) -> pa.Array:
    """分 as exact 元 with two decimals."""
    words = np.empty((len(fen), 2), dtype=np.int64)
    words[:, 0] = fen
    words[:, 1] = fen >> 63  # the upper half of a decimal128 repeats the sign
    return pa.Decimal128Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(words)])


def pick(codes: NDArray[np.integer[Any]], words: Sequence[str]) -> pa.Array:
    """Word of each code."""
    return pc.take(pa.array(words, type=pa.string()), pa.array(codes))


def yes_no(bits: Bits) -> pa.Array:
    """是 or 否."""
    return pick(bits.astype(np.int8), ("否", "是"))


def numbers(values: Ints, width: int = 0, prefix: str = "") -> pa.Array:
    """Whole numbers as text, filled with zeros to ``width`` after ``prefix``."""
    text = pc.utf8_lpad(pc.cast(pa.array(values), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, text, "") if prefix else text


def days(values: Ints, form: str = "%Y-%m-%d") -> pa.Array:
    """Days since 1970-01-01 as text in the form of one of the bank's systems; ``NO_DAY`` is empty."""
    unique, codes = np.unique(values, return_inverse=True)
    words = ["" if day == NO_DAY else date.fromordinal(int(day) + _EPOCH).strftime(form) for day in unique]
    return pick(codes, words)


def blank(column: pa.Array, where: Bits) -> pa.Array:
    """Empty the column's cells where told."""
    return pc.if_else(pa.array(where), "", column)


class CsvFile:
    """A csv that grows chunk by chunk, in the encoding of the bank's system."""

    def __init__(self, path: Path, encoding: str = "gb18030") -> None:
        self.path, self.encoding, self.rows = path, encoding, 0
        self._file = path.open("wb")

    def append(self, columns: Mapping[str, pa.Array | Sequence[Any]]) -> None:
        """Write the rows of one branch; the first ones bring the headers."""
        table = pa.table(dict(columns))
        if not self._file.tell():
            self._file.write((",".join(table.column_names) + "\r\n").encode(self.encoding))
        # A byte-order mark belongs to the head only.
        self._file.write(_csv_text(table).encode(self.encoding.removesuffix("-sig")))
        self.rows += table.num_rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _csv_text(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    csv.write_csv(
        table,
        sink,
        csv.WriteOptions(include_header=False, quoting_style="none", batch_size=65536, eol="\r\n"),
    )
    return str(sink.getvalue().to_pybytes(), "utf-8")


class XlsxFile:
    """A workbook of one sheet that grows chunk by chunk without being held in memory."""

    def __init__(self, path: Path, sheet: str, made: date, formats: Mapping[str, str] | None = None) -> None:
        self.path, self.rows, self._at = path, 0, 0
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._book.set_properties({"created": datetime(made.year, made.month, made.day, tzinfo=UTC)})
        self._sheet = self._book.add_worksheet(sheet)
        self._formats = {
            header: self._book.add_format({"num_format": form}) for header, form in (formats or {}).items()
        }

    def append(self, columns: Mapping[str, pa.Array | Sequence[Any]]) -> None:
        """Write the rows of one branch; the first ones bring the headers."""
        if self._at == 0:
            self._sheet.write_row(0, 0, list(columns))
            self._at = 1
            for place, header in enumerate(columns):
                if header in self._formats:
                    self._sheet.set_column(place, place, 12, self._formats[header])
        lists = [c.to_pylist() if isinstance(c, pa.Array | pa.ChunkedArray) else list(c) for c in columns.values()]
        formats = [self._formats.get(header) for header in columns]
        write = self._sheet.write
        for row in zip(*lists, strict=True):
            for place, value in enumerate(row):
                if value is not None and value != "":
                    write(self._at, place, value, formats[place])
            self._at += 1
        self.rows = self._at - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()
