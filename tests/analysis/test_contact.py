import pandas as pd

from kit.analysis import contact_practice, plan_summary
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _plan(*rows):
    plan = pd.DataFrame(rows, columns=["contact_class", "date", "staff_id"])
    return plan.assign(date=pd.to_datetime(plan["date"]))


def test_an_empty_plan_has_every_class_and_week_and_nobody_due():
    found = plan_summary(_plan(), PARAMS)
    assert len(found.by_class) == 8
    assert found.by_week.shape == (PARAMS.contact.weeks, 8)
    assert (found.due, found.planned, found.first_date) == (0, 0, None)


def test_what_does_not_fit_is_left_over_and_not_dropped():
    found = plan_summary(_plan(("care", "2026-11-02", "s1"), ("care", None, "s1"), ("upgrade", None, None)), PARAMS)
    by_class = found.by_class.set_index("contact_class")
    assert by_class.loc["care", ["due", "planned", "left_over"]].tolist() == [2, 1, 1]
    assert (found.due, found.planned, found.left_over) == (3, 1, 2)
    assert found.by_staff["due"].sum() == 3  # nobody's customers are a row of their own


def test_the_first_week_of_the_plan_ends_seven_days_after_the_data():
    found = plan_summary(_plan(("new", "2026-11-07", "s1"), ("new", "2026-11-09", "s1")), PARAMS)
    assert found.by_week["new"].tolist()[:2] == [1, 1]


def test_upper_customers_without_a_contact_are_counted_with_their_assets():
    customers = pd.DataFrame({"tier": ["vip", "vip", "basic"], "aum_fen": [100, 200, 5], "contacts": [2, None, 0]})
    found = contact_practice(customers, PARAMS)
    assert (found.contacts, found.untouched_customers, found.untouched_fen) == (2, 1, 200)
    assert found.contacted_share == 1 / 3
