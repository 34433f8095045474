"""Columns of the bank's tables, made by arrow: exact amounts, days, words, numbers with leading zeros."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kit.demo.plan import Bits, Ints

MONEY = pa.decimal128(18, 2)
NO_DAY = np.iinfo(np.int64).min  # a date that is not there; numpy's own NaT


def money(fen: Ints) -> pa.Array:
    """分 as exact 元 with two decimals."""
    words = np.empty((len(fen), 2), dtype=np.int64)
    words[:, 0] = fen
    words[:, 1] = fen >> 63  # the upper half of a decimal128 repeats the sign
    return pa.Decimal128Array.from_buffers(MONEY, len(fen), [None, pa.py_buffer(words)])


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


def days(values: Ints) -> pa.Array:
    """Dates from days since 1970-01-01; ``NO_DAY`` is empty."""
    return pa.array(values.astype("datetime64[D]"))


def blank(column: pa.Array, where: Bits) -> pa.Array:
    """Empty the column's cells at some places."""
    return pc.if_else(pa.array(where), pa.scalar(None, column.type), column)
