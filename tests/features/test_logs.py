"""What the logs of contacts, sales, events, maturities and referrals say, row by row."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import contacts_until, features, frame
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LAST = date(2026, 10, 31)


def day(text):
    return date.fromisoformat(f"2026-{text}")


@pytest.fixture
def made(tmp_path):
    """Tables of a book with customers a, b, c and d, of whom S1 keeps a and b."""

    def run(params=PARAMS, months=(LAST,), **tables):
        (tmp_path / "book").mkdir(exist_ok=True)
        customers = pd.DataFrame({"customer_id": list("abcd"), "branch_id": "01"}).assign(**tables.pop("persons", {}))
        panel = pd.DataFrame([{"customer_id": i, "as_of": m, "aum_avg_month_fen": 100} for i in "abcd" for m in months])
        kept = [{"customer_id": i, "staff_id": "S1", "assign_date": day("03-01")} for i in "ab"]
        rows = {"customer": customers, "customer_month": panel, "assignment": kept} | tables
        for name, content in rows.items():
            table = pa.Table.from_pandas(pd.DataFrame(content), preserve_index=False)
            pq.write_table(table, tmp_path / "book" / f"{name}.parquet")
        return features(Book(tmp_path), params)

    return run


def rows(made, name):
    return frame(made.tables[name])


def call(customer, text, **more):
    return {"customer_id": customer, "contact_date": day(text), "contact_type": "电话", "staff_id": "S1"} | more


def test_results_are_read_from_anywhere_in_what_was_written_and_only_of_calls(made):
    said = ["接通", "客户挂断", "未接通", "空号", "有意向，下周来", None]
    log = [call("a", f"10-{i + 10}", contact_result=words) for i, words in enumerate(said)]
    log.append(call("b", "10-20", contact_type="短信", contact_result="已发送"))
    log.append(call("c", "10-21", contact_result="接通", objection="O3挂机"))
    found = rows(made(contact=log), "contacts").sort_values("contact_date")
    outcomes = ["connected", "hung_up", "no_answer", "invalid", "connected", None, None, "hung_up"]
    assert [None if pd.isna(o) else o for o in found["contact_outcome"]] == outcomes
    assert found["hang_up"].tolist() == [o == "hung_up" for o in outcomes]
    counted = rows(made(contact=log), "callers").iloc[0]
    assert counted[["calls", "connected", "hung_up_calls", "unstated_calls"]].tolist() == [6, 2, 2, 1]
    assert counted["customers"] == 3


def test_objections_have_a_code_another_is_another_and_none_is_none(made):
    said = ["O1疑诈", "怀疑诈骗", "没有时间", "O3挂机", "嫌利率低", "无", None]
    log = [call("a", f"10-{i + 10}", objection=words) for i, words in enumerate(said)]
    found = rows(made(contact=log), "contacts").sort_values("contact_date")["contact_objection"]
    assert found.fillna("").tolist() == ["O1", "O1", "O2", "O3", "other", "", ""]


def test_the_first_contact_is_the_owners_since_he_was_given_the_customer(made):
    log = [
        call("a", "02-01"),  # before he was given to him
        call("a", "03-05"),
        call("a", "04-05"),
        call("b", "03-04", staff_id="S2"),  # not by the owner
        call("c", "05-05"),  # nobody keeps c
    ]
    found = rows(made(contact=log), "contacts")
    assert found[found["first_contact"]][["customer_id", "contact_date"]].values.tolist() == [
        ["a", pd.Timestamp(day("03-05"))]
    ]


def test_who_was_given_the_customer_before_the_log_begins_has_spoken_with_him_before(made):
    found = rows(made(contact=[call("a", "03-02"), call("b", "04-05")]), "contacts")
    assert not found["first_contact"].any()


def test_a_contact_noted_as_establishing_is_the_first_whoever_made_it(made):
    log = [
        call("a", "03-05"),
        call("a", "06-05", stage="建立联系"),
        call("c", "05-05", staff_id="S9", stage="建立联系"),
    ]
    log.append(call("c", "05-09", staff_id="S9", stage="建立联系"))
    found = rows(made(contact=log), "contacts")
    first = found[found["first_contact"]].sort_values("customer_id")
    assert first["contact_date"].dt.date.tolist() == [day("06-05"), day("05-05")]


def test_an_sms_within_a_day_is_that_of_the_first_contact(made):
    log = [
        call("a", "03-05", sms_sent=False), call("a", "03-06", contact_type="短信", sms_sent=None),
        call("b", "03-05", sms_sent=False), call("b", "03-07", contact_type="短信", sms_sent=None),
        call("c", "02-01", sms_sent=False),
    ]  # fmt: skip
    found = rows(made(contact=log), "contacts")
    first = found[found["first_contact"]].sort_values("customer_id")
    assert first["first_sms"].tolist() == [True, False]
    counted = rows(made(contact=log), "callers").iloc[0]
    assert counted[["first_contacts", "first_texted"]].tolist() == [2, 1]
    silent = made(contact=[call("a", "03-05"), call("c", "02-01")])
    assert rows(silent, "contacts")["first_sms"].isna().all()  # nothing tells of any SMS
    assert rows(silent, "callers")["first_contacts"].tolist() == [0]


def test_contacts_before_the_profiles_months_do_not_count(made):
    log = [call("a", "10-31"), call("a", "10-31", contact_date=date(2025, 10, 31))]
    assert rows(made(contact=log), "contacts")["contact_date"].dt.date.tolist() == [day("10-31")]


def test_a_sale_without_date_and_amount_is_an_opportunity_still_open(made):
    table = pd.DataFrame({
        "customer_id": list("abcd"), "deal_date": [day("05-01"), None, day("05-01"), date(2025, 5, 1)],
        "deal_amount_fen": [900, None, 0, 70], "expected_amount_fen": [1000, 500, 500, 70],
        "deal_product": ["一年期理财", "大额存单", "白酒", "基金"],
    }).astype({"deal_amount_fen": "Int64"})  # fmt: skip
    found = rows(made(sale=table.assign(sale_source=["存量", "厅堂", None, "外拓"])), "sales")
    assert found["closed"].tolist() == [True, False, False]
    assert found["deal_family"].fillna("").tolist() == ["wmp", "time", ""]
    assert found["deal_source"].fillna("").tolist() == ["existing", "other", ""]


def test_an_event_counts_its_names_or_else_its_numbers(made):
    table = pd.DataFrame({
        "event_id": ["e1", "e1", "e1", "e2"], "customer_id": ["a", "b", None, None], "branch_id": "01",
        "event_date": day("06-01"), "invited": [True, False, None, None], "attended": [True, None, None, None],
        "invited_count": [None, None, 40, 30], "attended_count": [None, None, 20, 12],
    }).astype({"invited_count": "Int64", "attended_count": "Int64"})  # fmt: skip
    found = rows(made(event=table), "events").sort_values(["event_id", "customer_id"])
    assert found["invited_people"].tolist() == [1, 0, 30]
    assert found["attended_people"].fillna(-1).tolist() == [1, -1, 12]


def test_a_maturity_is_taken_up_by_something_new_within_the_days_and_told_before_it(made):
    accounts = pd.DataFrame({
        "account_id": [f"k{i}" for i in range(5)], "customer_id": ["a", "a", "b", "b", "c"], "balance_fen": 0,
        "maturity_date": [day("06-01"), day("12-01"), day("06-01"), day("12-02"), day("10-15")],
        "start_date": [day("01-01"), day("07-01"), day("01-01"), day("07-02"), day("01-01")],
    })  # fmt: skip
    log = [call("a", "05-02"), call("b", "06-02"), call("b", "05-01"), call("d", "10-20")]
    months = [day("05-31"), day("06-30"), day("07-31"), LAST]
    held = {"customer_id": ["d"], "product_type": ["理财"], "maturity_date": [None], "buy_date": [None]}
    both = {"account": accounts, "holding": pd.DataFrame(held).astype({"maturity_date": "datetime64[s]"})}
    found = rows(made(**both, contact=log, months=months), "matured").set_index("customer_id")
    assert list(found.index) == ["a", "b"]  # c fell due less than thirty days ago
    assert found["renewed"].tolist() == [True, False]  # the thirtieth day, and the thirty-first
    assert found["reminded"].tolist() == [True, False]  # thirty days before, and thirty-one
    assert (found["held_before_fen"] == 100).all()


def test_nobody_knows_of_a_maturity_what_was_not_sent_for_its_branch(made):
    lot = {"account_id": ["k"], "customer_id": ["a"], "balance_fen": [0], "maturity_date": [day("06-01")]}
    bare = made(account=lot | {"start_date": [day("01-01")]}, contact=[call("a", "05-20")])
    found = rows(bare, "matured")
    assert found["renewed"].isna().all(), "without holdings a new product cannot be seen"
    assert found["reminded"].isna().all(), "a log that ended in May does not begin in April"


def test_who_was_brought_knows_whether_his_referrer_had_been_asked(made):
    persons = {"referrer_id": [None, "a", "d", "d"], "open_date": day("06-01")}
    log = [call("a", "05-01", stage="转介绍"), call("a", "07-01", stage="转介绍"), call("c", "10-02", stage="面谈")]
    found = rows(made(persons=persons, contact=log), "referrals").set_index("customer_id")
    assert list(found.index) == ["b", "c"]  # nobody brings himself
    assert found["asked_before"].tolist() == [True, False]
    late = rows(made(persons=persons, contact=log[-1:]), "referrals")
    assert late["asked_before"].isna().all(), "the log begins after they came"


def test_the_later_steps_are_told_by_whichever_log_knows_of_them(made):
    log = [
        call("a", "05-01", stage="邀约"), call("a", "05-09", contact_type="上门拜访"),
        call("a", "07-01", stage="到期提醒"), call("b", "05-01", contact_type="微信"),
        call("c", "05-02", stage="售后跟踪"),
    ]  # fmt: skip
    sales = pd.DataFrame({"customer_id": ["a", "b"], "deal_date": [day("06-01"), None], "deal_amount_fen": [9, None]})
    events = pd.DataFrame({"event_id": ["e"], "customer_id": ["d"], "event_date": [day("06-01")]})
    persons = {"referrer_id": [None, None, None, "b"], "open_date": day("06-01")}
    found = made(contact=log, sale=sales.astype({"deal_amount_fen": "Int64"}), event=events, persons=persons).customers
    steps = found.set_index("customer_id").filter(like="step_").T
    told = {who: [name.removeprefix("step_") for name in steps.index[steps[who] == True]] for who in "abcd"}  # noqa: E712  # not known is another
    assert told == {
        "a": ["invited", "met", "proposed", "closed", "followed"], "b": ["texted", "proposed", "referred"],
        "c": ["followed"], "d": ["invited"],
    }  # fmt: skip


def test_the_logs_tell_what_was_planted(bank, prepared):
    told = bank[1].totals["practice"]
    callers, matured, brought = (
        pd.read_parquet(prepared / "data" / f"{name}.parquet") for name in ("callers", "matured", "referrals")
    )
    assert (callers["calls"].sum(), callers["connected"].sum()) == (told["calls"], told["connected"])
    assert (len(matured), matured["renewed"].sum()) == (told["matured"], told["renewed"])
    assert (pd.to_datetime(brought["came_date"]) > "2025-10-31").sum() == told["referred"]


def test_what_was_noted_after_the_data_counts_to_the_last_contact_and_a_slip_of_the_pen_does_not(made):
    log = [
        call("a", "11-02", contact_result="接通", objection="无", stage="建立联系", sms_sent=True),  # from a workbook
        call("b", "11-06", contact_result="挂机"),
        call("c", "12-31", contact_result="接通"),  # nine weeks on
    ]
    found = made(contact=log)
    contacts, customers = rows(found, "contacts"), found.customers.set_index("customer_id")
    assert contacts["customer_id"].tolist() == ["a", "b"]
    assert contacts["first_contact"].tolist() == [True, False], "b was his before the log begins"
    assert contacts.loc[0, "first_sms"]
    assert customers["contacts"].fillna(-1).tolist() == [1, 1, -1, -1], "before November nobody knows"
    assert rows(found, "outcomes").set_index("customer_id").loc["a", "succeeded"], "no objection is none"
    assert customers.loc["a", "successes"] == 1
    assert contacts_until(contacts["contact_date"], PARAMS) == day("11-06")
    assert contacts_until(pd.Series([day("09-01"), None]), PARAMS) == LAST
