"""The contact plan, re-checked by what `conftest` knows of its promises and by nothing of how it was made."""

from collections import Counter
from dataclasses import replace
from datetime import date

import chinese_calendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.engagement import profile
from kit.params import Params
from kit.planning.calendar import festivals, statutory_days, work_days
from kit.planning.contacts import contact_plan, first_contacts, plan_start

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
KEY = ["customer_id", "contact_class", "due"]


def _ordinals(year):
    """First day of a year and of the next, as Python counts them."""
    return date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()


def _planned(branch, previous=None, success=None):
    return contact_plan(
        branch.customers, branch.assigned, branch.params, staff=branch.staff, tables=branch.tables,
        previous=previous, success=success,
    )  # fmt: skip


def test_national_day_is_no_work_day_and_a_make_up_sunday_is():
    days = work_days(date(2025, 9, 26), weeks=3).days
    assert date(2025, 10, 1) not in days
    assert date(2025, 9, 28) in days  # a Sunday worked for the holiday
    assert work_days(date(2025, 9, 26), weeks=1).announced


def test_a_year_not_announced_yet_is_said_and_weekends_are_assumed():
    found = work_days(date(2199, 1, 1), weeks=1)
    assert not found.announced
    assert len(found.days) == 5
    assert festivals(date(2199, 1, 1), days=60, names=("Spring Festival",)) == [], "the moon of that year is not known"


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_off_by_law_are_those_announced(year):
    announced = {day for day in map(date.fromordinal, range(*_ordinals(year))) if chinese_calendar.is_holiday(day)}
    assert set(statutory_days(year)) <= announced
    assert len(statutory_days(year)) == 13


@pytest.mark.parametrize("year", range(2027, 2036))
def test_no_day_off_by_law_is_a_work_day_though_nobody_has_announced_it(year):
    days = {day for day in work_days(date(year - 1, 12, 31), weeks=53).days if day.year == year}
    law = {date(year, *day) for day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))} | {*statutory_days(year)}
    assert not days & law
    assert Counter(statutory_days(year).values()) >= Counter({"Spring Festival": 4, "New Year's Day": 1})
    every = map(date.fromordinal, range(*_ordinals(year)))
    assert len(days) == sum(day.weekday() < 5 and day not in law for day in every)


def test_the_spring_festival_of_2027_is_from_its_eve_to_the_third_day():
    spring = [day for day, name in statutory_days(2027).items() if name == "Spring Festival"]
    assert sorted(spring) == [date(2027, 2, day) for day in (5, 6, 7, 8)]
    assert festivals(date(2026, 12, 31), days=60, names=("Spring Festival",)) == [date(2027, 2, 5)]


def test_a_festival_begins_on_its_first_day_off():
    assert festivals(date(2026, 1, 1), days=120, names=("Spring Festival",)) == [date(2026, 2, 15)]


def test_the_demo_keeps_every_promise_of_its_plan(demo, rechecked):
    plan = demo.tables["plan"]
    assert rechecked(plan, demo) == []
    assert set(plan["contact_class"]) == {kind.code for kind in PARAMS.contact.classes}
    assert {"planned", "do_not_call", "later", "hung_up", "message"} <= set(plan["reason"])


@given(data=st.data())
def test_any_branch_keeps_every_promise_of_its_plan(data, branches, rechecked):
    branch = data.draw(branches)
    assert rechecked(_planned(branch), branch) == []


@given(data=st.data())
def test_a_plan_made_again_is_the_same(data, branches):
    branch = data.draw(branches)
    plan = _planned(branch)
    pd.testing.assert_frame_equal(_planned(branch, previous=plan), plan)
    shuffled = replace(branch, customers=branch.customers[::-1], assigned=branch.assigned[::-1])
    pd.testing.assert_frame_equal(_planned(shuffled), plan)


def _after(branch, plan, customers, day):
    """The branch once these customers were reached by their owners on a day."""
    done = plan[plan["customer_id"].isin(customers)].drop_duplicates("customer_id")
    touches = pd.DataFrame({
        "customer_id": done["customer_id"], "staff_id": done["staff_id"], "contacted_date": day, "touched_date": day,
    })  # fmt: skip
    reached = branch.customers["customer_id"].isin(customers)
    known = branch.customers.get("last_touch_date", pd.Series(pd.NaT, index=branch.customers.index))
    touched = known.astype("datetime64[s]").mask(reached, pd.Timestamp(day))
    return replace(
        branch,
        customers=branch.customers.assign(last_touch_date=touched),
        tables=branch.tables | {"touches": pd.concat([branch.tables["touches"], touches], ignore_index=True)},
    )


def _moved(plan, again, start, reached):
    """Contacts of others than were reached whose day in the first plan lies ahead, and is another in the second."""
    both = plan[~plan["customer_id"].isin(reached)].merge(again, on=KEY, suffixes=("_old", ""), validate="one_to_one")
    both = both[(both["date_old"] >= pd.Timestamp(start)) & both["date"].notna()]
    return both[both["date"] != both["date_old"]]


def _idly_moved(plan, again, branch, reached):
    """Contacts that were moved though the day that they had is not full."""
    load = again[again["channel"] != "sms"].groupby(["staff_id", "date"]).size()
    rooms = branch.staff.set_index("staff_id")["daily_contacts"].fillna(branch.params.contact.daily_contacts)
    moved = _moved(plan, again, branch.start(), reached)
    return [
        row
        for row in moved[moved["channel"] != "sms"].itertuples()
        if load.get((row.staff_id, row.date_old), 0) < rooms.get(row.staff_id, branch.params.contact.daily_contacts)
    ]


@given(data=st.data())
def test_a_replan_keeps_its_promises_and_moves_only_whom_a_full_day_pushed(data, branches, rechecked):
    branch = data.draw(branches)
    plan = _planned(branch)
    dated = plan[plan["date"].notna()]
    if dated.empty:
        return
    day = data.draw(st.sampled_from(sorted(dated["date"]))).date()
    chosen = data.draw(st.lists(st.sampled_from(sorted(dated["customer_id"].unique())), min_size=1, unique=True))
    later = _after(branch, plan, chosen, day)
    again = _planned(later, previous=plan)
    assert rechecked(again, later) == []
    assert not _idly_moved(plan, again, later, chosen)


def test_in_the_demo_a_day_of_work_moves_a_handful_whose_days_are_full(demo, rechecked):
    plan = demo.tables["plan"]
    day = plan["date"].min()
    done = set(plan.loc[plan["date"] == day, "customer_id"])
    later = _after(demo, plan, done, day.date())
    again = _planned(later, previous=plan)
    assert rechecked(again, later) == []
    moved = _moved(plan, again, day + pd.Timedelta(days=1), done)
    assert not _idly_moved(plan, again, later, done)
    assert len(moved) < 0.01 * len(plan)
    others = plan[~plan["customer_id"].isin(done) & plan["date"].notna()]
    kept = others.merge(again, on=[*KEY, "staff_id", "channel"], how="left", indicator=True, suffixes=("", "_again"))
    assert (kept["_merge"] == "both").all()
    assert kept["date_again"].notna().all()
    first = again[again["customer_id"].isin(done)].groupby("customer_id")["first_contact"].any()
    assert not first.any()  # whoever has presented himself does not do so again


def test_a_hang_up_after_the_data_turns_every_call_into_an_sms(demo):
    plan = demo.tables["plan"]
    who = plan.loc[plan["channel"].eq("call"), "customer_id"].iloc[0]
    hung = demo.customers["hung_up"] | (demo.customers["customer_id"] == who)
    again = _planned(replace(demo, customers=demo.customers.assign(hung_up=hung)), previous=plan)
    assert set(again.loc[again["customer_id"] == who, "channel"]) == {"sms"}


def test_without_a_staff_table_everybody_has_the_profiles_number(demo, rechecked):
    bare = replace(demo, staff=demo.staff.iloc[:0])
    plan = _planned(bare)
    assert rechecked(plan, bare) == []
    assert plan.groupby(["staff_id", "date"]).size().max() <= PARAMS.contact.daily_contacts + PARAMS.contact.daily_sms


def test_an_owner_without_capacity_has_all_his_customers_listed(demo):
    staff = demo.staff.assign(daily_contacts=demo.staff["daily_contacts"].mask(demo.staff["staff_id"] == "010102", 0))
    plan = _planned(replace(demo, staff=staff))
    his = plan[(plan["staff_id"] == "010102") & (plan["channel"] != "sms")]
    assert len(his)
    assert set(his["reason"]) <= {"capacity", "later", "do_not_call"}


def test_without_any_owner_everybody_is_listed_as_nobodys(demo):
    alone = demo.assigned.assign(staff_id=pd.Series(pd.NA, index=demo.assigned.index, dtype="str"), moved=False)
    plan = _planned(replace(demo, assigned=alone))
    assert set(plan["reason"]) <= {"nobody", "do_not_call"}
    assert set(plan["customer_id"]) == set(demo.customers["customer_id"])


def test_likely_success_comes_first_and_then_the_score():
    people = pd.DataFrame({
        "customer_id": ["c1", "c2", "c3"], "branch_id": "0101", "aum_fen": 8_000_000, "tier_rank": 1, "tier": "core",
        "service_score": [10.0, 90.0, 50.0], "upgrade_gap_fen": pd.array([1, 1, 1], dtype="Int64"),
    })  # fmt: skip
    owners = pd.DataFrame({"customer_id": people["customer_id"], "staff_id": "s1", "moved": False})
    one = PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update={"daily_contacts": 1})})
    by_score = contact_plan(people, owners, one)
    assert by_score.sort_values("date")["customer_id"].tolist() == ["c2", "c3", "c1"]
    by_success = contact_plan(people, owners, one, success=pd.Series([0.9, 0.2, 0.5]))
    assert by_success.sort_values("date")["customer_id"].tolist() == ["c1", "c3", "c2"]
    assert by_success["priority"].tolist() == [1, 2, 3]


def test_the_plan_begins_after_the_last_contact_and_no_slip_of_the_pen_puts_it_off():
    touches = pd.DataFrame({"contacted_date": pd.to_datetime(["2026-11-05", "2099-01-01"])})
    assert plan_start(PARAMS, touches) == date(2026, 11, 6)
    assert plan_start(PARAMS) == date(2026, 11, 2), "a Sunday is no work day"


@pytest.mark.parametrize(
    ("printed", "begins"),
    [("2026-11-02", "2026-11-03"), ("2026-11-06", "2026-11-09"), ("2026-12-31", "2027-01-04"), (None, "2026-11-02")],
)
def test_the_plan_begins_on_the_work_day_after_the_printing_day(printed, begins):
    params = PARAMS.model_copy(update={"printed": date.fromisoformat(printed) if printed else None})
    assert plan_start(params) == date.fromisoformat(begins)


def test_an_owner_claims_whom_he_was_given_and_has_not_reached():
    people = pd.DataFrame({
        "customer_id": ["c1", "c2", "c3", "c4", "c5"],
        "owner_since": pd.to_datetime(["2026-10-01", "2026-10-01", "2026-01-01", None, "2026-10-01"]),
    })  # fmt: skip
    owners = pd.DataFrame({
        "customer_id": people["customer_id"], "staff_id": ["s1", "s1", "s1", "s2", None],
        "moved": [False, False, False, True, False],
    })  # fmt: skip
    touches = pd.DataFrame({
        "customer_id": ["c1", "c4", "c2"], "staff_id": ["s1", "s1", None],
        "touched_date": pd.to_datetime(["2026-09-01", "2026-10-30", "2026-09-30"]),
    })  # fmt: skip
    # c1 was reached by his owner; c2 by nobody knows whom, before; c3 is no longer new; c4 is moved to s2; c5 has none.
    assert first_contacts(people, owners, PARAMS, touches).tolist() == [False, True, False, True, False]
