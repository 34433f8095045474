from datetime import date

import pandas as pd
import pytest
from icalendar import Calendar

from kit.text import wording
from kit.workbooks.calendar import contact_calendar
from kit.workbooks.form import Marker

MARKER = Marker("f" * 16, "0101", "S1", "2026-10-31", "2026-11-02", "abc")
TASKS = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "customer_name": ["甲"] * 4,
        "date": pd.to_datetime(["2026-11-02", "2026-11-02", "2026-11-03", None]),
        "contact_class": ["special_day", "maturity", "care", "care"],
    }
)


def read(language="zh", tasks=TASKS):
    made = contact_calendar(tasks, MARKER, wording(language), branch="城东支行", owner="S1")
    return made, Calendar.from_ical(made).walk("VEVENT")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ["2 户联系：到期客户 1、特殊日客户 1", "1 户联系：贵宾维护 1"]),
        ("en", ["2 contacts: Maturity 1, Special day 1", "1 contact: VIP care 1"]),
    ],
)
def test_a_work_day_is_an_event_that_counts_its_contacts_by_class(language, said):
    _, events = read(language)
    assert [str(event["summary"]).lower() for event in events] == [text.lower() for text in said]
    assert [event["dtstart"].dt for event in events] == [date(2026, 11, 2), date(2026, 11, 3)]
    assert [event["dtend"].dt for event in events] == [date(2026, 11, 3), date(2026, 11, 4)]


def test_a_calendar_names_nobody_and_the_same_plan_gives_the_same_bytes():
    made, events = read()
    assert "甲" not in made.decode()
    assert made == read()[0]
    assert len({str(event["uid"]) for event in events}) == 2


def test_the_next_plan_changes_the_day_instead_of_adding_to_it():
    (first, _), (again, *_) = read()[1], read(tasks=TASKS.drop(index=1))[1]
    assert first["uid"] == again["uid"]
    assert first["summary"] != again["summary"]


def test_every_line_is_at_most_75_bytes_long_and_ends_as_the_standard_says():
    made, _ = read()
    lines = made.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75
