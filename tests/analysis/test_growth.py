import warnings

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.growth import growth
from kit.charts.growth import waterfall
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
FIRST, LAST = pd.Timestamp("2025-10-31"), pd.Timestamp("2026-10-31")


def panel(*ends, dates=(FIRST, LAST)):
    """A customer for each pair of AUM at the first and the last date; None: not on the list."""
    rows = [
        (f"c{i}", day, float(fen))
        for i, pair in enumerate(ends)
        for day, fen in zip(dates, pair, strict=True)
        if fen is not None
    ]
    return pd.DataFrame(rows, columns=["customer_id", "as_of", "aum_fen"])


def test_a_branch_without_customers_has_nothing_to_compare_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = growth(panel(), PARAMS)
    assert (found.months, found.start_customers, found.gain_fen, found.top_share) == (0, 0, 0, None)


def test_one_month_alone_has_nothing_to_compare():
    found = growth(panel((100,), (200,), dates=(LAST,)), PARAMS)
    assert (found.months, found.start_customers, found.net_fen, found.top_share) == (1, 0, 0, None)


def test_where_nothing_moved_there_is_no_share_of_a_gain():
    found = growth(panel((5, 5), (0, 0), (-3, -3)), PARAMS)
    assert (found.gain_fen, found.loss_fen, found.net_fen, found.top_share) == (0, 0, 0, None)
    assert found.steps.set_index("step").loc["same", "customers"] == 3


def test_a_hand_worked_branch_ties_and_the_largest_customers_gain_more_than_the_net():
    # Start 1000, 400, 300, 200, 100 and one who is new: the top 20% is the one with 1000.
    found = growth(panel((1000, 1600), (400, 0), (300, 250), (200, 240), (100, None), (None, 60)), PARAMS)
    steps = found.steps.set_index("step")
    told = {"new": 60, "up": 640, "same": 0, "down": -50, "emptied": -400, "left": -100}
    assert steps["change_fen"].to_dict() == told
    assert steps["customers"].to_dict() == {"new": 1, "up": 2, "same": 0, "down": 1, "emptied": 1, "left": 1}
    assert steps["known_before_fen"].to_dict() == {
        "new": 0,
        "up": 1200,
        "same": 0,
        "down": 300,
        "emptied": 400,
        "left": 100,
    }
    assert (found.start_fen, found.end_fen, found.net_fen) == (2000, 2150, 150)
    assert (found.gain_fen, found.loss_fen) == (700, -550)
    assert found.top_share == pytest.approx(600 / 700)
    assert found.new_share == pytest.approx(60 / 700)
    assert found.top_share_of_net == pytest.approx(4.0)
    assert found.growth_share == pytest.approx(0.075)


def test_where_the_net_is_a_loss_there_is_no_share_of_it():
    found = growth(panel((100, 150), (100, 10)), PARAMS)
    assert (found.net_fen, found.top_share_of_net) == (-40, None)
    assert found.groups["share_of_net"].isna().all()


def test_customers_rank_by_where_they_started_not_by_where_they_ended():
    found = growth(panel((10, 10), *[(9 - i, 1000) for i in range(4)]), PARAMS)
    assert found.top_share == 0


def test_equal_customers_are_ranked_by_their_number():
    found = growth(panel((10, 15), *[(10, 10)] * 4), PARAMS)
    assert found.top_share == 1


def test_a_customer_whose_amount_is_unknown_at_one_end_is_left_out_and_counted():
    rows = panel((100, 150), (100, 100))
    rows.loc[3, "aum_fen"] = None
    found = growth(rows, PARAMS)
    assert (found.unknown, found.unknown_fen, found.start_fen, found.net_fen) == (1, 100, 100, 50)
    steps = found.steps.set_index("step")
    assert steps.loc["unknown", ["customers", "known_before_fen"]].to_list() == [1, 100]
    assert pd.isna(steps.loc["unknown", "change_fen"])
    assert steps.loc[["emptied", "left", "down"], "customers"].sum() == 0


def test_what_was_last_known_of_a_customer_is_told_whichever_month_that_was():
    days = pd.date_range("2026-06-30", "2026-10-31", freq="ME")
    rows = panel((100, 300, None, None, None), (7, 7, 7, 7, 7), dates=days)
    rows = pd.concat([rows, pd.DataFrame({"customer_id": ["c0"], "as_of": [days[-1]], "aum_fen": [float("nan")]})])
    found = growth(rows, PARAMS)
    assert (found.unknown, found.unknown_fen, found.missing) == (1, 300, 0)


def test_months_that_were_not_sent_are_told():
    found = growth(panel((1, 2, 3), dates=pd.to_datetime(["2025-10-31", "2026-08-31", "2026-10-31"])), PARAMS)
    assert (found.months, found.missing) == (3, 10)


@given(
    st.lists(
        st.tuples(*[st.none() | st.integers(-100, 10**12)] * 2).filter(lambda pair: pair != (None, None)),
        min_size=1,
        max_size=30,
    )
)
def test_steps_and_groups_sum_to_the_net_to_the_cent(ends):
    found = growth(panel(*ends), PARAMS)
    if found.months == 2:
        assert found.net_fen == found.end_fen - found.start_fen == found.gain_fen + found.loss_fen
        assert found.steps["change_fen"].sum() == found.groups["net_fen"].sum() == found.net_fen
        assert found.steps["customers"].sum() == found.groups["customers"].sum()


def test_the_waterfall_starts_at_nothing_and_ends_at_the_net():
    labels = wording("zh").labels("charts") | wording("zh").labels("labels")
    figure = waterfall(growth(panel((1000_00, 1600_00), (400_00, 0), (None, 60_00)), PARAMS), labels=labels)
    bars = [(bar.get_y(), bar.get_height()) for bar in figure.axes[0].patches]
    assert bars[0][0] == 0
    assert bars[-1][0] + bars[-1][1] == pytest.approx(260_00 / 1e6)
