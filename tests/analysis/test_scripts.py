import pandas as pd

from kit.analysis.scripts import readiness


def test_texts_are_counted_as_ready_or_by_each_column_that_they_lack():
    found = readiness(
        pd.DataFrame({
            "call": ["", "", "customer.customer_name", None, "!first.call"],
            "sms": ["", "staff.phone_ok", "customer.customer_name+staff.phone_ok", "staff.phone_ok", None],
        })
    )  # fmt: skip
    assert (found.calls, found.messages, found.texts) == (4, 4, 8)
    assert (found.ready, found.lacking, found.share, found.refused) == (3, 5, 3 / 8, 1)
    assert found.table.to_dict("records") == [
        {"table": "staff", "column": "phone_ok", "call_texts": 0, "messages": 3},
        {"table": "customer", "column": "customer_name", "call_texts": 1, "messages": 1},
    ]


def test_a_plan_without_texts_has_no_share_and_no_table():
    found = readiness(pd.DataFrame({"call": [None], "sms": [None]}, dtype="object"))
    assert (found.texts, found.lacking, found.share) == (0, 0, None)
    assert found.table.empty
    ready = readiness(pd.DataFrame({"call": [""], "sms": [""]}))
    assert (ready.ready, ready.share) == (2, 1.0)
    assert ready.table.empty
