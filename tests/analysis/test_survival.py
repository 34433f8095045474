import warnings

import numpy as np
import pandas as pd
import pytest

from kit.analysis.survival import kaplan_meier, survival
from kit.charts.dormancy import survival_curve
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")  # value floor 5, vip 30 万元


def panel(*paths):
    """A customer for each path of AUM in 万元, a month each; None: not on the list, "?": without a figure."""
    days = pd.date_range("2026-01-31", periods=max(map(len, paths), default=0), freq="ME")
    rows = [
        (f"c{i}", day, float("nan") if wan == "?" else wan * 1e6)
        for i, path in enumerate(paths)
        for day, wan in zip(days, path, strict=True)
        if wan is not None
    ]
    return pd.DataFrame(rows, columns=["customer_id", "as_of", "aum_fen"])


def test_a_hand_worked_curve():
    # Six customers: losses after 1, 2 and 3 months, censored after 2, 4 and 4. 5/6, × 4/5, × 2/3.
    curve = kaplan_meier(np.array([1, 2, 2, 3, 4, 4]), np.array([True, True, False, True, False, False]))
    assert curve["at_risk"].to_list() == [6, 6, 5, 3, 2]
    assert curve["lost"].to_list() == [0, 1, 1, 1, 0]
    assert curve["kept"].to_list() == pytest.approx([1, 5 / 6, 2 / 3, 4 / 9, 4 / 9])


def test_the_published_curve_of_the_leukaemia_trial():
    # Freireich (1963), 6-MP arm, as tabled in Kleinbaum & Klein, Survival Analysis; + is censored.
    weeks = [
        "6",
        "6",
        "6",
        "6+",
        "7",
        "9+",
        "10",
        "10+",
        "11+",
        "13",
        "16",
        "17+",
        "19+",
        "20+",
        "22",
        "23",
        "25+",
        "32+",
        "32+",
        "34+",
        "35+",
    ]
    curve = kaplan_meier(np.array([int(w.strip("+")) for w in weeks]), np.array(["+" not in w for w in weeks]))
    kept = curve.set_index("months")["kept"].round(4)
    assert kept.loc[[6, 7, 10, 13, 16, 22, 23]].to_list() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]


@pytest.mark.parametrize("paths", [(), ([9],), ([1, 1], [0, -1]), ([1, 9],)])
def test_without_two_months_at_the_floor_there_is_nobody_to_follow_and_no_warning(paths):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = survival(panel(*paths), PARAMS)
    assert (found.customers, found.lost, found.kept, found.months) == (0, 0, None, 0)


def test_customers_are_followed_from_the_floor_until_they_fall_below_or_the_data_end():
    found = survival(panel([5, 4, 9], [9, 9, 9], [1, 40, 40], [9, 9, 4.99], [1, 1, 1]), PARAMS)
    assert (found.customers, found.lost, found.months) == (4, 2, 2)
    # After one month 1 of 4 is lost, one is censored; after two 1 of 2.
    assert found.curve["kept"].to_list() == pytest.approx([1, 3 / 4, 3 / 8])
    tiers = found.by_tier.set_index("tier")
    assert tiers.loc["vip"].to_list() == [1, 0, 1.0]
    assert tiers.loc["core", ["customers", "lost"]].to_list() == [3, 2]


def test_off_the_list_for_good_is_lost_and_for_a_month_is_not():
    found = survival(panel([9, 9, None, None], [9, None, 9, 9], [9, 9, 9, 9]), PARAMS)
    assert found.curve["lost"].to_list() == [0, 0, 1, 0]


def test_a_month_without_a_figure_is_as_the_month_before():
    assert survival(panel([9, "?", "?"], [9, 9, 9]), PARAMS).lost == 0


def test_whose_last_months_are_not_known_was_followed_as_far_as_he_is():
    found = survival(panel([9, 9, "?", "?"], [9, 9, 9, 9]), PARAMS)
    assert (found.lost, found.curve["at_risk"].to_list()) == (0, [2, 2, 1, 1])


def test_months_are_those_of_the_calendar_whether_sent_or_not():
    rows = panel([9, 9, 4], [9, 9, 9])
    rows["as_of"] = rows["as_of"].replace(pd.Timestamp("2026-03-31"), pd.Timestamp("2026-07-31"))
    found = survival(rows, PARAMS)
    assert (found.months, found.curve["lost"].to_list()) == (6, [0, 0, 0, 0, 0, 0, 1])


def test_the_curve_is_drawn_to_its_last_month():
    labels = wording("zh").labels("charts")
    axes = survival_curve(survival(panel([5, 4, 9], [9, 9, 9]), PARAMS), labels=labels).axes[0]
    assert axes.get_xlim() == (0, 2)
    assert axes.texts[0].get_text() == "50.0%"
