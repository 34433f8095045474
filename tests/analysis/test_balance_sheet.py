import pandas as pd
import pytest

from kit.analysis.balance_sheet import balance_sheet, funds, three_tables
from kit.analysis.result import Unavailable
from kit.charts.needs import purposes_by_occupation
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LABELS = wording("zh").labels("charts") | wording("zh").labels("labels")


def _customers(**columns):
    made = pd.DataFrame(columns)
    return made.assign(**{"tier": "basic", "spot_fen": pd.Series(None, index=made.index, dtype="float64")} | columns)


def test_nobody_owns_nothing():
    found = balance_sheet(_customers(demand_spot_fen=[], loan_spot_fen=[]), PARAMS)
    assert (found.asset_fen, found.loan_fen, found.net_asset_fen, found.wealth_share) == (0, 0, 0, None)
    assert found.table.empty


def test_assets_less_loans_are_what_is_left_in_each_tier():
    customers = _customers(
        demand_spot_fen=[100, 300], wmp_spot_fen=[100, None], loan_spot_fen=[None, 500], tier=["vip", "basic"]
    )
    found = balance_sheet(customers, PARAMS)
    assert (found.asset_fen, found.loan_fen, found.net_asset_fen) == (500, 500, 0)
    assert found.wealth_share == 0.2
    rows = found.table.set_index("tier")
    assert rows.loc["vip", ["asset_fen", "loan_fen", "borrowers", "net_asset_fen"]].tolist() == [200, 0, 0, 200]
    assert rows.loc["basic", ["asset_fen", "loan_fen", "borrowers", "net_asset_fen"]].tolist() == [300, 500, 1, -200]
    assert found.by_tier.set_index("tier").loc["vip", ["demand_share", "wmp_share"]].tolist() == [0.5, 0.5]


def test_what_the_parts_leave_of_the_banks_sum_is_other_and_ties():
    found = balance_sheet(_customers(demand_spot_fen=[60], bond_spot_fen=[10], spot_fen=[100]), PARAMS)
    assert (found.asset_fen, found.rest_fen) == (100, 30)
    assert found.by_tier["other_share"].iloc[0] == pytest.approx(0.4)


def test_a_debt_on_the_account_has_no_mix():
    found = balance_sheet(_customers(demand_spot_fen=[-100], spot_fen=[-100]), PARAMS)
    assert (found.asset_fen, found.wealth_share) == (-100, None)
    assert found.by_tier["demand_share"].isna().all()


def test_without_any_balance_there_is_no_sheet_and_without_loans_no_column():
    assert isinstance(balance_sheet(_customers(aum_fen=[1]), PARAMS), Unavailable)
    found = balance_sheet(_customers(demand_spot_fen=[1]), PARAMS)
    assert found.loan_fen is None
    assert "loan_fen" not in found.table


def _flows(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "flow", "purpose", "flow_fen", "txns", "months"])


PEOPLE = pd.DataFrame(
    {"customer_id": ["a", "b", "c", "d"], "occupation_sector": ["public", "public", "farming", "unknown"]}
)
FLOWS = _flows(
    ("a", "in", "payroll", 300, 3, 3), ("a", "in", "transfer", 100, 1, 1), ("a", "out", "spending", 90, 9, 3),
    ("b", "in", "transfer", 900, 2, 2), ("b", "in", "payroll", 60, 1, 1),
    ("c", "in", "cash", 30, 1, 1), ("c", "out", "other", 60, 1, 1), ("c", "unknown", "cash", 5, 7, 1),
)  # fmt: skip


def test_without_transactions_nothing_can_be_said_of_funds():
    found = funds(_flows(), PARAMS, PEOPLE)
    assert (found.customers, found.months, found.told_share, found.regular) == (0, 0, None, None)
    assert funds(FLOWS[["customer_id", "flow_fen"]], PARAMS, PEOPLE) == Unavailable(("flow", "purpose"))
    assert funds(FLOWS, PARAMS, PEOPLE[["customer_id"]]) == Unavailable(("occupation_sector",))


def test_the_source_of_an_occupation_is_what_most_customers_largest_sum_was_for():
    found = funds(FLOWS, PARAMS, PEOPLE)
    assert found.table["occupation_sector"].tolist() == ["public", "farming"], "who moved nothing has no row"
    assert found.sources.loc["public"].to_dict() == {"cash": 0, "payroll": 0.5, "transfer": 0.5}
    farming = found.table.set_index("occupation_sector").loc["farming"]
    assert (farming["source"], farming["source_share"], farming["use"]) == ("cash", 1, "other")


def test_size_is_the_median_customers_month():
    public = funds(FLOWS, PARAMS, PEOPLE).table.set_index("occupation_sector").loc["public"]
    assert public["inflow_each_fen"] == pytest.approx((400 + 960) / 2 / 3)
    assert public["outflow_each_fen"] == 30, "of those from whom money went out"


def test_regular_is_one_kind_of_money_in_every_month():
    found = funds(FLOWS, PARAMS, PEOPLE)
    assert (found.months, found.regular, found.regular_share) == (3, "public", 0.5)
    once = funds(_flows(("a", "in", "payroll", 5, 1, 1)), PARAMS, PEOPLE)
    assert (once.regular, once.table["regular_share"].iloc[0]) == (None, 0), "one month shows no regularity"


def test_what_has_no_direction_or_no_purpose_is_counted():
    found = funds(FLOWS, PARAMS, PEOPLE)
    assert found.undirected == 7
    assert found.told_share == pytest.approx(1 - 60 / (300 + 100 + 90 + 900 + 60 + 30 + 60))


def test_a_card_needs_a_balance_and_an_account_or_a_product():
    customers = pd.DataFrame({
        "in_month": [True, True, True, False], "in_account": [True, False, False, True],
        "in_holding": [False, True, False, False], "aum_fen": [10, 20, 40, None],
    })  # fmt: skip
    found = three_tables(customers, PARAMS)
    assert (found.complete, found.complete_share, found.no_balance) == (2, 0.5, 1)
    rows = found.table.set_index("table")
    assert rows.loc["account", ["customers", "not_found", "aum_not_found_fen"]].tolist() == [2, 2, 60]
    alone = three_tables(customers[["in_month", "aum_fen"]], PARAMS)
    assert alone.complete == 3
    assert three_tables(customers.iloc[:0], PARAMS).complete_share is None


def test_the_chart_has_a_row_an_occupation_with_flows():
    drawn = purposes_by_occupation(funds(FLOWS, PARAMS, PEOPLE), "uses", labels=LABELS)
    assert [tick.get_text() for tick in drawn.axes[0].get_yticklabels()] == ["公职/事业", "务农/务工"]
