import warnings

import pandas as pd
import pytest

from kit.analysis.hidden import hidden_list, hidden_value
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(n=4, **columns):
    return pd.DataFrame({"customer_id": [*"abcd"][:n], "tier": "basic", "aum_fen": [4.0, 3.0, 2.0, 1.0][:n]} | columns)


def test_a_branch_without_customers_hides_nothing_and_there_is_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nobody = _customers(0, hidden_flow=[])
        found, listed = hidden_value(nobody, PARAMS), hidden_list(nobody)
    assert (found.customers, found.share, found.several, len(listed)) == (0, None, 0, 0)


def test_more_signs_come_first_then_more_inflow():
    customers = _customers(
        hidden_flow=[True, False, True, False], hidden_payroll=[False, True, True, False],
        inflow_fen=[70.0, 90.0, 10.0, 999.0],
    )  # fmt: skip
    listed, found = hidden_list(customers), hidden_value(customers, PARAMS)
    assert listed["customer_id"].tolist() == ["c", "b", "a"]
    assert listed["reason"].tolist() == ["hidden_flow+hidden_payroll", "hidden_payroll", "hidden_flow"]
    assert (found.customers, found.several, found.share) == (len(listed), 1, 0.75)
    assert found.inflow_fen == listed["amount_fen"].sum() == 170
    assert found.table.to_numpy().tolist() == [["hidden_flow", 4, 2, 6, 80], ["hidden_payroll", 4, 2, 5, 100]]


def test_without_flows_the_occupation_alone_is_a_sign_and_aum_stands_for_it():
    customers = _customers(hidden_occupation=[False, True, True, False])
    assert hidden_list(customers)["amount_fen"].tolist() == [3, 2]
    assert hidden_value(customers, PARAMS).inflow_fen is None


@pytest.mark.parametrize("analysis", [hidden_value, lambda c, _p: hidden_list(c)])
def test_what_was_not_sent_is_named(analysis):
    assert analysis(_customers(), PARAMS) == Unavailable(("hidden_flow",))
