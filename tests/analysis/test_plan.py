import pandas as pd

from kit.analysis.plan import plan_batches, plan_loads, plan_summary
from kit.analysis.plan_changes import plan_additions, plan_first_contacts, plan_overflow
from kit.engagement import profile
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
COLUMNS = [
    "customer_id",
    "staff_id",
    "date",
    "due",
    "contact_class",
    "first_contact",
    "channel",
    "reason",
    "needs",
    "success",
    "batch",
]
ROWS = [
    ("c1", "s1", "2026-11-02", "2026-11-05", "maturity", True, "call_sms", "planned", "upgrade+recover", 0.9, 1),
    ("c1", "s1", "2026-11-09", "2026-11-12", "maturity", False, "call", "planned", None, 0.9, 2),
    ("c2", "s1", "2026-11-02", "2026-11-28", "upgrade", False, "sms", "hung_up", None, 0.4, 1),
    ("c3", "s1", None, "2026-12-26", "new", True, "call_sms", "capacity", None, 0.2, None),
    ("c4", "s2", None, "2027-03-01", "care", False, "call", "later", None, 0.1, None),
    ("c5", None, None, "2026-11-20", "recover", False, "call", "nobody", None, None, None),
    ("c6", "s2", None, "2026-11-20", "recover", True, None, "do_not_call", None, None, None),
]  # fmt: skip


def _plan(rows=ROWS):
    plan = pd.DataFrame(rows, columns=COLUMNS).assign(branch_id="0101")
    return plan.assign(
        date=pd.to_datetime(plan["date"]),
        due=pd.to_datetime(plan["due"]),
        batch=plan["batch"].astype("Int64"),
        success=plan["success"].astype("float64"),
        first_contact=plan["first_contact"].astype(bool),
        **{name: plan[name].astype("str") for name in ("staff_id", "channel", "needs", "reason", "contact_class")},
    )


def _weeks(**staff):
    """Calls of each owner in each of eight weeks."""
    return pd.DataFrame([
        {"branch_id": "0101", "staff_id": who, "role": "理财经理", "listed": True, "week": week + 1, "work_days": 5,
         "date": pd.Timestamp("2026-11-01") + pd.Timedelta(weeks=week), "calls_possible": calls,
         "calls_a_year": calls * 50}
        for who, calls in staff.items() for week in range(8)
    ])  # fmt: skip


def test_an_empty_plan_has_every_class_and_week_and_nobody_due():
    found = plan_summary(_plan([]), PARAMS)
    assert len(found.by_class) == 8
    assert found.by_week.shape == (PARAMS.contact.weeks, 8)
    assert (found.contacts, found.planned, found.first_date) == (0, 0, None)


def test_what_is_due_and_does_not_fit_is_left_over_and_what_may_wait_is_not():
    found = plan_summary(_plan(), PARAMS)
    by_class = found.by_class.set_index("contact_class")
    assert by_class.loc["maturity", ["contacts", "planned", "left_over", "later"]].tolist() == [2, 2, 0, 0]
    assert by_class.loc["recover", ["contacts", "planned", "left_over", "later"]].tolist() == [2, 0, 2, 0]
    assert (found.customers, found.contacts, found.planned, found.left_over, found.later) == (6, 7, 3, 3, 1)
    assert found.by_week["maturity"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert by_class.loc["care", "period"] == "month"


def test_a_week_is_a_batch_and_sms_take_no_calls_place():
    found = plan_batches(_plan(), PARAMS, _weeks(s1=4, s2=6))
    first = found.table.set_index("week").loc[1]
    assert first[["calls_possible", "planned", "sms_only", "first_contacts"]].tolist() == [10, 1, 1, 1]
    assert first["load_share"] == 0.1
    assert (found.first_success, found.last_success) == ((0.9 + 0.4) / 2, 0.9)


def test_an_owner_without_work_days_has_no_load_and_one_who_is_not_listed_is_counted():
    weeks = _weeks(s1=4, s2=0)
    weeks.loc[weeks["staff_id"] == "s1", "listed"] = False
    weeks.loc[weeks["staff_id"] == "s2", "role"] = None
    customers = pd.DataFrame({"customer_id": [f"c{i}" for i in range(1, 7)], "aum_fen": [100 * WAN] * 6})
    found = plan_loads(customers, PARAMS, _plan(), weeks)
    table = found.table.set_index("staff_id")
    assert table.loc["s1", ["customers", "contacts", "planned", "calls_possible", "left_over"]].tolist() == [
        3,
        4,
        2,
        32,
        1,
    ]
    assert table.loc["s1", "asked_a_year"] == 8  # two customers, every 91 days; the third is only written to
    assert pd.isna(table.loc["s2", "load_share"])
    assert (found.owners, found.full, found.unlisted, found.idle, found.roleless) == (2, 1, 1, 1, 1)
    assert found.grid.loc["s1"].tolist()[:3] == [0.25, 0.25, 0]
    assert found.grid.loc["s2"].isna().all()


def test_nobody_with_an_owner_gives_counts_and_no_load():
    found = plan_loads(pd.DataFrame({"customer_id": [], "aum_fen": []}), PARAMS, _plan([]), _weeks(s1=1).iloc[:0])
    assert (found.owners, found.calls, found.load_share, found.year_share) == (0, 0, None, None)
    assert plan_batches(_plan([]), PARAMS, _weeks(s1=1).iloc[:0]).busiest is None


def test_what_has_no_date_is_told_with_its_reason():
    found = plan_overflow(_plan())
    assert dict(zip(found.table["plan_reason"], found.table["contacts"], strict=True)) == {
        "capacity": 1, "do_not_call": 1, "nobody": 1, "later": 1,
    }  # fmt: skip
    assert (found.contacts, found.capacity, found.barred, found.nobody, found.later) == (4, 1, 1, 1, 1)


def test_first_contacts_are_counted_by_way_and_all_that_have_a_date_have_an_sms():
    found = plan_first_contacts(_plan())
    assert (found.customers, found.planned) == (3, 1)
    assert dict(zip(found.table["contact_channel"], found.table["planned"], strict=True)) == {"call_sms": 1, "none": 0}
    assert dict(zip(found.table["contact_channel"], found.table["customers"], strict=True)) == {
        "call_sms": 2,
        "none": 1,
    }


def test_the_needs_check_adds_contacts_and_matters_to_other_contacts():
    found = plan_additions(_plan())
    table = found.table.set_index("contact_class")
    assert table.loc["upgrade"].tolist() == [1, 1]
    assert table.loc["recover"].tolist() == [2, 1]
    assert (found.own, found.added) == (5, 2)
