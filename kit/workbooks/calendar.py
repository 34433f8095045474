"""The calendar file of a manager: how many contacts a work day brings, and of which classes; no customer is named."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pandas as pd
from icalendar import Calendar, Event

from kit import columns as col
from kit.params import ContactCode
from kit.text import Wording
from kit.workbooks.form import Marker


def contact_calendar(tasks: pd.DataFrame, marker: Marker, words: Wording, *, branch: str, owner: str) -> bytes:
    """Return the planned contacts as iCalendar: an event for each work day, all day long (R58, R61).

    An .ics cannot be encrypted, so it counts and names nobody. A day's event keeps its UID from plan to plan, so that
    a calendar that takes in the next file changes the day instead of adding to it.

    Parameters
    ----------
    tasks
        The manager's rows of ``data/plan.parquet``; those without a date are left out.
    """
    made = Calendar()
    made.add("prodid", "-//branch-kit//callbook//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", words("workbook.calendar.name", branch=branch, owner=owner))
    stamp = datetime.fromisoformat(marker.start).replace(tzinfo=UTC)  # no clock
    dated = tasks[tasks[col.DATE].notna()]
    for day, own in dated.groupby(pd.to_datetime(dated[col.DATE]).dt.date):
        counts = own[col.CONTACT_CLASS].value_counts()
        classes = [
            words("workbook.calendar.class", name=words.label(f"labels.class.{code}"), customers=counts[code])
            for code in get_args(ContactCode)
            if code in counts
        ]
        event = Event()
        event.add("uid", f"{day:%Y%m%d}-{marker.engagement}-{marker.branch}-{marker.staff}@branch-kit")
        event.add("dtstamp", stamp)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # it blocks no appointment
        event.add("summary", words("workbook.calendar.summary", customers=len(own), classes=words.join(classes)))
        event.add("description", words.label("workbook.calendar.detail"))
        made.add_component(event)
    return bytes(made.to_ical())
