"""Each class of occasion by its dates, counted by hand; the data are of 2026-10-31, the plan begins on 11-01."""

from datetime import date, timedelta

import pandas as pd
import pytest

from kit.engagement import profile
from kit.params import WAN, Params
from kit.planning.capacities import room_of
from kit.planning.contacts import contact_plan
from kit.planning.occasions import (
    EPOCH,
    Horizon,
    intents,
    maturities,
    movements,
    newcomers,
    recoveries,
    special_days,
    upgrades,
)

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _number(day):
    return (date.fromisoformat(day) - EPOCH).days


WHEN = Horizon(_number("2026-10-31"), _number("2026-10-31"), _number("2026-11-01"), _number("2026-12-26"))


def _people(*rows):
    made = pd.DataFrame(
        [{"tier": "core", "tier_rank": 1, "aum_fen": 8 * WAN, "upgrade_gap_fen": None} | row for row in rows]
    )
    dates = [name for name in made if name.endswith("_date") or name == "owner_since"]
    return made.assign(
        customer_id=[f"c{i}" for i in range(len(made))],
        upgrade_gap_fen=made["upgrade_gap_fen"].astype("Int64"),
        **{name: pd.to_datetime(made[name]) for name in dates},
    )


def _told(rows):
    """(customer, earliest, due) in order."""
    return [
        (at, str(EPOCH + timedelta(days=int(earliest)))[5:], str(EPOCH + timedelta(days=int(due)))[5:])
        for at, earliest, due in rows[["at", "earliest", "due"]].sort_values(["at", "due"]).itertuples(index=False)
    ]


def test_a_maturity_is_spoken_of_from_thirty_days_before_and_again_in_its_last_week():
    people = _people({"next_maturity_date": "2026-12-20"})
    assert _told(maturities(people, PARAMS, WHEN)) == [(0, "11-20", "12-06"), (0, "12-13", "12-20")]


def test_one_that_comes_at_once_is_spoken_of_once_unless_that_was_done():
    people = _people(
        {"next_maturity_date": "2026-11-10"},
        {"next_maturity_date": "2026-11-10", "last_touch_date": "2026-10-20"},
        {"next_maturity_date": "2026-11-05", "last_touch_date": "2026-10-30"},
    )
    assert _told(maturities(people, PARAMS, WHEN)) == [(0, "11-01", "11-10"), (1, "11-03", "11-10")]


def test_each_deposit_that_falls_due_is_an_occasion():
    lots = pd.DataFrame({
        "customer_id": ["c1", "c1", "c9"], "maturity_date": pd.to_datetime(["2026-11-05", "2026-12-20", "2026-11-05"]),
    })  # fmt: skip
    found = maturities(_people({}, {}), PARAMS, WHEN, lots=lots)
    assert _told(found) == [(1, "11-01", "11-05"), (1, "11-20", "12-06"), (1, "12-13", "12-20")]


def test_a_birthday_is_kept_within_three_days_and_one_of_leap_day_on_the_first_of_march():
    people = _people(
        {"birth_date": "1980-11-20"},
        {"birth_date": "1980-11-20", "tier": "basic", "tier_rank": 0},
        {"birth_date": "1980-11-20", "last_touch_date": "2026-11-18"},
    )
    assert _told(special_days(people, PARAMS, WHEN)) == [(0, "11-17", "11-20")]
    spring = Horizon(_number("2026-02-20"), _number("2026-02-20"), _number("2026-02-21"), _number("2026-03-20"))
    assert _told(special_days(_people({"birth_date": "1980-02-29"}), PARAMS, spring)) == [(0, "02-26", "03-01")]


def test_the_upper_tiers_are_greeted_before_the_spring_festival():
    when = Horizon(_number("2026-01-31"), _number("2026-01-31"), _number("2026-02-01"), _number("2026-02-28"))
    found = special_days(_people({}, {"tier": "vip", "tier_rank": 2}), PARAMS, when)
    assert _told(found) == [(1, "02-01", "02-14")]  # the holiday begins on 2026-02-15


def test_a_large_movement_is_spoken_of_within_a_week_unless_it_has_been():
    large = {"movement_fen": 5 * WAN}
    people = _people(
        large, {"movement_fen": 5 * WAN - 1}, large | {"aum_fen": 25 * WAN + 500},
        large | {"last_touch_date": "2026-11-02"}, large | {"last_touch_date": "2026-10-25"},
    )  # fmt: skip
    # The third moved less than a fifth of his assets; the fifth was spoken to a week before, so not for two.
    assert _told(movements(people, PARAMS, WHEN)) == [(0, "11-01", "11-07"), (4, "11-08", "11-14")]


def test_a_grade_a_is_followed_up_each_week_for_a_month_and_an_agreed_date_comes_first():
    people = _people(
        {"intent": "A", "last_touch_date": "2026-10-30"},
        {"intent": "A", "last_touch_date": "2026-10-30", "asked_date": "2026-11-04"},
        {"intent": "C", "last_touch_date": "2026-10-30", "asked_date": "2026-12-01"},
        {"intent": "D", "last_touch_date": "2026-10-30"},
        {"intent": "B", "last_touch_date": "2026-06-01"},
        {"intent": "C", "last_touch_date": "2026-10-30", "asked_date": "2026-11-07"},
    ).fillna({"asked_date": pd.NaT})
    told = _told(intents(people, PARAMS, WHEN))
    assert [row for row in told if row[0] == 0] == [
        (0, "11-04", "11-06"), (0, "11-11", "11-13"), (0, "11-18", "11-20"), (0, "11-25", "11-27"),
    ]  # fmt: skip
    assert [row for row in told if row[0] == 1][:2] == [(1, "11-04", "11-04"), (1, "11-09", "11-11")]
    assert [row for row in told if row[0] == 2] == [(2, "12-01", "12-01")]
    assert [row for row in told if row[0] == 5] == [(5, "11-07", "11-07")]  # the day by which others are caught up with
    assert not [row for row in told if row[0] == 3]
    assert next(row for row in told if row[0] == 4) == (4, "11-01", "11-07")  # overdue: within the class's days


def test_what_is_so_for_the_time_being_is_due_within_its_class_and_not_at_once_after_a_contact():
    near = {"upgrade_gap_fen": WAN}
    people = _people(near, near | {"last_touch_date": "2026-10-20"}, {})
    assert _told(upgrades(people, PARAMS, WHEN)) == [(0, "11-01", "11-28"), (1, "11-17", "12-14")]
    people = _people({"dormant": True}, {"at_risk": True}, {"primary_elsewhere": True})
    assert _told(recoveries(people, PARAMS, WHEN)) == [(0, "11-01", "12-26"), (1, "11-01", "12-26")]
    upper = _people({"primary_elsewhere": True, "tier": "vip"}, {"primary_grade": "weak", "tier": "vip"})
    assert _told(recoveries(upper, PARAMS, WHEN)) == [(0, "11-01", "12-26")]


def test_what_is_due_counts_from_the_printing_day_and_not_from_the_data():
    late = Horizon(WHEN.data, _number("2026-12-04"), _number("2026-12-07"), _number("2027-01-31"))
    assert _told(upgrades(_people({"upgrade_gap_fen": WAN}), PARAMS, late)) == [(0, "12-07", "01-01")]
    assert _told(movements(_people({"movement_fen": 5 * WAN}), PARAMS, late)) == [(0, "12-07", "12-11")]
    passed = _people({"next_maturity_date": "2026-11-20"})
    assert _told(maturities(passed, PARAMS, late)) == []


def test_who_is_new_is_contacted_once():
    people = _people(
        {"open_date": "2026-08-02"}, {"open_date": "2026-08-01"},
        {"open_date": "2026-09-01", "last_touch_date": "2026-09-02"}, {"open_date": None},
    )  # fmt: skip
    claims = pd.Series([False, False, False, True])
    assert _told(newcomers(people, PARAMS, WHEN, claims)) == [(0, "11-01", "12-26"), (3, "11-01", "12-26")]


def _plan(*rows, **contact):
    people = _people(*({"service_score": 50.0} | row for row in rows)).assign(branch_id="0101")
    owners = pd.DataFrame({"customer_id": people["customer_id"], "staff_id": "s1", "moved": False})
    params = PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update=contact)})
    plan = contact_plan(people, owners, params).sort_values(["customer_id", "due"])
    return [(row.contact_class, str(row.due)[5:10], row.needs) for row in plan.itertuples()]


def test_the_cadence_is_kept_between_occasions_and_not_beside_them():
    monthly = {"aum_fen": 1200 * WAN, "tier": "private", "tier_rank": 3, "last_touch_date": "2026-10-20"}
    # Every 30 days from 10-20: 11-19 and 12-19.
    assert [row[:2] for row in _plan(monthly)] == [("care", "11-19"), ("care", "12-19")]
    # A birthday of 11-25 is within the days by which contacts are joined, and the next one is 30 days later.
    born = _plan(monthly | {"birth_date": "1970-11-25"})
    assert [row[:2] for row in born] == [("special_day", "11-25"), ("care", "12-25")]


def test_occasions_that_meet_are_one_contact_that_names_them():
    found = _plan({"movement_fen": 8 * WAN, "upgrade_gap_fen": WAN, "dormant": True, "last_touch_date": None})
    kind, _, needs = found[0]
    assert (kind, needs) == ("movement", "upgrade+recover")


def test_whoever_waits_for_half_a_year_is_listed_with_the_day_on_which_he_is_due():
    assert [row[:2] for row in _plan({"last_touch_date": "2026-10-20"})] == [("care", "04-20")]  # 182 days


def test_an_owner_is_not_planned_on_leave_nor_after_he_has_left():
    staff = pd.DataFrame({
        "staff_id": ["s1", "s2", "s3"], "daily_contacts": [5, None, 0],
        "leave_start": pd.to_datetime(["2026-11-03", None, None]),
        "leave_end": pd.to_datetime(["2026-11-04", None, None]),
        "left_date": pd.to_datetime([None, "2026-11-04", None]),
    })  # fmt: skip
    days = [date(2026, 11, day) for day in (2, 3, 4, 5)]
    room = room_of(["s1", "s2", "s3", "s9"], staff, days, PARAMS)
    assert room.calls.tolist() == [[5, 0, 0, 5], [15, 15, 0, 0], [0, 0, 0, 0], [15, 15, 15, 15]]
    assert room.sms.tolist()[0] == [50, 0, 0, 50]


@pytest.mark.parametrize("order", ["call_first", "sms_first"])
def test_a_first_contact_is_a_call_and_an_sms_in_the_profiles_order(order):
    people = _people({"service_score": 50.0}, {"service_score": 50.0, "hung_up": True}).assign(branch_id="0101")
    people["hung_up"] = people["hung_up"].fillna(value=False).astype(bool)
    owners = pd.DataFrame({"customer_id": people["customer_id"], "staff_id": "s1", "moved": True})
    params = PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update={"order": order})})
    plan = contact_plan(people, owners, params).set_index("customer_id")
    assert plan["first_contact"].all()
    assert plan.loc["c0", "channel"] == ("call_sms" if order == "call_first" else "sms_call")
    assert plan.loc["c1", ["channel", "reason"]].tolist() == ["sms", "hung_up"]


def test_who_was_promised_a_day_is_called_on_that_day_and_not_before_it():
    people = _people(
        {"customer_id": "c0", "movement_fen": 8 * WAN, "asked_date": "2026-11-12"},
        *({"customer_id": f"c{i}", "movement_fen": 0, "upgrade_gap_fen": WAN} for i in range(1, 15)),
    ).assign(branch_id="0101", service_score=50.0)
    owners = pd.DataFrame({"customer_id": people["customer_id"], "staff_id": "s1", "moved": False})
    params = PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update={"daily_contacts": 1})})
    plan = contact_plan(people, owners, params)
    his = plan[plan["customer_id"] == "c0"].sort_values("due")
    # A movement is spoken of within a week; the day agreed is not drawn into that call, though it follows so closely.
    assert [(row.contact_class, str(row.date)[5:10]) for row in his.itertuples()][:2] == [
        ("movement", "11-02"), ("intent", "11-12"),
    ]  # fmt: skip
    assert plan["date"].value_counts().max() == 1
    pd.testing.assert_frame_equal(contact_plan(people, owners, params, previous=plan), plan)
