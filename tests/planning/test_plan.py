from datetime import date

import pandas as pd
import pytest

from kit.engagement import profile
from kit.params import Params
from kit.planning import work_days

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


@pytest.fixture(scope="module")
def tables(prepared):
    data = prepared / "data"
    return {name: pd.read_parquet(data / f"{name}.parquet") for name in ("customers", "assignment", "plan")}


def test_national_day_is_no_work_day_and_a_make_up_sunday_is():
    days = work_days(date(2025, 9, 26), weeks=3).days
    assert date(2025, 10, 1) not in days
    assert date(2025, 9, 28) in days  # a Sunday worked for the holiday
    assert work_days(date(2025, 9, 26), weeks=1).announced


def test_a_year_not_announced_yet_is_said_and_weekends_are_assumed():
    found = work_days(date(2199, 1, 1), weeks=1)
    assert not found.announced
    assert len(found.days) == 5


def test_every_customer_has_one_row_and_present_owners_stay(tables):
    assigned = tables["assignment"]
    assert assigned["customer_id"].is_unique
    assert len(assigned) == len(tables["customers"])
    kept = assigned[assigned["reason"] == "kept"]
    assert (kept["staff_id"] == kept["staff_id_before"]).all()
    assert not kept["moved"].any()


def test_an_orphan_goes_only_to_a_role_that_may_keep_his_tier(tables):
    moved = tables["assignment"][tables["assignment"]["moved"]]
    roles = {tier.code: set(tier.roles) for tier in PARAMS.tiers}
    assert len(moved)
    assert all(role in roles[tier] for role, tier in zip(moved["role"], moved["tier"], strict=True))


def test_nobody_is_called_twice_beyond_capacity_or_off_a_work_day(tables, bank):
    plan = tables["plan"]
    assert plan["customer_id"].is_unique
    dated = plan[plan["date"].notna()]
    assert set(pd.to_datetime(dated["date"]).dt.date) <= set(work_days(PARAMS.day, weeks=8).days)
    staff = pd.read_excel(bank[0] / "extracts" / "员工表.xls", engine="calamine", dtype=str, header=2).dropna(
        subset=["员工号"]
    )
    room = dict(
        zip(staff["员工号"], pd.to_numeric(staff["日联系量"]).fillna(PARAMS.contact.daily_contacts), strict=True)
    )
    load = dated.groupby(["staff_id", "date"]).size()
    assert all(n <= room[owner] for (owner, _), n in load.items())


def test_a_contact_without_a_date_says_why(tables):
    plan = tables["plan"]
    assert set(plan.loc[plan["date"].isna(), "reason"]) <= {"capacity", "do_not_call"}
    assert (plan.loc[plan["date"].notna(), "reason"] == "planned").all()


def test_who_asked_not_to_be_called_is_never_planned(tables):
    barred = tables["customers"].loc[tables["customers"]["do_not_call"].fillna(False).astype(bool), "customer_id"]
    planned = tables["plan"].loc[tables["plan"]["date"].notna(), "customer_id"]
    assert not set(barred) & set(planned)
