"""Columns hold exactly what was drawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from kit.demo.files import NO_DAY, days, money, numbers


def test_money_is_exact_also_below_zero_and_beyond_a_double() -> None:
    fen = np.array([0, 5, -5, -100, 9_007_199_254_740_993])
    assert money(fen).cast(pa.string()).to_pylist() == ["0.00", "0.05", "-0.05", "-1.00", "90071992547409.93"]


def test_a_missing_day_is_empty() -> None:
    assert days(np.array([0, NO_DAY, 20_000])).to_pylist() == [date(1970, 1, 1), None, date(2024, 10, 4)]


def test_numbers_keep_their_leading_zeros() -> None:
    assert numbers(np.array([7]), 4, "H").to_pylist() == ["H0007"]
