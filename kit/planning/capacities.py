"""How many contacts each owner can make on each day: his own daily number, on work days on which he is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.params import Params
from kit.planning.calendar import work_days

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Room:
    """Calls and SMS that each owner can make on each day: a row an owner, a column a day."""

    owners: dict[str, int]
    calls: Ints
    sms: Ints


def room_of(owners: Iterable[str], staff: pd.DataFrame, days: Sequence[date], params: Params) -> Room:
    """Contacts a day of each owner: his own number, or the profile's, and none while he is on leave or gone (R61).

    Parameters
    ----------
    owners
        Whoever keeps customers; one who is not in ``staff`` is taken to be there every day.
    staff
        ``staff_id`` and, where the bank sent them, ``daily_contacts``, ``leave_start``, ``leave_end``, ``left_date``.
    """
    names = sorted(set(owners))
    rows = staff.drop_duplicates(col.STAFF_ID).set_index(col.STAFF_ID).reindex(names)

    def given(name: str) -> pd.Series:
        return rows[name] if name in rows else pd.Series(np.nan, index=rows.index)

    def day_of(name: str) -> npt.NDArray[np.datetime64]:
        return np.asarray(pd.to_datetime(given(name)).to_numpy(dtype="datetime64[D]")[:, None])

    on = np.array(days, dtype="datetime64[D]")[None, :]
    begins, ends, left = day_of(col.LEAVE_START), day_of(col.LEAVE_END), day_of(col.LEFT_DATE)
    # A leave of which only one end is known lasts from then on, or until then; one of which none is, is none.
    away = ((on >= begins) | np.isnat(begins)) & ((on <= ends) | np.isnat(ends)) & ~(np.isnat(begins) & np.isnat(ends))
    there = ~away & ~(on >= left)
    daily = given(col.DAILY_CONTACTS).fillna(params.contact.daily_contacts).to_numpy(dtype="int64")
    return Room(
        owners={name: i for i, name in enumerate(names)},
        calls=there * daily[:, None],
        sms=there * np.int64(params.contact.daily_sms),
    )


def owner_weeks(plan: pd.DataFrame, staff: pd.DataFrame, params: Params, *, start: date) -> pd.DataFrame:
    """Calls that each owner can make in each week of the plan, and in a year (R57, R61).

    Returns
    -------
    DataFrame
        A row an owner of the plan and week: branch_id, staff_id, role, listed (is in the staff table), week (from 1),
        date (its first day), work_days (on which he is there), calls, calls_a_year.
    """
    before = (pd.Timestamp(start) - pd.Timedelta(days=1)).date()
    pairs = plan.loc[plan[col.STAFF_ID].notna(), [col.BRANCH_ID, col.STAFF_ID]].drop_duplicates()
    pairs = pairs.sort_values([col.BRANCH_ID, col.STAFF_ID], ignore_index=True)
    weeks = params.contact.weeks
    days, year = work_days(before, weeks=weeks).days, work_days(before, weeks=52).days
    near, far = (room_of(pairs[col.STAFF_ID], staff, each, params) for each in (days, year))
    week = np.array([(day - before).days - 1 for day in days], dtype="int64") // 7
    inside = (week[:, None] == np.arange(weeks)[None, :]).astype("int64")
    at = pairs[col.STAFF_ID].map(near.owners).to_numpy(dtype="int64")
    roles = staff.drop_duplicates(col.STAFF_ID).set_index(col.STAFF_ID)[col.ROLE]
    made = pairs.assign(**{
        col.ROLE: pairs[col.STAFF_ID].map(roles).astype("str"),
        col.LISTED: pairs[col.STAFF_ID].isin(roles.index),
        col.CALLS_A_YEAR: far.calls.sum(axis=1)[at],
    })  # fmt: skip
    made = made.loc[made.index.repeat(weeks)].reset_index(drop=True)
    made[col.WEEK] = np.tile(np.arange(1, weeks + 1), len(pairs))
    made[col.DATE] = pd.Timestamp(start) + pd.to_timedelta((made[col.WEEK] - 1) * 7, unit="D")
    made[col.WORK_DAYS] = ((near.sms > 0).astype("int64") @ inside)[at].ravel()
    made[col.CALLS_POSSIBLE] = (near.calls @ inside)[at].ravel()
    return made
