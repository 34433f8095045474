import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.concentration import gini
from kit.analysis.inequality import gini_interval, gini_split, standard_error
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(fen, **columns):
    return pd.DataFrame({"aum_fen": pd.Series(fen, dtype="float64"), "tier": "basic"} | columns)


@pytest.mark.parametrize("fen", [[], [0, 0, 0], [-5, None]])
def test_where_nobody_has_anything_there_is_no_interval_and_nothing_to_split(fen):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        interval, split = gini_interval(_customers(fen), PARAMS), gini_split(_customers(fen), PARAMS)
    assert (len(interval.table), interval.low, interval.gini_without) == (0, None, None)
    assert (len(split.table), split.groupings) == (0, 0)


def test_one_customer_and_equal_customers_are_equal_for_certain():
    for fen in ([7], [100] * 40):
        found = gini_interval(_customers(fen), PARAMS)
        assert (found.low, found.high) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))


def test_the_standard_error_is_the_spread_of_what_each_customer_moves():
    # The influence of a customer is how the weighted coefficient moves with his weight.
    amounts = np.sort(np.random.default_rng(1).lognormal(10, 1.5, 60))
    step = 1e-6
    moves = [gini(amounts, np.where(np.arange(60) == i, 1 + step, 1.0)) - gini(amounts) for i in range(60)]
    assert standard_error(amounts, gini(amounts)) == pytest.approx(
        np.sqrt((np.array(moves) ** 2).sum()) / step, rel=1e-4
    )


def test_the_interval_holds_the_coefficient_of_where_the_customers_come_from():
    # Exponential amounts have a coefficient of one half.
    chance = np.random.default_rng(7)
    found = [gini_interval(_customers(chance.exponential(1e6, 300)), PARAMS) for _ in range(400)]
    assert np.mean([interval.low <= 0.5 <= interval.high for interval in found]) == pytest.approx(0.95, abs=0.03)


def test_the_largest_are_left_out_ten_at_least_and_never_more_than_half():
    found = gini_interval(_customers([1] * 30 + [1_000] * 10), PARAMS)
    assert found.table["left_out"].tolist() == [0, 10, 20]
    assert found.table["gini"].tolist()[1:] == pytest.approx([0, 0], abs=1e-12)
    assert (found.most_left_out, found.gini_without) == (20, pytest.approx(0, abs=1e-12))
    assert gini_interval(_customers([1] * 19), PARAMS).table["left_out"].tolist() == [0]


def test_a_branch_whose_money_only_the_largest_hold_has_no_figure_without_them():
    assert gini_interval(_customers([0] * 90 + [5] * 10), PARAMS).table["left_out"].tolist() == [0]


def test_what_fewer_than_ten_hold_is_not_told():
    with pytest.raises(ValueError, match="greater than or equal to 10"):
        Params(**profile("rural-postal"), compared={"leave_out": (1,)})


def test_a_hand_worked_split_between_within_and_by_overlap():
    # Owners a: 1, 3; b: 2, 4. G = 0.25. Means 2 and 3: between = 0.1. Within: 2/4·4/10·0.25 + 2/4·6/10·(1/6) = 0.1.
    found = gini_split(
        _customers([1, 3, 2, 4], tier=["basic", "core", "basic", "core"], staff_id=[*"aabb"], orphan=False), PARAMS
    ).table.set_index("grouping")
    shares = ["between_share", "within_share", "overlap_share"]
    assert found.loc["owner", shares].tolist() == pytest.approx([0.4, 0.4, 0.2])
    # Tiers 1, 2 and 3, 4: means 1.5 and 3.5: between = 0.2; within: 1/2·3/10·1/6 + 1/2·7/10·1/14 = 0.05.
    assert found.loc["tier", shares].tolist() == pytest.approx([0.8, 0.2, 0], abs=1e-12)


def test_whom_nobody_keeps_is_a_group_of_its_own_and_a_customer_without_a_figure_is_in_none():
    found = gini_split(_customers([1, 3, None], staff_id=["a", "gone", "b"], orphan=[False, True, False]), PARAMS).table
    assert found.set_index("grouping").loc["owner", ["groups", "between_share"]].tolist() == [2, 1]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from("abc")), min_size=1, max_size=25))
def test_overlap_is_what_two_customers_differ_against_the_order_of_their_groups(rows):
    fen, groups = zip(*rows, strict=True)
    found = gini_split(_customers(fen, staff_id=list(groups), orphan=False), PARAMS).table
    if found.empty:
        assert not any(fen) or gini(np.sort(np.array(fen, dtype=float))) == 0
        return
    # Pyatt (1976): over all pairs, what the member of the poorer group has above that of the richer.
    means = pd.Series(fen).groupby(list(groups)).mean()
    against = sum(max(x - y, 0) for x, a in rows for y, b in rows if a != b and (means[a], a) < (means[b], b))
    share = 2 * against / (len(fen) * sum(fen)) / gini(np.sort(np.array(fen, dtype=float)))
    assert found.set_index("grouping").loc["owner", "overlap_share"] == pytest.approx(share, abs=1e-9)
