import pandas as pd
import pytest

from kit.analysis.products import GATES, product_matrix, products, reassess_list, risk_gate, whitespace
from kit.analysis.result import Unavailable
from kit.charts.needs import families_held_together
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
FLOOR = PARAMS.value_floor_fen
LABELS = wording("zh").labels("charts") | wording("zh").labels("labels")


def _customers(**columns):
    return pd.DataFrame(columns).assign(tier="basic")


def test_nobody_holds_nothing_and_nothing_goes_together():
    nobody = _customers(product_count=[], holds_wmp=[], holds_fund=[])
    found = products(nobody, PARAMS)
    assert (found.customers, found.mean, found.single_share, found.awake_mean) == (0, None, None, None)
    assert found.by_tier.empty
    assert (product_matrix(nobody, PARAMS).holders, product_matrix(nobody, PARAMS).pairs) == (0, 0)
    assert (whitespace(nobody, PARAMS).awake, whitespace(nobody, PARAMS).reassess_share) == (0, None)


def test_none_one_two_and_from_three_on_are_shares_of_all_and_of_each_tier():
    customers = _customers(product_count=[0, 1, 2, 3, 4]).assign(tier=["basic"] * 4 + ["vip"])
    table = products(customers, PARAMS).by_tier.set_index("tier")
    assert table.index.tolist() == ["all", "vip", "basic"], "a tier without customers has no row"
    assert table.loc["all"].tolist() == [5, 0.2, 0.2, 0.2, 0.4, 2.0]
    assert table.loc["vip"].tolist() == [1, 0, 0, 0, 1, 4]


def test_the_dormant_are_in_the_mean_and_out_of_the_other_one():
    found = products(_customers(product_count=[1, 1, 4], dormant=[True, None, False]), PARAMS)
    assert (found.mean, found.awake_mean, found.dormant) == (2, 4, 1)
    assert found.single_share == pytest.approx(2 / 3)
    unknown = products(_customers(product_count=[1, 3]), PARAMS)
    assert (unknown.awake_mean, unknown.dormant) == (None, None)


def test_the_families_counted_are_those_that_the_bank_sent():
    assert products(_customers(product_count=[1], holds_wmp=[True], holds_demand=[False]), PARAMS).families == (
        "demand",
        "wmp",
    )
    assert products(_customers(product_count=[1]), PARAMS).families == ()


def _pairs(both, first_only, second_only, neither):
    rows = [(True, True)] * both + [(True, False)] * first_only + [(False, True)] * second_only
    rows += [(False, False)] * neither
    return _customers(holds_wmp=[a for a, _ in rows], holds_fund=[b for _, b in rows])


def test_of_the_holders_of_one_so_many_hold_the_other():
    found = product_matrix(_pairs(both=15, first_only=5, second_only=15, neither=65), PARAMS)
    assert found.counts.to_numpy().tolist() == [[20, 15], [15, 30]]
    assert (found.shares.loc["wmp", "fund"], found.shares.loc["fund", "wmp"]) == (0.75, 0.5)
    assert {found.first, found.second} == {"wmp", "fund"}
    assert found.lift == pytest.approx(2.5), "both ways alike: 75% against 30%, and 50% against 20%"


@pytest.mark.parametrize(("both", "pairs"), [(9, 0), (10, 2)])
def test_fewer_than_ten_in_common_make_no_pair(both, pairs):
    assert product_matrix(_pairs(both=both, first_only=0, second_only=0, neither=50), PARAMS).pairs == pairs


def test_a_family_that_nobody_holds_has_no_row():
    customers = _customers(holds_wmp=[True], holds_fund=[False], holds_time=[True])
    assert product_matrix(customers, PARAMS).counts.index.tolist() == ["time", "wmp"]


def test_one_family_alone_makes_no_matrix():
    assert isinstance(product_matrix(_customers(holds_wmp=[True]), PARAMS), Unavailable)
    assert isinstance(whitespace(_customers(product_count=[2]), PARAMS), Unavailable)


RATED = {"risk_rank": [1, 2, 3, None, None], "risk_state": ["valid", "valid", "valid", "lapsed", "unknown"]}


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (0, ["suited"] * 5),
        (1, ["suited", "suited", "suited", "lapsed", "unassessed"]),
        (2, ["unsuited", "suited", "suited", "lapsed", "unassessed"]),
        (3, ["unsuited", "unsuited", "suited", "lapsed", "unassessed"]),
    ],
)
def test_a_level_below_the_products_shuts_it_out_and_only_a_valid_one_opens_it(level, told):
    assert [GATES[at] for at in risk_gate(_customers(**RATED), level)] == told


def test_where_no_levels_were_sent_everybody_is_to_be_assessed_first():
    assert {GATES[at] for at in risk_gate(_customers(holds_wmp=[False, False]), 2)} == {"unassessed"}


def test_whoever_lacks_a_family_is_in_one_column_and_the_dormant_in_none():
    customers = _customers(holds_wmp=[False] * 4 + [True], **RATED).assign(
        dormant=[False, False, True, False, False], holds_time=False
    )
    found = whitespace(customers, PARAMS)
    table = found.table.set_index("family")
    assert table.loc["wmp", ["holders", *GATES]].tolist() == [1, 1, 1, 1, 0]
    assert table.loc["time", ["holders", *GATES]].tolist() == [0, 4, 0, 0, 0], "a deposit needs no assessment"
    assert (found.awake, found.reassess) == (4, 2)
    assert (found.widest, found.widest_suited) == ("wmp", 1)


def test_the_chart_names_families_and_gives_the_diagonal_no_share():
    customers = _pairs(both=15, first_only=5, second_only=15, neither=65).assign(product_count=2)
    drawn = families_held_together(product_matrix(customers, PARAMS), labels=LABELS)
    assert [tick.get_text() for tick in drawn.axes[0].get_yticklabels()] == ["理财", "基金"]
    assert [text.get_text() for text in drawn.axes[0].texts] == ["20", "75%\n15", "50%\n15", "30"]


def test_whoever_is_worth_a_call_and_has_no_assessment_in_force_is_to_be_assessed():
    customers = _customers(**RATED).assign(
        customer_id=list("abcde"), aum_fen=[9 * FLOOR, 8 * FLOOR, 7 * FLOOR, 6 * FLOOR, 7 * FLOOR], tier="core"
    )
    assert reassess_list(customers, PARAMS).to_numpy().tolist() == [
        ["e", 7 * FLOOR, "risk_unknown"],
        ["d", 6 * FLOOR, "risk_lapsed"],
    ]
    assert reassess_list(customers.assign(aum_fen=FLOOR - 1), PARAMS).empty
