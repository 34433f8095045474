"""The branch head's page: how full each owner's weeks are, and what did not fit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from kit import columns as col
from kit.params import Params
from kit.text import Wording
from kit.workbooks.sheets import HEAD, LINE, NOTE, TITLE

_NOT_SHOWN = ("planned", "nobody")  # reasons that say nothing of an owner's time
_HEAD, _DAYS, _FIRST = 3, 4, 5  # rows, counted from 0: weeks, their work days, the first owner
_SMS_ONLY = "sms"  # channel of a contact that is no call
_WEEKS = 2  # column of the first week
_FULL, _BUSY = 0.95, 0.7  # shares of an owner's time from which on a week is so coloured: signs for the eye, no rule
_COLOURS = {"full": "#f4b6ae", "busy": "#fbe3a8", "calm": "#d7ead3"}


@dataclass(frozen=True, slots=True)
class Load:
    """Calls planned and capacity of a branch.

    Attributes
    ----------
    planned
        Calls: a row an owner (most planned first), a column a week from 1. SMS take none of the time for them.
    daily
        Calls that each owner can make a day.
    weeks
        A row a week: its ``first`` and ``last`` day and its ``days`` of work.
    left_over
        A row an owner, a column a reason that any of them has: tasks without a day of their own.
    """

    planned: pd.DataFrame
    daily: Mapping[str, int]
    weeks: pd.DataFrame
    left_over: pd.DataFrame


def owner_load(
    plan: pd.DataFrame, daily: Mapping[str, int], params: Params, *, start: date, worked: Collection[date]
) -> Load:
    """Return calls planned by owner and week against what the owner has time for (R61, R83).

    Parameters
    ----------
    plan
        Rows of one branch; tasks that nobody owns are left out.
    daily
        Contacts a day of an owner; ``params.contact.daily_contacts`` for whoever is not named.
    start, worked
        The plan's first day, and its work days.
    """
    owned = plan[plan[col.STAFF_ID].notna()]
    weeks = _weeks(params.contact.weeks, start, worked)
    number = (pd.to_datetime(owned[col.DATE]) - pd.Timestamp(start)).dt.days // 7 + 1
    dated = owned[col.DATE].notna()
    called = dated & (owned[col.CHANNEL] != _SMS_ONLY)
    owners = pd.Index(sorted(owned[col.STAFF_ID].unique()), name=col.STAFF_ID)
    planned = pd.crosstab(owned.loc[called, col.STAFF_ID], number[called].astype("int64"))
    planned = planned.reindex(index=owners, columns=weeks.index, fill_value=0)
    busiest = planned.sum(axis=1).sort_values(ascending=False, kind="stable").index
    rest = owned[~owned[col.REASON].isin(_NOT_SHOWN) & ~dated]
    left_over = pd.crosstab(rest[col.STAFF_ID], rest[col.REASON]).reindex(index=busiest, fill_value=0)
    return Load(
        planned=planned.loc[busiest],
        daily={str(owner): daily.get(str(owner), params.contact.daily_contacts) for owner in busiest},
        weeks=weeks,
        left_over=left_over,
    )


def _weeks(number: int, start: date, worked: Collection[date]) -> pd.DataFrame:
    """The weeks of the plan, each with its days and how many of them are worked."""
    firsts = [start + timedelta(weeks=week) for week in range(number)]
    rows = [(first, first + timedelta(days=6)) for first in firsts]
    days = [sum(first <= day <= last for day in worked) for first, last in rows]
    weeks = pd.RangeIndex(1, number + 1, name="week")
    return pd.DataFrame(rows, columns=["first", "last"], index=weeks).assign(days=days)


def write_load(book: Any, load: Load, words: Wording, *, branch: str) -> None:
    """Add the load view to a workbook, on one page whatever the number of owners (R61, R83)."""
    sheet = book.add_worksheet(words.label("workbook.load.sheet"))
    cell = LINE | {"align": "center"}
    styles: dict[str, dict[str, Any]] = {
        "title": TITLE,
        "note": NOTE | {"text_wrap": False},
        "head": cell | HEAD,
        "days": cell | {"font_color": "#5f6b7a", "font_size": 9},
        "count": cell | {"num_format": "#,##0"},
        "percent": cell | {"num_format": "0%"},
        "owner": cell | {"align": "left"},
        **{name: cell | {"bg_color": colour} for name, colour in _COLOURS.items()},
    }
    formats = {name: book.add_format(style) for name, style in styles.items()}
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, words("workbook.load.title", branch=branch, weeks=len(load.weeks)), formats["title"])
    sheet.write_string(1, 0, words.label("workbook.load.note"), formats["note"])
    _write_head(sheet, load, words, formats)
    for i, owner in enumerate(load.planned.index, start=_FIRST):
        _write_owner(sheet, i, owner, load, formats)
    _colour_weeks(sheet, load, formats)
    for j, name in enumerate(_COLOURS, start=_WEEKS):
        legend = words(f"workbook.load.legend.{name}", full=100 * _FULL, busy=100 * _BUSY)
        sheet.write_string(2, j, legend, formats[name])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, _WEEKS + len(load.weeks) + 3 + len(load.left_over.columns), 10.5)
    sheet.freeze_panes(_FIRST, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _write_head(sheet: Any, load: Load, words: Wording, formats: Mapping[str, Any]) -> None:
    """Weeks with their days, the totals, and the reasons why a contact has no day."""
    heads = [words.label("workbook.load.owner"), words.label("workbook.load.daily")]
    heads += [
        f"{words('workbook.load.week', week=number)}\n{week['first']:%m-%d}–{week['last']:%m-%d}"
        for number, week in load.weeks.iterrows()
    ]
    heads += [words.label(f"workbook.load.{name}") for name in ("planned", "capacity", "used")]
    heads += [words.label(f"labels.reason.{reason}") for reason in load.left_over.columns]
    days = [words("workbook.load.days", days=int(number)) for number in load.weeks["days"]]
    sheet.write_row(_HEAD, 0, heads, formats["head"])
    sheet.write_row(_DAYS, 0, [None] * len(heads), formats["days"])
    sheet.write_row(_DAYS, _WEEKS, days, formats["days"])
    sheet.set_row(_HEAD, 32)


def _write_owner(sheet: Any, i: int, owner: str, load: Load, formats: Mapping[str, Any]) -> None:
    """One owner: planned a week, in all, capacity, the share used, and what is left over by reason."""
    weeks, daily = load.planned.loc[[owner]].to_numpy()[0].tolist(), load.daily[owner]
    capacity, planned = daily * int(load.weeks["days"].sum()), sum(weeks)
    sheet.write_string(i, 0, str(owner), formats["owner"])
    sheet.write_row(i, 1, [daily, *weeks, planned, capacity], formats["count"])
    end = _WEEKS + len(weeks) + 2
    sheet.write(i, end, planned / capacity if capacity else None, formats["percent"])
    sheet.write_row(i, end + 1, list(map(int, load.left_over.loc[owner])), formats["count"])


def _colour_weeks(sheet: Any, load: Load, formats: Mapping[str, Any]) -> None:
    """Each week's cells, by the share of that owner's time in that week."""
    last = _FIRST + len(load.planned) - 1
    for j, days in enumerate(load.weeks["days"], start=_WEEKS):
        if days and last >= _FIRST:
            own = xl_rowcol_to_cell(_FIRST, j)
            most = f"($B{_FIRST + 1}*{int(days)})"
            for name, test in (("full", f">={_FULL}*"), ("busy", f">={_BUSY}*"), ("calm", ">=0*")):
                rule = {"type": "formula", "criteria": f"={own}{test}{most}", "format": formats[name]}
                sheet.conditional_format(_FIRST, j, last, j, rule | {"stop_if_true": True})
