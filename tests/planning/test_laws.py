"""What must hold of assignment and plan however a bank is written down: its rows, its ids, its money, its size."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.allocation import branch
from kit.engagement import profile
from kit.params import WAN, Params
from kit.planning.assignment import assignment
from kit.planning.calendar import statutory_days
from kit.planning.capacities import owner_weeks
from kit.planning.contacts import contact_plan

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31", printed="2026-11-02")
PROVEN = ["customers", "owners", "placed", "moved", "nobody", "families"]
COUNTED = ["contact_class", "reason", "channel", "first_contact"]


def _renamed(rows, *columns):
    """The rows with every id turned round: another name, and another order."""
    turned = {name: rows[name].map(lambda told: told if pd.isna(told) else f"x{str(told)[::-1]}") for name in columns}
    return rows.assign(**{name: each.astype(rows[name].dtype) for name, each in turned.items()})


def _planned(of):
    return contact_plan(of.customers, of.assigned, of.params, staff=of.staff, tables=of.tables)


def test_under_other_ids_the_assignment_is_as_good_and_moves_as_many():
    customers, staff, _ = branch(17, 120)
    ids = [c for c in ("customer_id", "household_id", "staff_id", "rule_staff_id", "assisting_id") if c in customers]
    ours = assignment(customers, staff, PARAMS).branches.iloc[0]
    theirs = assignment(_renamed(customers, *ids), _renamed(staff, "staff_id"), PARAMS).branches.iloc[0]
    assert ours[PROVEN].tolist() == theirs[PROVEN].tolist()
    assert theirs["value_share"] == pytest.approx(ours["value_share"], abs=1e-4)


def test_ten_times_the_money_and_ten_times_the_thresholds_leave_everybody_with_his_owner():
    customers, staff, _ = branch(17, 120)
    tiers = [tier | {"floor_wan": 10 * tier["floor_wan"]} for tier in profile("rural-postal")["tiers"]]
    tenfold = Params(**profile("rural-postal") | {"tiers": tiers}, as_of=PARAMS.as_of)
    ours, theirs = (
        assignment(customers, staff, PARAMS),
        assignment(customers.assign(aum_fen=customers["aum_fen"] * 10), staff, tenfold),
    )
    assert theirs.branches[PROVEN].equals(ours.branches[PROVEN])
    assert theirs.rows["staff_id"].equals(ours.rows["staff_id"])


@settings(max_examples=10)
@given(data=st.data())
def test_under_other_ids_as_many_are_planned_for_the_same(data, branches):
    ours = data.draw(branches)
    theirs = replace(
        ours,
        customers=_renamed(ours.customers, "customer_id"), assigned=_renamed(ours.assigned, "customer_id", "staff_id"),
        staff=_renamed(ours.staff, "staff_id"),
        tables={name: _renamed(rows, *{"customer_id", "staff_id"} & {*rows}) for name, rows in ours.tables.items()},
    )  # fmt: skip
    counts = [_planned(each).value_counts(COUNTED, dropna=False).sort_index() for each in (ours, theirs)]
    pd.testing.assert_series_equal(*counts)


def _branch_of(size, **more):
    people = pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(size)], "branch_id": "0101", "aum_fen": 8 * WAN, "tier_rank": 1,
        "tier": "core", "service_score": 50.0, "service_grade": "C", **more,
    }).astype({"upgrade_gap_fen": "Int64"} if "upgrade_gap_fen" in more else {})  # fmt: skip
    people = people.assign(upgrade_gap_fen=people.get("upgrade_gap_fen", pd.array([WAN] * size, dtype="Int64")))
    owners = pd.DataFrame({"customer_id": people["customer_id"], "staff_id": pd.array(["s1"] * size, dtype="str")})
    return people, owners.assign(moved=False)


def _with(**contact):
    return PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update=contact)})


@pytest.mark.parametrize("size", [0, 1, 7])
def test_a_branch_of_nobody_of_one_and_of_seven_is_planned(size):
    people, owners = _branch_of(size)
    plan = contact_plan(people, owners, PARAMS)
    assert set(plan["customer_id"]) == set(people["customer_id"])
    assert set(plan["reason"]) <= {"planned"}
    staff = pd.DataFrame({"staff_id": ["s1"], "role": "理财经理"})
    weeks = owner_weeks(plan, staff, PARAMS, start=date(2026, 11, 3))
    assert weeks["calls_possible"].sum() == (40 * PARAMS.contact.daily_contacts if size else 0)


def test_no_contact_lies_on_a_day_off_by_law_though_the_year_is_not_announced():
    people, owners = _branch_of(300)
    params = _with(daily_contacts=3).model_copy(update={"printed": date(2026, 12, 25)})
    plan = contact_plan(people, owners, params)
    days = set(plan["date"].dropna().dt.date)
    assert date(2027, 1, 4) in days
    assert not days & {*statutory_days(2027)}
    assert max(plan.groupby("date").size()) == 3


def test_who_finds_no_day_in_time_is_late_while_there_is_one_and_beyond_capacity_only_then():
    people, owners = _branch_of(50, movement_fen=500 * WAN)  # due within a week
    plan = contact_plan(people, owners, _with(daily_contacts=1)).sort_values("date")
    assert plan["reason"].value_counts().to_dict() == {"planned": 5, "late": 35, "capacity": 10}
    assert plan["date"].nunique() == 40, "a call on every work day of the eight weeks"
    assert (plan.loc[plan["reason"] == "late", "date"] > plan.loc[plan["reason"] == "late", "due"]).all()


def test_agreed_days_come_first_then_valued_maturities_first_contacts_and_grades():
    people, owners = _branch_of(6)
    people = people.assign(
        service_grade=["D", "D", "D", "C", "D", "A"],
        asked_date=pd.to_datetime([None, None, None, None, None, "2026-11-03"]),
        next_maturity_date=pd.to_datetime([None, None, "2026-11-04", None, None, None]),
        aum_fen=[8 * WAN] * 6,
    )
    owners = owners.assign(moved=[False, True, False, False, False, False])
    plan = contact_plan(people, owners, _with(daily_contacts=1)).sort_values("priority")
    assert plan["customer_id"].drop_duplicates().tolist() == ["c5", "c2", "c1", "c3", "c0", "c4"]


def test_dormant_customers_and_those_below_the_floor_are_written_to_and_keep_a_day_that_was_agreed():
    people, owners = _branch_of(4)
    people = people.assign(
        aum_fen=[8 * WAN, WAN, 8 * WAN, WAN], tier_rank=[1, 0, 1, 0], tier=["core", "basic", "core", "basic"],
        dormant=[True, False, False, False], asked_date=pd.to_datetime([None, None, None, "2026-11-05"]),
    )  # fmt: skip
    ways = contact_plan(people, owners, PARAMS).groupby("customer_id")["channel"].first()
    assert ways.to_dict() == {"c0": "sms", "c1": "sms", "c2": "call", "c3": "call"}
    said = contact_plan(people, owners, _with(message_only=())).groupby("customer_id")["channel"].first()
    assert set(said) == {"call"}, "as the profile has it"
    unknown = people.assign(aum_fen=[8 * WAN, None, 8 * WAN, WAN])
    assert contact_plan(unknown, owners, PARAMS).set_index("customer_id").loc["c1", "channel"] == "call"


@pytest.mark.parametrize(
    ("staff", "reason"),
    [
        ({"daily_contacts": 0}, "capacity"),
        ({"leave_start": date(2026, 1, 1), "leave_end": date(2027, 12, 31)}, "capacity"),
        ({"left_date": date(2026, 1, 1)}, "capacity"),
    ],
)
def test_an_owner_without_a_single_day_has_none_late_and_all_beyond_capacity(staff, reason):
    people, owners = _branch_of(3)
    known = pd.DataFrame([{"staff_id": "s1", "role": "理财经理"} | staff])
    plan = contact_plan(people, owners, PARAMS, staff=known)
    assert set(plan["reason"]) == {reason}
    assert owner_weeks(plan, known, PARAMS, start=date(2026, 11, 3))["calls_possible"].sum() == 0


def test_a_plan_printed_later_starts_later_and_owes_nobody_a_day_that_has_passed():
    people, owners = _branch_of(5, next_maturity_date=pd.to_datetime("2026-11-20"))
    for printed in (date(2026, 11, 2), date(2026, 11, 13), date(2026, 12, 1)):
        plan = contact_plan(people, owners, PARAMS.model_copy(update={"printed": printed}))
        assert plan["due"].min() > pd.Timestamp(printed)
        assert plan["date"].min() > pd.Timestamp(printed)
        assert (plan["contact_class"] == "maturity").any() == (printed < date(2026, 11, 20))
        assert plan["date"].max() <= pd.Timestamp(printed) + timedelta(weeks=9)
