"""The branch head's page: how full each owner's weeks are, and what did not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from kit import columns as col
from kit.text import Wording
from kit.workbooks.sheets import HEAD, LINE, NOTE, TITLE

_SHOWN = ("late", "capacity", "do_not_call", "later")  # reasons that say something of an owner's time
_HEAD, _DAYS, _FIRST = 3, 4, 5  # rows, counted from 0: weeks, their work days, the first owner
_WEEKS = 2  # column of the first week
_FULL, _BUSY = 0.95, 0.7  # shares of an owner's time from which on a week is so coloured: signs for the eye, no rule
_COLOURS = {"full": "#f4b6ae", "busy": "#fbe3a8", "calm": "#d7ead3"}


@dataclass(frozen=True, slots=True)
class Load:
    """Calls planned and capacity of a branch; SMS take no time of either.

    Attributes
    ----------
    planned, possible
        A row an owner (most planned first), a column a week from 1: calls planned, and those that he can make.
    daily, texts
        Calls that each owner can make a day, and messages planned.
    weeks
        A row a week: its ``first`` and ``last`` day and its ``days`` of work.
    left_over
        A row an owner, a column a reason that any of them has: tasks that are late, or without a day.
    """

    planned: pd.DataFrame
    possible: pd.DataFrame
    daily: pd.Series
    texts: pd.Series
    weeks: pd.DataFrame
    left_over: pd.DataFrame


def owner_load(plan: pd.DataFrame, owner_weeks: pd.DataFrame) -> Load:
    """Return calls planned by owner and week against what the owner has time for (R61, R83).

    Parameters
    ----------
    plan
        Rows of one branch; tasks that nobody owns are left out.
    owner_weeks
        `kit.planning.capacities.owner_weeks` of the branch: leave is taken off.
    """
    dated = plan[plan[col.DATE].notna()]
    written = dated[col.CHANNEL] == "sms"
    possible = owner_weeks.pivot(index=col.STAFF_ID, columns=col.WEEK, values=col.CALLS_POSSIBLE)
    called = dated[~written]
    planned = pd.crosstab(called[col.STAFF_ID], called[col.BATCH].astype("int64"))
    planned = planned.reindex(index=possible.index, columns=possible.columns, fill_value=0)
    busiest = planned.sum(axis=1).sort_values(ascending=False, kind="stable").index
    rest = plan[plan[col.REASON].isin(_SHOWN) & plan[col.STAFF_ID].notna()]
    left_over = pd.crosstab(rest[col.STAFF_ID], rest[col.REASON]).reindex(index=busiest, fill_value=0)
    sums = owner_weeks.groupby(col.STAFF_ID)[[col.CALLS_POSSIBLE, col.WORK_DAYS]].sum().loc[busiest]
    weeks = owner_weeks.groupby(col.WEEK).agg(first=(col.DATE, "min"), days=(col.WORK_DAYS, "max"))
    return Load(
        planned=planned.loc[busiest],
        possible=possible.loc[busiest],
        daily=(sums[col.CALLS_POSSIBLE] // sums[col.WORK_DAYS].clip(lower=1)).astype("int64"),
        texts=dated[written].groupby(col.STAFF_ID).size().reindex(busiest, fill_value=0),
        weeks=weeks.assign(last=weeks["first"] + timedelta(days=6)),
        left_over=left_over[[reason for reason in _SHOWN if reason in left_over]],
    )


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
    for j, name in enumerate(_COLOURS, start=_WEEKS):
        legend = words(f"workbook.load.legend.{name}", full=100 * _FULL, busy=100 * _BUSY)
        sheet.write_string(2, j, legend, formats[name])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, _WEEKS + len(load.weeks) + 4 + len(load.left_over.columns), 10.5)
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
    heads += [words.label(f"workbook.load.{name}") for name in ("planned", "capacity", "used", "texts")]
    heads += [words.label(f"labels.reason.{reason}") for reason in load.left_over.columns]
    days = [words("workbook.load.days", days=int(number)) for number in load.weeks["days"]]
    sheet.write_row(_HEAD, 0, heads, formats["head"])
    sheet.write_row(_DAYS, 0, [None] * len(heads), formats["days"])
    sheet.write_row(_DAYS, _WEEKS, days, formats["days"])
    sheet.set_row(_HEAD, 32)


def _write_owner(sheet: Any, i: int, owner: str, load: Load, formats: Mapping[str, Any]) -> None:
    """One owner: planned a week, in all, capacity, the share used, messages, and what is left over by reason."""
    weeks, most = (rows.loc[[owner]].to_numpy()[0].tolist() for rows in (load.planned, load.possible))
    capacity, planned = sum(most), sum(weeks)
    sheet.write_string(i, 0, str(owner), formats["owner"])
    sheet.write_number(i, 1, int(load.daily[owner]), formats["count"])
    for j, (calls, possible) in enumerate(zip(weeks, most, strict=True), start=_WEEKS):
        share = calls / possible if possible else None
        colour = "count" if share is None else "full" if share >= _FULL else "busy" if share >= _BUSY else "calm"
        sheet.write_number(i, j, calls, formats[colour])
    end = _WEEKS + len(weeks)
    sheet.write_row(i, end, [planned, capacity], formats["count"])
    sheet.write(i, end + 2, planned / capacity if capacity else None, formats["percent"])
    sheet.write_row(i, end + 3, [int(load.texts[owner]), *map(int, load.left_over.loc[owner])], formats["count"])
