import numpy as np
import pandas as pd
import pytest

from kit.analysis.invitations import invitations, invite_list, meetings
from kit.analysis.result import Unavailable
from kit.charts.practice import came_by_segment
from kit.engagement import profile
from kit.params import WAN, Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LABELS = {**wording("zh").labels("charts"), **wording("zh").labels("labels")}
CUSTOMERS = pd.DataFrame({
    "customer_id": list("abcdef"), "branch_id": "01", "aum_fen": [50 * WAN, 40 * WAN, 9 * WAN, 8 * WAN, 7 * WAN, 1],
    "tier": ["vip", "vip", "core", "core", "core", "basic"],
    "segment": ["retired", "young", "young", "retired", "other", "other"],
    "missing": ["income", "income,hobby,risk", "", "income,risk", None, "risk"],
})  # fmt: skip


def log(*rows):
    """(customer, day of 2026, way, step)."""
    made = pd.DataFrame(rows, columns=["customer_id", "contact_date", "contact_way", "contact_step"])
    dates = pd.to_datetime("2026-" + made["contact_date"].astype("str"))
    return made.assign(branch_id="01", contact_staff_id="S1", contact_date=dates)


def events(*rows):
    """(event, customer, day of 2026, invited, attended)."""
    made = pd.DataFrame(rows, columns=["event_id", "customer_id", "event_date", "invited_people", "attended_people"])
    dates = pd.to_datetime("2026-" + made["event_date"].astype("str"))
    return made.assign(branch_id="01", event_staff_id="S1", event_date=dates)


def test_whoever_is_met_within_the_days_has_come_and_the_invitation_itself_is_no_visit():
    rows = log(
        ("a", "05-01", "call", "invite"), ("a", "05-31", "visit", None),
        ("b", "05-01", "call", "invite"), ("b", "06-01", "visit", None),
        ("c", "05-01", "visit", "invite"),
    )  # fmt: skip
    found = invitations(events(), PARAMS, rows, CUSTOMERS, "01")
    assert found.table.values.tolist() == [["personal", 3, 1, pytest.approx(1 / 3)]]
    assert (found.invited, found.came, found.events, found.customers) == (3, 1, 0, 3)


def test_a_call_that_asks_to_an_event_is_the_events_invitation():
    rows = log(("a", "05-01", "call", "invite"), ("b", "05-01", "call", "invite"))
    found = invitations(events(("e1", "a", "05-20", 1, 1), ("e1", "c", "05-20", 0, 1)), PARAMS, rows, CUSTOMERS, "01")
    assert found.table.set_index("route")[["invited", "came"]].to_dict("index") == {
        "event": {"invited": 1, "came": 1}, "personal": {"invited": 1, "came": 0},
    }  # fmt: skip
    assert found.by_segment.set_index("segment")["invited"].to_dict() == {"retired": 1, "young": 1}


def test_an_event_that_only_has_numbers_counts_and_names_nobody():
    found = invitations(
        events(("e1", None, "05-20", 40, 10), ("e2", None, "06-20", 20, None)), PARAMS, log(), CUSTOMERS, "01"
    )
    assert (found.invited, found.came, found.came_share, found.events) == (60, 10, 0.25, 2)
    assert found.by_segment.empty
    assert found.by_caller.empty


def test_who_invited_ten_customers_has_a_rate():
    many = events(*[("e1", f"c{i}", "05-20", 1, int(i < 4)) for i in range(10)])
    found = invitations(many, PARAMS, log(), CUSTOMERS, "01").by_caller
    assert found[["caller_id", "invited", "came"]].values.tolist() == [["S1", 10, 4]]
    assert invitations(many, PARAMS, log(), CUSTOMERS, None).by_caller["branch_id"].tolist() == ["01"]
    nobody = many.drop(columns="event_staff_id")
    assert invitations(nobody, PARAMS, log(), CUSTOMERS, "01").by_caller.empty


def test_without_events_or_steps_what_is_left_is_told():
    nothing = invitations(events(), PARAMS, log(), CUSTOMERS, "01")
    assert (nothing.invited, nothing.came_share, len(nothing.table)) == (0, None, 0)
    assert invitations(events()[["branch_id"]], PARAMS, log(), CUSTOMERS, "01") == Unavailable(("invited_people",))
    bare = events(("e1", "a", "05-20", 1, 1)).drop(columns="attended_people")
    assert invitations(bare, PARAMS, log().drop(columns="contact_step"), CUSTOMERS, "01").came_share is None


def test_files_of_those_met_are_compared_with_those_of_the_same_tier():
    found = meetings(
        log(("a", "05-01", "visit", None), ("c", "05-01", "call", "meet"), ("c", "06-01", "visit", None)),
        PARAMS,
        CUSTOMERS,
    )
    assert (found.meetings, found.customers) == (3, 2)
    assert (found.customers_share, found.upper_share) == (pytest.approx(2 / 6), pytest.approx(1 / 2))
    table = found.table.set_index("tier")
    assert table.loc["vip", ["mean_missing_met", "mean_missing_unmet"]].tolist() == [1, 3]
    assert table.loc["core", ["mean_missing_met", "mean_missing_unmet"]].tolist() == [0, 1]
    assert np.isnan(table.loc["basic", "mean_missing_met"])
    assert (found.mean_missing_met, found.mean_missing_unmet) == (0.5, 2)


def test_meetings_without_files_or_log():
    found = meetings(log(("a", "05-01", "visit", None)), PARAMS, CUSTOMERS.drop(columns="missing"))
    assert (found.customers, found.mean_missing_met) == (1, None)
    assert meetings(log().drop(columns=["contact_way", "contact_step"]), PARAMS, CUSTOMERS) == Unavailable(
        ("contact_way",)
    )
    assert meetings(log(), PARAMS, CUSTOMERS.iloc[:0]).customers_share is None


def test_the_valued_whom_nobody_invited_or_met_are_to_be_invited_by_what_they_like():
    rows = CUSTOMERS.assign(
        step_invited=[True, *[False] * 5], step_met=False, do_not_call=[*[False] * 4, True, False],
        hobby=[None, "喜欢羽毛球", None, "无", None, "旅游"],
    )  # fmt: skip
    found = invite_list(rows, PARAMS)
    assert found[["customer_id", "reason"]].values.tolist() == [
        ["b", "invite_sport"],
        ["c", "invite_talk"],
        ["d", "invite_talk"],
    ]
    assert found["amount_fen"].tolist() == [40 * WAN, 9 * WAN, 8 * WAN]
    assert invite_list(rows.drop(columns="hobby"), PARAMS)["reason"].unique().tolist() == ["invite_talk"]
    assert invite_list(CUSTOMERS, PARAMS) == Unavailable(("step_invited", "step_met"))


def test_the_chart_has_a_bar_a_segment():
    found = invitations(events(("e1", "a", "05-20", 1, 1), ("e1", "b", "05-20", 1, 0)), PARAMS, log(), CUSTOMERS, "01")
    drawn = came_by_segment(found, labels=LABELS)
    assert [t.get_text() for t in drawn.axes[0].texts] == ["0 / 1 · 0.0%", "1 / 1 · 100.0%"]
