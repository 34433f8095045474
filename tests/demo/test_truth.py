"""The planted figures are reckoned exactly, also where nobody has anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.demo.balances import tier_of
from messy_bank.truth import gini, share_holding, top_share

AMOUNTS = st.lists(st.integers(-(10**6), 10**12), min_size=1, max_size=40)


def test_nothing_has_no_concentration() -> None:
    empty = np.array([0, 0, -5])
    assert gini(empty) is None
    assert top_share(empty) is None
    assert share_holding(empty) is None


def test_one_customer_holds_everything_evenly() -> None:
    one = np.array([100])
    assert (gini(one), top_share(one), share_holding(one)) == (0, 1, 1)


def test_a_hand_sized_branch() -> None:
    aum = np.array([0, 10, 20, 30, 40])
    assert gini(aum) == pytest.approx(0.4)
    assert top_share(aum) == pytest.approx(0.4)
    assert share_holding(aum) == pytest.approx(3 / 5)


def test_a_tier_begins_at_its_floor() -> None:
    fen = np.array([-1, 0, 4_999_999, 5_000_000, 29_999_999, 30_000_000, 299_999_999, 300_000_000])
    assert tier_of(fen).tolist() == [0, 0, 0, 1, 1, 2, 2, 3]


def test_the_gini_of_a_large_bank_does_not_overflow() -> None:
    assert gini(np.full(20_000, 10**14)) == pytest.approx(0)


@given(AMOUNTS)
def test_gini_is_the_mean_difference_over_twice_the_mean(values: list[int]) -> None:
    x = [max(v, 0) for v in values]
    if sum(x) == 0:
        assert gini(np.array(values)) is None
        return
    apart = sum(abs(a - b) for a in x for b in x)
    assert gini(np.array(values)) == pytest.approx(apart / (2 * len(x) * sum(x)), abs=1e-12)


@given(AMOUNTS)
def test_the_share_holding_is_enough_and_no_more(values: list[int]) -> None:
    x = sorted((max(v, 0) for v in values), reverse=True)
    share = share_holding(np.array(values))
    if share is None:
        assert sum(x) == 0
        return
    k = round(share * len(x))
    assert 5 * sum(x[:k]) >= 4 * sum(x) > 5 * sum(x[: k - 1]) or (k == 1 and sum(x) > 0)
