"""How full each owner's weeks are, and what did not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from kit import columns as col
from kit.params import Params
from kit.planning.calendar import work_days

__all__ = ["Load", "owner_load"]

NOT_SHOWN = ("planned", "nobody")  # reasons that say nothing of an owner's time


@dataclass(frozen=True, slots=True)
class Load:
    """Contacts planned and capacity of a branch.

    Attributes
    ----------
    planned
        A row an owner (most planned first), a column a week from 1.
    daily
        Contacts that each owner can make a day.
    weeks
        A row a week: its ``first`` and ``last`` day and its ``days`` of work.
    left_over
        A row an owner, a column a reason that any of them has: tasks without a day of their own.
    """

    planned: pd.DataFrame
    daily: pd.Series
    weeks: pd.DataFrame
    left_over: pd.DataFrame


def owner_load(plan: pd.DataFrame, daily: Mapping[str, int], params: Params, *, start: date) -> Load:
    """Return contacts planned by owner and week against what the owner has time for (R61, R83).

    Parameters
    ----------
    plan
        Rows of one branch; tasks that nobody owns are left out.
    daily
        Contacts a day of an owner; ``params.contact.daily_contacts`` for whoever is not named.
    start
        The plan's first day.
    """
    owned = plan[plan[col.STAFF_ID].notna()]
    weeks = _weeks(params, start)
    number = (pd.to_datetime(owned[col.DATE]) - pd.Timestamp(start)).dt.days // 7 + 1
    dated = owned[col.DATE].notna()
    owners = pd.Index(sorted(owned[col.STAFF_ID].unique()), name=col.STAFF_ID)
    planned = pd.crosstab(owned.loc[dated, col.STAFF_ID], number[dated].astype("int64"))
    planned = planned.reindex(index=owners, columns=weeks.index, fill_value=0)
    busiest = planned.sum(axis=1).sort_values(ascending=False, kind="stable").index
    rest = owned[~owned[col.REASON].isin(NOT_SHOWN) & ~dated]
    left_over = pd.crosstab(rest[col.STAFF_ID], rest[col.REASON]).reindex(index=busiest, fill_value=0)
    return Load(
        planned=planned.loc[busiest],
        daily=pd.Series([daily.get(str(owner), params.contact.daily_contacts) for owner in busiest], index=busiest),
        weeks=weeks,
        left_over=left_over,
    )


def _weeks(params: Params, start: date) -> pd.DataFrame:
    """The weeks of the plan, each with its days and how many of them are worked."""
    worked = work_days(start - timedelta(days=1), weeks=params.contact.weeks).days
    rows = []
    for number in range(1, params.contact.weeks + 1):
        first = start + timedelta(days=7 * (number - 1))
        last = first + timedelta(days=6)
        rows.append((number, first, last, sum(first <= day <= last for day in worked)))
    return pd.DataFrame(rows, columns=["week", "first", "last", "days"]).set_index("week")
