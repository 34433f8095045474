"""What the chapters on assignment and plan say where nobody is there, free, moved or planned."""

from datetime import date

import pandas as pd
import pytest

from kit.analysis.handover import handover
from kit.analysis.plan import plan_loads, plan_summary
from kit.analysis.plan_changes import plan_first_contacts, plan_overflow
from kit.engagement import profile
from kit.params import WAN, Params
from kit.planning.assignment import assignment
from kit.planning.capacities import owner_weeks
from kit.planning.contacts import contact_plan
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31", printed="2026-11-02")
PEOPLE = pd.DataFrame({
    "customer_id": ["c1", "c2", "c3"], "branch_id": "0101", "staff_id": "s1", "orphan": False, "owners": 1,
    "owner_role": "理财经理", "aum_fen": 8 * WAN, "tier_rank": 1, "tier": "core", "service_score": 50.0,
    "upgrade_gap_fen": pd.array([WAN] * 3, dtype="Int64"),
})  # fmt: skip
ONE = pd.DataFrame({"staff_id": ["s1"], "branch_id": "0101", "role": "理财经理"})


@pytest.fixture(params=["zh", "en"])
def said(request):
    """A sentence with the figures of a result, as a chapter fills it."""
    words = wording(request.param).given(params=PARAMS)
    return lambda key, result, **more: words(key, **{**_fields(result), **more})


def _fields(result):
    return {name: getattr(result, name) for name in result.__dataclass_fields__}


def _planned(staff, people=PEOPLE):
    owners = assignment(people, staff, PARAMS).rows
    return owners, contact_plan(people, owners, PARAMS, staff=staff)


def test_where_all_managers_are_gone_nobody_is_said_to_stay_with_one(said):
    gone = PEOPLE.assign(orphan=True, owner_role=None)
    owners, plan = _planned(ONE.iloc[:0], gone)
    told = said("assignment.handover.none", handover(gone, owners, PARAMS))
    assert "3" in told
    assert "续管" not in told
    assert "stay with" not in told
    assert set(plan["reason"]) == {"nobody"}
    assert "3" in said("contact.overflow.finding", plan_overflow(plan))
    assert said("contact.load.none", _loads(plan, ONE.iloc[:0])).count("0") == 0


def test_where_nobody_moves_it_is_said_who_stays(said):
    owners, plan = _planned(ONE)
    told = said("assignment.handover.none", handover(PEOPLE, owners, PARAMS))
    assert "3" in told
    assert "无人" not in told
    assert "nobody can" not in told
    assert plan_first_contacts(plan).customers == 0


def _loads(plan, staff):
    weeks = owner_weeks(plan, staff.assign(role=staff["role"]), PARAMS, start=date(2026, 11, 3))
    return plan_loads(PEOPLE, PARAMS, plan, weeks)


@pytest.mark.parametrize(
    "away", [{"daily_contacts": 0}, {"leave_start": date(2026, 1, 1), "leave_end": date(2028, 1, 1)}]
)
def test_owners_without_a_day_to_call_on_are_counted_and_none_of_their_calls_is_planned(said, away):
    staff = ONE.assign(**away)
    _, plan = _planned(staff)
    loads, summary = _loads(plan, staff), plan_summary(plan, PARAMS)
    assert (loads.calls, loads.owners, summary.planned, summary.left_over) == (0, 1, 0, 3)
    assert "1" in said("contact.load.none", loads)
    assert "None" not in said("contact.plan.finding", summary)
    assert "3" in said("contact.overflow.finding", plan_overflow(plan))


def test_a_first_contact_promises_what_the_plan_holds_and_no_more(said):
    owners, plan = _planned(ONE, PEOPLE.assign(staff_id=None, orphan=True, owner_role=None))
    first = plan_first_contacts(plan)
    assert (first.customers, first.planned, first.first_week, first.left) == (3, 3, 3, 0)
    assert "3" in said("assignment.handover.finding", handover(PEOPLE, owners, PARAMS), first=first)
    none = plan_first_contacts(plan.assign(date=pd.NaT, batch=pd.NA, reason="capacity"))
    told = said("assignment.handover.finding", handover(PEOPLE, owners, PARAMS), first=none)
    assert "第一周" not in told
    assert "first week" not in told
    assert "NaT" not in said("contact.first.finding", none)
