import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.gains import gains
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def panel(*customers):
    """A customer for each tuple of AUM by month; None: not on the list, NaN: on it without a figure."""
    days = pd.date_range("2026-01-31", periods=max(map(len, customers), default=0), freq="ME")
    rows = [
        (f"c{i:03}", day, fen)
        for i, known in enumerate(customers)
        for day, fen in zip(days, known, strict=True)
        if fen is not None
    ]
    return pd.DataFrame(rows, columns=["customer_id", "as_of", "aum_fen"]).astype({"aum_fen": "float64"})


@pytest.mark.parametrize("customers", [(), ((100,), (200,)), ((5, 5), (0, 0), (-3, -3))])
def test_without_two_months_or_anything_gained_there_is_no_share(customers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gains(panel(*customers), PARAMS)
    assert (found.gain_fen, found.top_share) == (0, None)


def test_a_hand_worked_branch_the_gains_of_the_top_stand_beside_what_they_held_and_the_new_apart():
    # Start 1000, 400, 300, 200, 100: the top 20% is the one with 1000, who gains 600; the others 40; one is new.
    found = gains(panel((1000, 1600), (400, 0), (300, 250), (200, 240), (100, None), (None, 60)), PARAMS)
    assert (found.gain_fen, found.new_fen, found.claim) == (640, 60, "holds")
    assert (found.top_share, found.top_start_share) == (pytest.approx(600 / 640), 0.5)
    table = found.table.set_index("start_group")
    assert table["customers"].to_dict() == {"top": 1, "other": 4, "new": 1}
    assert table["start_fen"].to_dict() == {"top": 1000, "other": 1000, "new": 0}
    assert table.loc["new", ["start_share", "share_of_gain"]].isna().all()


@pytest.mark.parametrize(("others", "claim"), [(50, "holds"), (150, "weight"), (1000, "below")])
def test_what_is_said_of_the_claim_follows_the_shares(others, claim):
    # The top one holds 1000 of 1800, five in nine, and gains 400.
    found = gains(panel((1000, 1400), (200, 200 + others), (200, 200), (200, 200), (200, 200)), PARAMS)
    assert found.claim == claim


def test_who_had_most_by_chance_on_the_first_day_is_not_the_top_of_it():
    # The average of the first two of five months: c000 200, c001 150; on the first day alone c001 had 250.
    found = gains(panel((200, 200, 200, 200, 300), (250, 50, 50, 50, 50), *[(10,) * 5] * 3), PARAMS)
    assert (found.ranked_by, found.top_share) == (2, 1)


def test_equal_customers_are_ranked_by_their_number():
    assert gains(panel((10, 15), *[(10, 10)] * 4), PARAMS).top_share == 1


def test_an_amount_that_is_not_known_is_neither_a_gain_nor_a_start():
    found = gains(panel((100, 150), (100, np.nan), (np.nan, 70)), PARAMS)
    assert (found.gain_fen, found.new_fen, found.table["customers"].sum()) == (50, 0, 1)


def test_chance_on_the_first_day_takes_far_less_from_the_top_of_several_months():
    # All customers are alike but for noise, so that a fifth of them should gain a fifth.
    known = np.random.default_rng(5).normal(1e6, 1e5, (2_000, 12))
    by_a_day, by_six_months = gains(panel(*known[:, [0, -1]]), PARAMS), gains(panel(*known), PARAMS)
    assert by_a_day.top_share < 0.03
    assert by_six_months.top_share > 0.12


@given(st.lists(st.tuples(*[st.none() | st.integers(-100, 10**12)] * 3), min_size=1, max_size=30))
def test_groups_are_of_everybody_known_at_an_end_and_sum_to_the_gains(customers):
    found = gains(panel(*customers), PARAMS)
    if len({at for known in customers for at, fen in enumerate(known) if fen is not None} & {0, 2}) == 2:
        assert found.table["customers"].sum() == sum(a is not None or c is not None for a, _, c in customers)
        assert found.gain_fen == sum(
            max((c or 0) - a, 0) if c is not None else 0 for a, _, c in customers if a is not None
        )
