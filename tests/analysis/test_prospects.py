import pandas as pd
import pytest

from kit.analysis.prospects import key_products, prospect_list
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import WAN, Params

OFFERS = profile("rural-postal")["offers"]


def _params(*key, **offers):
    rules = {**profile("rural-postal"), "offers": {**OFFERS, "key": list(key), **offers}}
    return Params(**rules, as_of="2026-10-31")


WMP = {"family": "wmp", "from_wan": 5}


def prospects(customers, params, family="wmp"):
    return prospect_list(customers, params, family=family)


def _customers(n=1, **columns):
    given = {
        "branch_id": ["01"] * n, "customer_id": [f"{i:02d}" for i in range(n)], "aum_fen": [10 * WAN] * n,
        "holds_wmp": [False] * n, "risk_rank": [5.0] * n, "risk_state": ["valid"] * n,
    }  # fmt: skip
    return pd.DataFrame(given | columns)


def test_nobody_and_no_key_product_make_no_list():
    assert key_products(_customers(0), _params(WMP)).prospects == 0
    none = key_products(_customers(1), _params())
    assert (none.products, none.prospects, none.customers) == (0, 0, 0)
    assert prospects(_customers(1), _params()).empty


def test_a_key_product_without_holdings_is_counted_and_all_of_them_are_announced():
    assert key_products(_customers(1), _params(WMP, {"family": "gold"})).unsent == 1
    gold = _params({"family": "gold"})
    assert key_products(_customers(1), gold) == prospects(_customers(1), gold, "gold") == Unavailable(("holds_gold",))


def test_the_floor_of_a_product_is_its_first_fen():
    found = key_products(_customers(2, aum_fen=[5 * WAN, 5 * WAN - 1]), _params(WMP))
    assert found.table["eligible"].tolist() == [1]


def test_an_age_shuts_out_when_it_is_known():
    rule = {"family": "wmp", "ages": [18, 65]}
    found = prospects(_customers(5, age=[17, 18, 65, 66, None]), _params(rule))
    assert sorted(found["customer_id"]) == ["01", "02", "04"]


def test_a_segment_shuts_out_the_others():
    found = prospects(
        _customers(2, segment=["business", "retired"]), _params({"family": "wmp", "segments": ["business"]})
    )
    assert found["customer_id"].tolist() == ["00"]


def test_each_eligible_customer_is_in_one_column():
    customers = _customers(
        7,
        holds_wmp=[True, True, False, False, False, False, False],
        do_not_call=[False, True, True, False, False, False, None],
        risk_rank=[None, None, 5, 1, None, None, 2],
        risk_state=["lapsed", "lapsed", "valid", "valid", "lapsed", "unknown", "valid"],
    )
    row = key_products(customers, _params(WMP)).table.iloc[0]
    parts = row[["holders", "prospects", "unsuited", "reassess", "do_not_call"]]
    assert parts.tolist() == [2, 1, 1, 2, 1]
    assert row["eligible"] == parts.sum() == 7
    assert row["holder_share"] == pytest.approx(2 / 7)


def test_where_no_risk_levels_were_sent_nobody_is_said_to_lack_one():
    nobody_asked = _customers(2).drop(columns=["risk_rank", "risk_state"])
    assert key_products(nobody_asked, _params(WMP)) == Unavailable(("risk_rank",))
    assert prospects(nobody_asked, _params(WMP)).empty


def test_the_dormant_are_offered_nothing():
    found = key_products(_customers(2, dormant=[True, None]), _params(WMP))
    assert (found.table["eligible"].iloc[0], found.prospects) == (1, 1)


def test_money_falling_due_comes_before_idle_money_and_that_before_mere_eligibility():
    customers = _customers(
        5,
        aum_fen=[90 * WAN, 10 * WAN, 10 * WAN, 10 * WAN, 20 * WAN],
        maturing_fen=[0, 1, 0, 2, 0],
        demand_spot_fen=[5 * WAN - 1, 9 * WAN, 5 * WAN, 0, 0],
    )
    found = prospects(customers, _params(WMP))
    assert found["customer_id"].tolist() == ["03", "01", "02", "00", "04"]
    assert found["reason"].tolist() == [
        "offer_maturing",
        "offer_maturing",
        "offer_idle",
        "offer_eligible",
        "offer_eligible",
    ]
    assert found["amount_fen"].tolist() == [2, 1, 5 * WAN, 0, 0]


def test_a_loan_is_no_use_for_idle_money():
    customers = _customers(1, holds_loan=[False], maturing_fen=[7], demand_spot_fen=[9 * WAN])
    assert prospects(customers, _params({"family": "loan"}), "loan")["reason"].tolist() == ["offer_eligible"]


@pytest.mark.parametrize(("holders", "reason"), [(9, "offer_eligible"), (10, "offer_pair")])
def test_what_ten_holders_have_in_common_suggests_the_one_to_the_other(holders, reason):
    n = holders + 31
    funds = [True] * (holders + 1) + [False] * 30
    customers = _customers(n, holds_wmp=[True] * holders + [False] * 31, holds_fund=funds)
    found = prospects(customers, _params(WMP)).set_index("customer_id")["reason"]
    assert found[f"{holders:02d}"] == reason
    assert found[f"{holders + 1:02d}"] == "offer_eligible"


def test_a_customer_on_two_lists_is_one_customer_and_two_rows():
    found = key_products(_customers(1, holds_time=[False]), _params(WMP, {"family": "time"}))
    assert (found.prospects, found.customers) == (2, 1)
    assert found.reasons[["maturing", "idle", "pair", "eligible"]].to_numpy().tolist() == [[0, 0, 0, 1]] * 2


@pytest.mark.parametrize(
    "offers",
    [{"risk": {"wpm": 2}}, {"risk": {"wmp": 6}}, {"key": [{"family": "shares"}]}, {"key": [WMP, WMP]}],
)
def test_a_rule_that_would_open_the_gate_by_mistake_is_refused(offers):
    with pytest.raises(ValueError, match="offers"):
        Params(**{**profile("rural-postal"), "offers": offers})


def test_each_branch_is_ranked_by_what_goes_together_in_it():
    there = _customers(41, holds_wmp=[True] * 10 + [False] * 31, holds_fund=[True] * 11 + [False] * 30)
    here = _customers(2, branch_id=["02"] * 2, customer_id=["98", "99"], holds_fund=[True, False])
    found = prospects(pd.concat([there, here], ignore_index=True), _params(WMP)).set_index("customer_id")["reason"]
    assert (found["10"], found["98"]) == ("offer_pair", "offer_eligible")
