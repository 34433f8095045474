import pandas as pd

from kit.analysis.contact import contact_practice, follow_ups, interval_days, rated
from kit.analysis.plan_changes import plan_adjustments
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def test_upper_customers_without_a_contact_are_counted_with_their_assets():
    customers = pd.DataFrame({"tier": ["vip", "vip", "basic"], "aum_fen": [10**8, 2 * 10**8, 5], "contacts": [2, 0, 0]})
    found = contact_practice(customers, PARAMS)
    assert (found.contacts, found.untouched_customers, found.untouched_fen) == (2, 1, 2 * 10**8)
    assert found.contacted_share == 1 / 3


def test_of_whom_no_contact_is_known_it_is_not_said_that_he_was_never_contacted():
    customers = pd.DataFrame({"tier": ["vip", "vip", "basic"], "aum_fen": [100, 200, 5], "contacts": [2, None, 0]})
    found = contact_practice(customers, PARAMS)
    assert (found.contacts, found.contacted_share) == (2, 1 / 2)
    assert found.untouched_customers == 0


SINCE = pd.to_datetime(["2026-01-01", "2026-08-01", None])


def test_a_log_that_begins_too_late_or_has_ended_gives_no_rate_whatever_it_tells_of_single_customers():
    customers = pd.DataFrame({
        "tier": "vip", "aum_fen": 100, "contacts": [0, 2, 1], "familiar": [False, True, True], "log_since": SINCE,
    })  # fmt: skip
    known = rated(customers, PARAMS)
    assert known["contacts"].tolist()[:1] == [0]
    assert known[["contacts", "familiar"]].isna().all(axis=1).tolist() == [False, True, True]
    late = contact_practice(customers[1:], PARAMS)
    assert late == Unavailable(("contacts",), 0, 2)


def test_where_of_nobody_who_was_contacted_it_is_known_whether_he_was_reached_the_familiar_are_not_none():
    customers = pd.DataFrame({"contacts": [0] * 9 + [3], "familiar": [False] * 9 + [None]})
    assert rated(customers, PARAMS)["familiar"].isna().all()
    told = pd.DataFrame({"contacts": [0] * 9 + [3], "familiar": [False] * 10})
    assert rated(told, PARAMS)["familiar"].notna().all()


GRADED = pd.DataFrame({"aum_fen": [100 * WAN] * 5 + [2000 * WAN] * 2, "intent": ["A", "B", "C", "D", None, "C", "D"]})


def test_intent_shortens_the_cadence_or_lengthens_it_and_the_ungraded_keep_theirs():
    # 91 days from 100万, 30 from 1000万: C at most 60, D 30 longer; A and B have follow-ups of their own.
    assert interval_days(GRADED, PARAMS).tolist() == [91, 91, 60, 121, 91, 30, 60]


def test_follow_ups_go_on_until_the_customer_should_have_closed():
    every, times = follow_ups(GRADED, PARAMS)
    assert every[:2].tolist() == [7, 14]
    assert times.tolist() == [4, 6, 0, 0, 0, 0, 0]  # a month of weeks, three months of fortnights


def test_what_intent_changed_is_told_by_grade_and_interval():
    found = plan_adjustments(GRADED, PARAMS)
    rows = list(found.table.itertuples(index=False, name=None))
    assert rows == [
        ("A", 91, 7, 1),
        ("B", 91, 14, 1),
        ("C", 30, 30, 1),
        ("C", 91, 60, 1),
        ("D", 30, 60, 1),
        ("D", 91, 121, 1),
    ]
    assert (found.graded, found.shorter, found.longer) == (6, 3, 2)
