import warnings

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit.analysis.orders import orders
from kit.analysis.practice import call_results, first_sms, hang_ups, objections, sms_missed_list
from kit.analysis.result import Unavailable
from kit.charts.practice import reached_by_caller
from kit.engagement import load, profile
from kit.features import frame
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LABELS = {**wording("zh").labels("charts"), **wording("zh").labels("labels")}
_CALLERS = [
    "branch_id", "caller_id", "customers", "calls", "connected", "no_answer", "hung_up_calls", "invalid",
    "unstated_calls", "first_contacts", "first_texted",
]  # fmt: skip


def callers(*rows):
    """(branch, caller, customers, connected, no answer, hung up, invalid, without result, first contacts, with SMS)."""
    table = [(b, who, n, c + x + h + i, c, x, h, i, u, f, t) for b, who, n, c, x, h, i, u, f, t in rows]
    return pd.DataFrame(table, columns=_CALLERS)


def log(*rows):
    """(customer, day of 2026, way, outcome, staff)."""
    made = pd.DataFrame(
        [(*row, "S1")[:5] for row in rows],
        columns=["customer_id", "contact_date", "contact_way", "contact_outcome", "contact_staff_id"],
    )
    dates = pd.to_datetime("2026-" + made["contact_date"].astype("str"))
    return made.assign(branch_id="01", contact_date=dates, hang_up=made["contact_outcome"] == "hung_up")


TWO = callers(
    ("01", "S1", 30, 30, 8, 2, 0, 3, 12, 9), ("01", "S2", 10, 6, 3, 0, 1, 0, 3, 0),
    ("01", "S3", 9, 9, 0, 0, 0, 0, 5, 5), ("02", "S4", 20, 5, 15, 0, 0, 0, 0, 0),
)  # fmt: skip


def test_the_connect_rate_is_of_calls_with_a_result_and_stands_beside_the_banks():
    found = call_results(TWO, PARAMS, "01")
    assert (found.calls, found.connected, found.unstated) == (59, 45, 3)
    assert found.connected_share == pytest.approx(45 / 59)
    assert found.bank_share == pytest.approx(50 / 79)
    assert found.table["outcome"].tolist() == ["connected", "no_answer", "hung_up", "invalid"]
    assert found.table["calls"].tolist() == [45, 11, 2, 1]
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.low < found.connected_share < found.high


def test_who_called_fewer_than_ten_customers_is_left_out_and_few_calls_have_no_raw_rate():
    found = call_results(TWO, PARAMS, "01").by_caller
    assert found["caller_id"].tolist() == ["S1", "S2"]
    assert found["raw_share"].tolist()[0] == pytest.approx(0.75)
    assert np.isnan(found["raw_share"].tolist()[1])
    assert found["shrunk_share"].between(0.6, 0.75).all()


def test_the_whole_bank_is_told_by_branch_and_has_no_bank_beside_it():
    found = call_results(TWO, PARAMS, None)
    assert found.by_caller["branch_id"].tolist() == ["01", "02"]
    assert found.by_caller["calls"].tolist() == [59, 20]
    assert found.bank_share is None


def test_without_calls_or_results_there_is_no_rate():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = call_results(callers(), PARAMS, "01")
    assert (found.calls, found.connected_share, found.low, found.bank_share) == (0, None, None, None)
    assert found.by_caller.empty
    assert call_results(TWO.drop(columns="calls"), PARAMS, "01") == Unavailable(("calls",))


def test_all_hang_up():
    found = call_results(callers(("01", "S1", 12, 0, 0, 12, 0, 0, 0, 0)), PARAMS, "01")
    assert (found.connected_share, found.low) == (0, 0)
    assert found.by_caller["shrunk_share"].tolist() == [0]


def test_objections_are_counted_by_code_and_the_commonest_with_a_reply_is_named():
    said = pd.DataFrame({"contact_objection": ["O2", "O2", "O1", "other", "other", "other", None, None]})
    found = objections(said, PARAMS)
    assert found.table.set_index("objection")["contacts"].to_dict() == {"O1": 1, "O2": 2, "other": 3}
    assert (found.contacts, found.stated, found.stated_share, found.most) == (8, 6, 0.75, "O2")
    nothing = objections(said.iloc[:0], PARAMS)
    assert (nothing.stated, nothing.stated_share, nothing.most, len(nothing.table)) == (0, None, None, 0)


def test_a_call_after_a_hang_up_counts_to_the_ninetieth_day_and_not_on_the_same():
    rows = log(
        ("a", "01-01", "call", "hung_up"), ("a", "01-01", "call", "connected"), ("a", "04-01", "call", "connected"),
        ("b", "01-01", "call", "hung_up"), ("b", "04-02", "call", "connected"),
        ("c", "01-01", "call", "hung_up"), ("c", "01-02", "call", "hung_up"), ("c", "01-03", "call", "no_answer"),
        ("d", "01-01", "call", "connected"), ("d", "01-02", "call", "hung_up"), ("d", "01-03", "sms", None),
    )  # fmt: skip
    found = hang_ups(rows, PARAMS)
    assert (found.hang_ups, found.customers) == (5, 4)
    assert (found.called_again, found.calls_again) == (2, 3)
    assert found.table.values.tolist() == [["1", 1], ["2", 1], ["3", 0]]
    assert (found.texted, found.texted_share) == (1, pytest.approx(1 / 5))


def test_where_nothing_tells_of_sms_the_hang_ups_stand_alone():
    found = hang_ups(log(("a", "01-01", "call", "hung_up")), PARAMS)
    assert (found.hang_ups, found.texted, found.texted_share) == (1, None, None)
    assert hang_ups(log(("a", "01-01", "call", "hung_up")).assign(sms_sent=True), PARAMS).texted == 1
    assert hang_ups(log(), PARAMS).hang_ups == 0


def test_the_sms_of_first_contacts_are_counted_with_the_missed():
    found = first_sms(TWO, PARAMS, "01")
    assert (found.first_contacts, found.sent, found.missed) == (20, 14, 6)
    assert (found.sent_share, found.bank_share) == (pytest.approx(0.7), pytest.approx(0.7))
    assert found.by_caller["caller_id"].tolist() == ["S1", "S2"]
    assert first_sms(TWO, PARAMS, "02").sent_share is None
    unknown = TWO.assign(first_contacts=0, first_texted=0)
    assert first_sms(unknown, PARAMS, "01") == Unavailable(("first_texted",))


def test_the_missed_are_listed_once_the_latest_first_and_without_the_undisturbed():
    rows = log(
        ("a", "01-01", "call", None),
        ("b", "03-01", "call", None),
        ("b", "02-01", "call", None),
        ("c", "04-01", "call", None),
    )
    rows = rows.assign(first_contact=True, first_sms=[False, False, False, False])
    rows.loc[len(rows)] = rows.iloc[0].to_dict() | {"customer_id": "d", "first_sms": True}
    customers = pd.DataFrame(
        {"customer_id": list("abcd"), "aum_fen": [1, 2, 3, 4], "do_not_call": [False, False, True, False]}
    )
    found = sms_missed_list(customers, rows)
    assert found[["customer_id", "amount_fen"]].values.tolist() == [["b", 2], ["a", 1]]
    assert sms_missed_list(customers, rows.drop(columns="first_sms")) == Unavailable(("first_contact", "first_sms"))


def test_only_the_first_call_of_a_pair_counts_and_an_sms_of_its_own_days_before_announces_it():
    rows = log(
        ("a", "01-01", "sms", None), ("a", "01-08", "call", "connected"), ("a", "01-09", "call", "no_answer"),
        ("b", "01-01", "sms", None), ("b", "01-09", "call", "no_answer"),  # eight days
        ("c", "01-05", "call", "connected"), ("c", "01-06", "call", "no_answer", "S2"),
        ("d", "01-05", "sms", None), ("d", "01-05", "call", "connected"),  # who knows which came first
    )  # fmt: skip
    found = orders(rows, PARAMS).table.set_index("order")
    assert found.loc["sms_first", ["calls", "connected"]].tolist() == [1, 1]
    assert found.loc["call_first", ["calls", "connected"]].tolist() == [3, 1]
    assert (orders(rows, PARAMS).calls, orders(rows, PARAMS).unclear) == (5, 1)


def test_an_sms_noted_on_a_call_announces_nothing():
    rows = log(("a", "01-01", "call", "no_answer", "S1"), ("a", "01-03", "call", "connected", "S2")).assign(
        sms_sent=True
    )
    found = orders(rows, PARAMS)
    assert (found.sms_first, found.gain, found.apart, found.together) == (0, None, False, False)


@pytest.mark.parametrize(("times", "apart"), [(1, False), (10, True)])
def test_the_same_difference_is_told_from_chance_only_by_many_calls(times, apart):
    rows = []
    for i in range(10 * times):
        rows.append((f"a{i}", "01-01", "sms", None))
        rows.append((f"a{i}", "01-02", "call", "connected" if i % 10 < 7 else "no_answer"))
        rows.append((f"b{i}", "01-02", "call", "connected" if i % 10 < 5 else "no_answer"))
    found = orders(log(*rows), PARAMS)
    assert found.gain == pytest.approx(0.2)
    assert found.gain_low < 0.2 < found.gain_high
    assert (found.apart, found.together) == (apart, not apart)


def test_what_was_planted_is_found(bank, prepared):
    told = bank[1].totals["practice"]
    contacts = frame(pq.read_table(prepared / "data" / "contacts.parquet"))
    params = load(bank[0]).params
    again, order = hang_ups(contacts, params), orders(contacts, params)
    assert again.calls_again == told["called_again"] > 0
    table = order.table.set_index("order")
    for code in ("sms_first", "call_first"):
        assert table.loc[code, ["calls", "connected"]].tolist() == [told[code], told[f"{code}_connected"]]
    assert order.gain > 0.1


def test_the_chart_shows_each_rate_with_its_calls():
    branches = pd.DataFrame({"branch_id": ["01", "02"], "branch_name": ["城东支行", "河口镇支行"]})
    drawn = reached_by_caller(call_results(TWO, PARAMS, "01"), branches, labels=LABELS)
    assert [t.get_text() for t in drawn.axes[0].get_yticklabels()] == ["S2", "S1"]
    whole = reached_by_caller(call_results(TWO, PARAMS, None), branches, labels=LABELS)
    assert [t.get_text() for t in whole.axes[0].get_yticklabels()] == ["河口镇支行", "城东支行"]
    assert all(text.get_text().endswith(("· 40", "· 10")) for text in drawn.axes[0].texts)
