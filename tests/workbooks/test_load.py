from datetime import date, timedelta

import pandas as pd

from kit.engagement import profile
from kit.params import Params
from kit.planning.calendar import work_days
from kit.workbooks.load import owner_load

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31").model_copy(deep=True)
PLAN = pd.DataFrame(
    [
        ("a", "S1", "2026-11-02", "planned"),
        ("b", "S1", "2026-11-13", "planned"),
        ("c", "S1", None, "capacity"),
        ("d", "S2", "2026-11-02", "planned"),
        ("e", "S2", "2026-11-03", "planned"),
        ("f", "S2", "2026-11-04", "planned"),
        ("g", "S2", None, "do_not_call"),
        ("h", None, None, "nobody"),
    ],
    columns=["customer_id", "staff_id", "date", "reason"],
).assign(channel="call")  # fmt: skip


def load_of(plan, daily, start):
    worked = work_days(start - timedelta(days=1), weeks=PARAMS.contact.weeks).days
    return owner_load(plan, daily, PARAMS, start=start, worked=worked)


def test_sms_are_no_calls():
    plan = PLAN.assign(channel=["call", "sms", "call", "call_sms", "sms_call", "sms", "call", "call"])
    load = load_of(plan, {}, date(2026, 11, 1))
    assert load.planned.sum(axis=1).to_dict() == {"S2": 2, "S1": 1}


def test_each_owners_weeks_stand_beside_what_there_is_time_for_and_the_busiest_first():
    load = load_of(PLAN, {"S1": 4}, date(2026, 11, 1))
    assert load.planned.index.tolist() == ["S2", "S1"]
    assert load.planned.loc["S2"].tolist() == [3, 0, 0, 0, 0, 0, 0, 0]
    assert load.planned.loc["S1"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert load.daily == {"S2": PARAMS.contact.daily_contacts, "S1": 4}
    assert load.weeks["days"].tolist() == [5] * 8
    assert [str(day) for day in load.weeks.loc[1, ["first", "last"]]] == ["2026-11-01", "2026-11-07"]
    assert load.left_over.loc["S1"].to_dict() == {"capacity": 1, "do_not_call": 0}
    assert load.left_over.loc["S2"].to_dict() == {"capacity": 0, "do_not_call": 1}


def test_the_weeks_of_a_plan_made_again_begin_on_its_own_first_day():
    load = load_of(PLAN[PLAN["customer_id"] == "b"], {}, date(2026, 11, 7))
    assert load.planned.loc["S1"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [str(day) for day in load.weeks.loc[1, ["first", "last"]]] == ["2026-11-07", "2026-11-13"]


def test_a_branch_that_nobody_works_in_has_no_load():
    load = load_of(PLAN[PLAN["staff_id"].isna()], {}, date(2026, 11, 1))
    assert len(load.planned) == len(load.left_over) == 0
