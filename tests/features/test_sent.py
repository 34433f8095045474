"""What the bank sent for which branch and which days: there no row means no, elsewhere nobody knows."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import features, frame
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
DAY = date(2026, 10, 31)


@pytest.fixture
def sent(tmp_path):
    """The table of what was sent, of a book with customers a and b of branch 01, and c of branch 02."""

    def made(params=PARAMS, **tables):
        (tmp_path / "book").mkdir(exist_ok=True)
        rows = {
            "customer": {"customer_id": list("abc"), "branch_id": ["01", "01", "02"]},
            "customer_month": {"customer_id": list("abc"), "as_of": DAY, "aum_avg_month_fen": 100},
        }
        for name, columns in (rows | tables).items():
            pq.write_table(
                pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False), tmp_path / "book" / f"{name}.parquet"
            )
        return frame(features(Book(tmp_path), params).tables["sent"]).set_index(["branch_id", "source"])

    return made


def log(customer, first, last, *, every=7):
    """Contacts of a customer from one day to another."""
    days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, every)]
    return {"customer_id": customer, "contact_date": [*days, last]}


def known_since(found, branch, source):
    since = found["known_since"].get((branch, source))
    return None if since is None or pd.isna(since) else since.date()


def test_a_table_is_sent_for_those_branches_whose_customers_have_rows_in_it(sent):
    found = sent(assignment={"customer_id": ["b"], "staff_id": ["S1"]}, holding={"customer_id": ["c"]})
    assert set(found.index) == {("01", "assignment"), ("02", "holding")}


def test_staff_are_sent_for_their_branch_and_for_that_whose_customers_they_keep(sent):
    staff = {"staff_id": ["S1", "S2"], "branch_id": ["01", None]}
    found = sent(staff=staff, assignment={"customer_id": ["c"], "staff_id": ["S2"]})
    assert {branch for branch, source in found.index if source == "staff"} == {"01", "02"}


def test_a_log_of_three_months_says_nothing_of_the_months_before(sent):
    found = sent(contact=log("a", date(2026, 8, 1), DAY))
    assert known_since(found, "01", "contact") == date(2026, 7, 1)
    assert known_since(found, "02", "contact") is None


def test_a_log_that_ended_months_ago_tells_of_no_absence_since(sent):
    found = sent(contact=log("a", date(2025, 11, 1), date(2026, 6, 30)))
    assert known_since(found, "01", "contact") is None


def test_what_managers_wrote_after_the_data_makes_no_old_log_a_new_one(sent):
    old = log("a", date(2025, 11, 1), date(2026, 6, 30))
    found = sent(contact=old | {"contact_date": [*old["contact_date"][:-1], date(2026, 11, 5)]})
    assert known_since(found, "01", "contact") is None


def test_a_log_of_rare_rows_may_be_silent_for_longer(sent):
    rare = {"customer_id": "a", "deal_date": [date(2025, 12, 20), date(2026, 4, 1), date(2026, 9, 20)]}
    assert known_since(sent(sale=rare), "01", "sale") < date(2025, 10, 31)


def test_a_log_without_dates_was_sent_and_reaches_no_day(sent):
    found = sent(contact={"customer_id": ["a"], "contact_count": [3]})
    assert ("01", "contact") in found.index
    assert known_since(found, "01", "contact") is None
