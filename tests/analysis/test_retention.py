import warnings

import pandas as pd
import pytest

from kit.analysis.result import Unavailable
from kit.analysis.retention import pass_through, payroll_retention
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _paid(*rows, **more):
    made = pd.DataFrame(rows, columns=["tier", "pay_fen", "pay_kept_fen"]).assign(aum_fen=1.0, salaried=False)
    return made.astype({"pay_fen": "float64", "pay_kept_fen": "float64"}).assign(**more)


def test_nobody_paid_is_no_rate_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rows in ([], [("basic", None, None)], [("basic", 0, 0)], [("basic", 100, None)]):
            found = payroll_retention(_paid(*rows), PARAMS)
            assert (found.customers, found.retained_share, found.leaving_share, found.pay_fen) == (0, None, None, 0)


def test_nobody_known_to_be_paid_is_nothing_known_where_nobody_is_known_not_to_be():
    unknown = _paid(("basic", None, None), salaried=None)
    assert payroll_retention(unknown, PARAMS) == Unavailable(("pay_fen", "pay_kept_fen"), 0, 1)


def test_money_passes_through_of_those_who_can_be_judged_alone():
    customers = pd.DataFrame({"tier": "basic", "aum_fen": 1.0, "primary_pass_through": [True, False, None, None]})
    found = pass_through(customers, PARAMS)
    assert (found.customers, found.judged, found.share) == (1, 2, 0.5)
    assert found.table.set_index("tier").loc["basic", "share"] == 0.5


def test_a_tenth_left_is_gone_and_a_little_more_is_not():
    found = payroll_retention(_paid(("basic", 1_000, 100), ("basic", 1_000, 101), ("basic", 500, -20)), PARAMS)
    assert (found.leaving, found.leaving_fen, found.leaving_share) == (2, 1_500, pytest.approx(2 / 3))


def test_one_large_sum_in_the_week_does_not_outweigh_the_others():
    found = payroll_retention(_paid(("basic", 100, 40), ("basic", 100, 50), ("vip", 100, 10**9)), PARAMS)
    assert found.retained_share == 0.5
    assert found.table.set_index("tier").loc["basic", "retained_share"] == pytest.approx(0.45)
    assert found.table["customers"].sum() == found.customers == 3


def test_the_basis_is_told():
    assert payroll_retention(_paid(("basic", 1, 1), pay_daily=True), PARAMS).basis == "days"
    assert payroll_retention(_paid(("basic", 1, 1), pay_daily=False), PARAMS).basis == "month"


def test_pass_through_customers_by_tier_with_what_left():
    customers = pd.DataFrame({
        "tier": ["basic", "basic", "vip"], "aum_fen": [10.0, 20.0, 40.0], "outflow_fen": [1_000.0, None, 9.0],
        "primary_pass_through": [True, True, False],
    })  # fmt: skip
    found = pass_through(customers, PARAMS)
    assert (found.customers, found.share, found.aum_fen) == (2, pytest.approx(2 / 3), 30)
    assert found.table.set_index("tier").loc["basic", ["customers", "share", "aum_fen", "outflow_fen"]].tolist() == [
        2, 1, 30, 1_000,
    ]  # fmt: skip
    assert pass_through(customers.head(0), PARAMS).share is None


def test_what_was_not_sent_is_named():
    bare = pd.DataFrame({"tier": ["basic"], "aum_fen": [1.0]})
    assert payroll_retention(bare, PARAMS) == Unavailable(("pay_fen", "pay_kept_fen"))
    assert pass_through(bare, PARAMS) == Unavailable(("primary_pass_through",))
