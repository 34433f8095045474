"""How a bank writes an amount, a number or a date: the same value in any of the ways that an intake must read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kind

from kit.demo.files import MONEY

__all__ = ["DATES", "NUMBERS", "UNITS", "Cell", "Style"]

Cell = str | int | float | date | None

UNITS = {"元": 0, "万元": 4}  # decimals that the point moves
_WAN = pa.decimal128(18, 6)
_WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


def _negative(text: str, form: str) -> str:
    return form.format(text[1:]) if text.startswith("-") else text


NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "plain": "{:f}".format,
    "grouped": "{:,f}".format,
    "full_width": lambda x: f"{x:,f}".translate(_WIDE),
    "brackets": lambda x: _negative(f"{x:f}", "（{}）"),
    "trailing": lambda x: _negative(f"{x:f}", "{}-"),
    "signed": lambda x: f"￥{x:,f}",
    "named": "{:f}".format,
}
_AROUND = {
    "plain": ("-", ""),
    "brackets": ("（", "）"),
    "trailing": ("", "-"),
}  # what stands around an amount below zero
DATES = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "serial", "real")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How values are written.

    Attributes
    ----------
    numbers, dates
        One of `NUMBERS` (``named``: with the unit behind it) and of `DATES`: a form of ``strftime``, a ``serial`` of
        Excel, or a ``real`` date of a workbook (as text, %Y-%m-%d).
    unit
        What amounts are counted in; 万元 has six decimals, so that nothing is lost.
    typed
        Numbers are numbers, not text; where a file can hold them.
    date1904
        Serials count from 1904.
    """

    numbers: str = "plain"
    dates: str = "%Y%m%d"
    unit: str = "元"
    typed: bool = False
    date1904: bool = False

    def cells(self, column: pa.Array) -> list[Cell]:
        """Cells of a column for a workbook; nothing is None."""
        return [None if value is None or value == "" else self._cell(value) for value in column.to_pylist()]

    def written(self, column: pa.Array) -> pa.Array:
        """Column for delimited text, as strings or as what prints so."""
        if kind.is_decimal(column.type) and self.numbers in _AROUND:
            exact = column.cast(MONEY)
            if UNITS[self.unit]:  # the same whole number of 分 with its point moved
                exact = pa.Array.from_buffers(_WAN, len(exact), exact.buffers(), exact.null_count, exact.offset)
            return exact if self.numbers == "plain" else self._negatives(exact.cast(pa.string()))
        if kind.is_date(column.type):
            encoded = column.dictionary_encode()
            words = pa.array([self._text(day) for day in encoded.dictionary.to_pylist()], pa.string())
            return pc.fill_null(pc.take(words, encoded.indices), "")
        if kind.is_string(column.type):
            return column
        return pa.array(["" if value is None else self._text(value) for value in column.to_pylist()], pa.string())

    def _negatives(self, text: pa.Array) -> pa.Array:
        before, after = _AROUND[self.numbers]
        around = pc.binary_join_element_wise(before, pc.utf8_slice_codeunits(text, 1), after, "")
        return pc.fill_null(pc.if_else(pc.starts_with(text, "-"), around, text), "")

    def amount(self, fen: int) -> Decimal:
        """Amount in the unit, with all its decimals."""
        return Decimal(fen).scaleb(-2 - UNITS[self.unit])

    def _cell(self, value: Any) -> Cell:
        if isinstance(value, str):
            return value
        if isinstance(value, date):
            return (
                self._serial(value) if self.dates == "serial" else value if self.dates == "real" else self._text(value)
            )
        if not self.typed:
            return self._text(value)
        return float(self.amount(int(value.scaleb(2)))) if isinstance(value, Decimal) else int(value)

    def _text(self, value: Any) -> str:
        if isinstance(value, date):
            if self.dates == "serial":
                return str(self._serial(value))
            return value.strftime("%Y-%m-%d" if self.dates == "real" else self.dates)
        if not isinstance(value, Decimal):
            return str(value)
        text = NUMBERS[self.numbers](self.amount(int(value.scaleb(2))))
        return text + self.unit if self.numbers == "named" else text

    def _serial(self, day: date) -> int:
        return (day - (date(1904, 1, 1) if self.date1904 else date(1899, 12, 30))).days
