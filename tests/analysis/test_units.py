import json

import pandas as pd

from kit.analysis.result import Unavailable
from kit.analysis.units import (
    payers,
    salaried,
    salaried_list,
    unit_activity,
    unit_idle_list,
    unit_line_list,
    year_averages,
    years_projected,
)
from kit.engagement import load, profile
from kit.params import Params, Units

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
WAN = 1_000_000


def units(*rows, **more):
    """(date of the last transaction, balance in 分, in debt)."""
    made = pd.DataFrame(rows, columns=["unit_last_txn_date", "unit_spot_fen", "unit_has_loan"])
    made["unit_last_txn_date"] = pd.to_datetime(made["unit_last_txn_date"])
    numbers = [f"u{i}" for i in range(len(made))]
    return made.assign(branch_id="01", branch_name="甲", unit_id=numbers, as_of=pd.Timestamp(PARAMS.day), **more)


def averages(*rows, as_of="2026-10-31", **more):
    """(average of the year to date, balance), both in 万元."""
    made = pd.DataFrame(rows, columns=["unit_avg_year_fen", "unit_spot_fen"]) * WAN
    numbers = [f"u{i}" for i in range(len(made))]
    return made.assign(branch_id="01", unit_id=numbers, as_of=pd.to_datetime([as_of] * len(made)), **more)


def states(found):
    return dict(zip(found.table["unit_state"], found.table["accounts"], strict=True))


def test_a_branch_without_unit_accounts_has_no_share_and_no_states():
    found, lines = unit_activity(units(), PARAMS, "01"), year_averages(averages(), PARAMS)
    assert (found.accounts, found.still_share, found.due, len(found.table)) == (0, None, 0, 0)
    assert (found.place.rank, found.place.median) == (None, None)
    assert (lines.known, lines.falling, lines.near, lines.left) == (0, 0, 0, 0)
    assert payers(units().assign(unit_has_payroll=[]), PARAMS).payers == 0


def test_a_year_without_receipts_or_payments_and_without_debt_is_due_to_the_day():
    found = unit_activity(units(("2025-10-31", 5, False), ("2025-11-01", 7, False)), PARAMS, "01")
    assert states(found) == {"due": 1, "soon": 1}
    assert (found.due_fen, found.suspended_on) == (5, pd.Timestamp("2026-11-30"))


def test_debt_spares_an_account_and_debt_that_nobody_named_is_not_taken_for_none():
    rows = units(("2025-01-01", 1, True), ("2025-01-01", 2, None), ("2025-01-01", 4, False))
    assert states(unit_activity(rows, PARAMS)) == {"due": 1, "due_unknown": 1, "owing": 1}
    unsaid = unit_activity(rows.drop(columns="unit_has_loan"), PARAMS)
    assert (unsaid.due, unsaid.due_unknown) == (0, 3)


def test_soon_begins_ninety_days_before_the_year_and_idle_at_half_a_year():
    days = ("2026-01-29", "2026-01-30", "2026-04-30", "2026-05-01")
    assert states(unit_activity(units(*[(day, 1, False) for day in days]), PARAMS)) == {
        "soon": 1, "idle": 2, "active": 1,
    }  # fmt: skip


def test_an_account_without_a_date_is_neither_idle_nor_active():
    found = unit_activity(units((None, 3, False), ("2026-10-30", 4, None)), PARAMS)
    assert (found.undated, found.still, found.still_share, found.balance_fen) == (1, 0, 0.0, 7)


def test_idle_accounts_are_ranked_beside_the_other_branches():
    rows = pd.concat([
        units(("2026-01-01", 1, False), ("2026-10-01", 1, False)),
        units(("2026-10-01", 1, False)).assign(branch_id="02", branch_name="乙"),
    ])  # fmt: skip
    found = unit_activity(rows, PARAMS, "02")
    assert (found.accounts, found.place.value, found.place.rank, found.place.of, found.place.median) == (
        1,
        0,
        2,
        2,
        0.25,
    )


def test_the_projected_average_by_hand():
    # 2026-10-31 is day 304 of 365: (12 万 · 304 + 1 万 · 61) / 365 = 10.161… 万; a leap year has 366 days.
    days = pd.Series(pd.to_datetime(["2026-10-31", "2028-10-31", "2026-12-31"]))
    found = years_projected(pd.Series([12 * WAN] * 3), pd.Series([1 * WAN] * 3), days)
    assert found["passed"].tolist() == [304, 305, 365]
    assert found["left"].tolist() == [61, 61, 0]
    assert found["projected_fen"].tolist() == [10_161_643, 10_166_666, 12_000_000]


def test_what_must_be_added_lifts_the_average_to_the_line_and_a_cent_less_does_not():
    rows = averages((11, 1))
    gap = year_averages(rows, PARAMS).falling_gap_fen
    for more, reaches in ((gap, True), (gap - 1, False)):
        spot = rows["unit_spot_fen"] + more
        assert (
            years_projected(rows["unit_avg_year_fen"], spot, rows["as_of"])["projected_fen"][0] >= 10 * WAN
        ) == reaches


def test_who_stands_and_will_not_falls_and_who_lacks_little_is_near():
    found = year_averages(averages((11, 1), (12, 12), (8, 8), (7.9, 7.9), (60, 0)), PARAMS)
    base, effective = (
        found.table.set_index("unit_line").loc["base"],
        found.table.set_index("unit_line").loc["effective"],
    )
    assert (base["standing"], base["projected"], base["falling"], base["near"]) == (3, 2, 1, 1)
    # 60 · 304 / 365 = 49.97 万: it falls below 50 for want of a little.
    assert (effective["standing"], effective["projected"], effective["falling"]) == (1, 0, 1)
    assert found.falling_gap_fen == base["falling_gap_fen"] + effective["falling_gap_fen"] > 0


def test_the_banks_own_mark_says_who_stands():
    found = year_averages(averages((12, 9), (9, 9), unit_is_base=[False, True]), PARAMS).table.iloc[0]
    assert (found["standing"], found["projected"], found["falling"]) == (1, 1, 1)


def test_on_the_last_day_of_the_year_nothing_can_be_added_any_more():
    found = year_averages(averages((9, 99), (9, 99), as_of="2026-12-31", unit_is_base=[True, None]), PARAMS)
    assert (found.left, found.falling, found.falling_gap_fen, found.near) == (0, 1, None, 0)


def test_an_account_without_an_average_is_not_projected():
    assert year_averages(averages((None, 9), (9, 9)), PARAMS).known == 1


def test_lines_and_terms_are_the_engagements():
    lower = PARAMS.model_copy(update={"units": Units(base_wan=5, idle_months=1)})
    assert year_averages(averages((6, 6)), lower).table["standing"].tolist() == [1, 0]
    assert states(unit_activity(units(("2026-09-30", 1, False)), lower)) == {"idle": 1}


def test_a_unit_of_which_nothing_is_said_neither_pays_salaries_nor_does_not():
    found = payers(
        units(("2026-10-30", 5, None), ("2026-10-30", 3, None)).assign(unit_has_payroll=[True, None]), PARAMS
    )
    assert (found.accounts, found.payers, found.payers_fen, found.unknown) == (2, 1, 5, 1)


def test_a_salaried_customer_with_the_account_alone_has_no_other_product():
    customers = pd.DataFrame({
        "customer_id": list("abcd"), "tier": "basic", "aum_fen": [1, 2, 3, 4], "salaried": [True, True, True, False],
        "product_count": [1, 2, None, 1], "payroll_fen": [300, 500, 400, None],
    })  # fmt: skip
    found = salaried(customers, PARAMS)
    assert (found.customers, found.single, found.payroll_fen, found.single_payroll_fen) == (3, 1, 1200, 300)
    assert salaried_list(customers)["customer_id"].tolist() == ["a"], "how many c has is not known"
    assert salaried(customers.drop(columns="payroll_fen"), PARAMS).payroll_fen is None
    nobody = salaried(customers.iloc[:0], PARAMS)
    assert (nobody.customers, nobody.single_share) == (0, None)


def test_the_lists_name_whom_the_chapter_counts_each_with_its_reason():
    rows = units(
        ("2025-01-01", 9, None), ("2026-03-01", 8, False), ("2025-01-01", 1, False), ("2026-10-30", 7, False),
        unit_avg_year_fen=[0, 0, 0, 11 * WAN],
    )  # fmt: skip
    listed, found = unit_idle_list(rows, PARAMS), unit_activity(rows, PARAMS)
    assert len(listed) == found.to_wake == 3
    assert listed["reason"].tolist() == ["unit_due", "unit_due_unknown", "unit_idle"]
    assert listed["amount_fen"].tolist() == [1, 9, 8]
    lines = unit_line_list(rows, PARAMS)
    assert lines[["customer_id", "reason"]].to_numpy().tolist() == [["u3", "unit_falling_base"]]
    assert lines["amount_fen"].sum() == year_averages(rows, PARAMS).falling_gap_fen


def test_what_was_not_sent_is_named():
    bare = pd.DataFrame({"branch_id": [], "unit_id": []})
    assert unit_activity(bare, PARAMS) == Unavailable(("unit_last_txn_date", "unit_spot_fen"))
    assert unit_idle_list(bare, PARAMS) == Unavailable(("unit_last_txn_date", "unit_spot_fen"))
    assert year_averages(bare, PARAMS) == unit_line_list(bare, PARAMS)


def test_unit_accounts_are_what_was_planted(bank, prepared):
    params = load(bank[0]).params.model_copy(update={"as_of": PARAMS.as_of})
    rows = pd.read_parquet(prepared / "data" / "units.parquet")
    lists = pd.read_parquet(prepared / "data" / "lists.parquet")
    rows["as_of"], rows["unit_last_txn_date"] = (
        pd.to_datetime(rows["as_of"]),
        pd.to_datetime(rows["unit_last_txn_date"]),
    )
    for told in json.loads((bank[0] / "truth.json").read_text(encoding="utf-8"))["branches"]:
        own, planted = rows[rows["branch_id"] == told["branch_id"]], told["units"]
        active, lines = unit_activity(rows, params, told["branch_id"]), year_averages(own, params)
        for state in ("due", "due_unknown", "owing", "soon"):
            assert getattr(active, state) == planted[state] > 0, state
        assert active.accounts == planted["accounts"]
        assert states(active)["idle"] == planted["idle"] > 0
        assert (lines.falling, lines.near) == (planted["falling"], planted["near"])
        assert lines.falling > 0
        assert lines.near > 0
        assert payers(own, params).payers == planted["payers"] > 0
        listed = lists[lists["branch_id"] == told["branch_id"]].groupby("list").size()
        assert (listed["unit_idle"], listed["unit_line"]) == (active.to_wake, lines.falling + lines.near)
