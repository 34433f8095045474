from datetime import date

import pandas as pd

from kit.engagement import profile
from kit.params import Params
from kit.planning.capacities import owner_weeks
from kit.workbooks.load import owner_load

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31").model_copy(deep=True)
PLAN = pd.DataFrame(
    [
        ("a", "S1", "2026-11-02", "call", "planned"),
        ("b", "S1", "2026-11-13", "call_sms", "late"),
        ("c", "S1", None, "call", "capacity"),
        ("d", "S2", "2026-11-02", "call", "planned"),
        ("e", "S2", "2026-11-03", "call", "planned"),
        ("f", "S2", "2026-11-04", "call", "planned"),
        ("g", "S2", None, None, "do_not_call"),
        ("i", "S2", "2026-11-04", "sms", "message"),
        ("j", "S1", "2026-11-04", "sms", "hung_up"),
        ("h", None, None, "call", "nobody"),
    ],
    columns=["customer_id", "staff_id", "date", "channel", "reason"],
).assign(branch_id="0101")  # fmt: skip
STAFF = pd.DataFrame({
    "staff_id": ["S1", "S2"], "role": "理财经理", "daily_contacts": [4, None],
    "leave_start": pd.to_datetime(["2026-11-02", None]), "leave_end": pd.to_datetime(["2026-11-06", None]),
})  # fmt: skip


def load_of(plan, start):
    dates = pd.to_datetime(plan["date"])
    plan = plan.assign(date=dates, batch=((dates - pd.Timestamp(start)).dt.days // 7 + 1).astype("Int64"))
    return owner_load(plan, owner_weeks(plan, STAFF, PARAMS, start=start))


def test_each_owners_calls_stand_beside_those_he_has_time_for_and_the_busiest_first():
    load = load_of(PLAN, date(2026, 11, 2))
    assert load.planned.index.tolist() == ["S2", "S1"]
    assert load.planned.loc["S2"].tolist() == [3, 0, 0, 0, 0, 0, 0, 0]
    assert load.planned.loc["S1"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert load.daily.to_dict() == {"S2": PARAMS.contact.daily_contacts, "S1": 4}
    assert load.weeks["days"].tolist() == [5] * 8
    assert [f"{day:%Y-%m-%d}" for day in load.weeks.loc[1, ["first", "last"]]] == ["2026-11-02", "2026-11-08"]
    assert load.left_over.loc["S1"].to_dict() == {"late": 1, "capacity": 1, "do_not_call": 0}
    assert load.left_over.loc["S2"].to_dict() == {"late": 0, "capacity": 0, "do_not_call": 1}


def test_a_message_is_no_call_and_leave_is_no_time():
    load = load_of(PLAN, date(2026, 11, 2))
    assert load.texts.to_dict() == {"S2": 1, "S1": 1}
    assert load.possible.loc["S1"].tolist() == [0, *[20] * 7]
    assert load.possible.loc["S2"].tolist() == [5 * PARAMS.contact.daily_contacts] * 8


def test_the_weeks_of_a_plan_made_again_begin_on_its_own_first_day():
    load = load_of(PLAN[PLAN["customer_id"] == "b"], date(2026, 11, 9))
    assert load.planned.loc["S1"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [f"{day:%Y-%m-%d}" for day in load.weeks.loc[1, ["first", "last"]]] == ["2026-11-09", "2026-11-15"]


def test_a_branch_that_nobody_works_in_has_no_load():
    load = load_of(PLAN[PLAN["staff_id"].isna()], date(2026, 11, 2))
    assert len(load.planned) == len(load.left_over) == 0
