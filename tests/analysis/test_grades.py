import pandas as pd
import pytest

from kit.analysis.grades import contribution, intent_grades, scorecard
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
CUSTOMERS = pd.DataFrame({
    "service_grade": ["A", "B", "D", "D"], "service_score": [80.0, 60.0, 10.0, 0.0],
    "aum_fen": [300 * WAN, 100 * WAN, 0, -WAN], "intent": ["A", None, "D", None],
    "factor_assets": [1.0, 2 / 3, 0.0, 0.0], "factor_contribution": [1.0, None, 0.0, 0.5],
    "factor_potential": [1.0, 0.0, 0.0, 0.0],
})  # fmt: skip


def test_grades_hold_their_customers_assets_and_contacts_a_year():
    found = scorecard(CUSTOMERS, PARAMS)
    table = found.table.set_index("service_grade")
    assert table["customers"].tolist() == [1, 1, 0, 2]
    assert table["share_of_aum"].tolist() == [0.75, 0.25, 0, 0]  # who owes counts as nothing
    assert table["asked_a_year"].tolist() == [4, 4, 0, 2]  # 365/91 twice; 365/212 for the D, none for who owes
    assert (found.upper, found.upper_fen, found.upper_share_of_aum) == (2, 400 * WAN, 1.0)


def test_a_factor_that_is_not_known_drops_out_and_the_others_carry_its_weight():
    found = scorecard(CUSTOMERS, PARAMS)
    factors = found.factors.set_index("factor")
    assert list(factors.index) == ["assets", "contribution", "potential"]
    assert found.dropped == ("relation",)
    # Of 80 used: 40, 20, 20; for the one without contribution 40 and 20 of 60.
    assert factors.loc["assets", "weight_share"] == pytest.approx((3 * 0.5 + 2 / 3) / 4)
    assert factors.loc["contribution", "mean_points"] == pytest.approx((1 + 0.5) * 25 / 4)
    assert factors["full_customers"].tolist() == [1, 1, 1]
    assert factors["unknown_customers"].tolist() == [0, 1, 0]
    assert contribution(CUSTOMERS, PARAMS).mean_share == pytest.approx(0.5)


def test_what_tells_customers_apart_is_the_share_of_the_scores_variance_and_not_the_weight():
    # Points of 60: assets 40, 0; potential 20, 0: the score 60, 0. Where all are alike nothing tells them apart.
    two = CUSTOMERS.iloc[[0, 2]].drop(columns="factor_contribution")
    factors = scorecard(two, PARAMS).factors.set_index("factor")
    assert factors["effect_share"].to_dict() == {"assets": pytest.approx(2 / 3), "potential": pytest.approx(1 / 3)}
    flat = scorecard(two.assign(factor_potential=1.0), PARAMS)
    assert flat.factors["effect_share"].tolist() == pytest.approx([1, 0])
    assert (flat.most, flat.most_effect) == ("assets", pytest.approx(1))
    alike = scorecard(two.assign(factor_potential=1.0, factor_assets=0.5), PARAMS)
    assert (alike.most, alike.factors["effect_share"].isna().all()) == (None, True)


def test_a_factor_that_is_the_same_for_all_customers_of_the_bank_is_named_as_left_out():
    assert scorecard(CUSTOMERS.assign(factor_potential=None), PARAMS).dropped == ("relation", "potential")


def test_the_ungraded_are_told_apart_from_those_who_said_later():
    table = intent_grades(CUSTOMERS, PARAMS).table.set_index("intent")
    assert table["customers"].to_dict() == {"A": 1, "B": 0, "C": 0, "D": 1, "unknown": 2}
    assert table.loc["A", ["closes_months", "at_most_days"]].tolist() == [1, 7]
    assert intent_grades(CUSTOMERS, PARAMS).near_fen == 300 * WAN


def test_a_branch_without_customers_has_no_shares():
    found = scorecard(CUSTOMERS.head(0), PARAMS)
    assert (found.customers, found.upper, found.upper_share) == (0, 0, None)
    assert found.factors["mean_points"].isna().all()


def test_without_their_columns_they_name_what_they_lack():
    bare = CUSTOMERS[["service_grade", "service_score", "aum_fen", "factor_assets", "factor_potential"]]
    assert isinstance(intent_grades(bare, PARAMS), Unavailable)
    assert contribution(bare, PARAMS).columns == ("factor_contribution",)
