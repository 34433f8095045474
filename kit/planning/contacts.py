"""The contact plan: eight classes of occasion, dated on work days within each owner's capacity (R58, R60, R61)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.contact import CLASSES, cadence_days
from kit.params import YUAN, Params
from kit.planning.calendar import work_days

__all__ = ["contact_plan"]


def contact_plan(
    customers: pd.DataFrame, assigned: pd.DataFrame, params: Params, *, capacity: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """The next contact of every customer who has an occasion for one (R52, R58, R61).

    Each owner's days are filled in the order of the classes and, within a class, of the service score: a contact takes
    the first work day in its window on which the owner has room. What does not fit, or may not be called, keeps its
    row without a date and says why.

    Parameters
    ----------
    customers, assigned
        Rows in the same order (``kit.features``, `kit.planning.assignment`).
    capacity
        Contacts a day of an owner; ``params.contact.daily_contacts`` for whoever is not named.

    Returns
    -------
    DataFrame
        customer_id, branch_id, staff_id, date, contact_class, intent, channel, reason (``planned``, ``capacity``,
        ``do_not_call``), batch (week of the plan), priority (order within the owner).
    """
    occasions = _occasions(customers, params)
    barred = customers.get(col.DO_NOT_CALL, pd.Series(pd.NA, index=customers.index))
    plan = pd.DataFrame(
        {
            col.CUSTOMER_ID: customers[col.CUSTOMER_ID],
            col.BRANCH_ID: customers[col.BRANCH_ID],
            col.STAFF_ID: assigned[col.STAFF_ID],
            col.CONTACT_CLASS: occasions["contact_class"],
            "earliest": occasions["earliest"],
            "latest": occasions["latest"],
            col.INTENT: customers.get(col.INTENT),
            "score": customers[col.SERVICE_SCORE],
            col.AUM_FEN: customers[col.AUM_FEN],
            "barred": barred.fillna(value=False).astype(bool),
        }
    )
    plan = plan[plan[col.CONTACT_CLASS].notna()]
    rank = plan[col.CONTACT_CLASS].map({name: i for i, name in enumerate(CLASSES)})
    plan = plan.assign(rank=rank).sort_values(
        [col.BRANCH_ID, col.STAFF_ID, "rank", "score", col.AUM_FEN, col.CUSTOMER_ID],
        ascending=[True, True, True, False, False, True],
        na_position="last",
    )
    plan[col.DATE] = _dates(plan, params, capacity or {})
    plan[col.REASON] = np.select([plan["barred"], plan[col.DATE].isna()], ["do_not_call", "capacity"], "planned")
    plan[col.CHANNEL] = "call"
    start = pd.Timestamp(params.day)
    plan[col.BATCH] = ((pd.to_datetime(plan[col.DATE]) - start).dt.days.sub(1) // 7 + 1).astype("Int64")
    plan[col.PRIORITY] = plan.groupby([col.BRANCH_ID, col.STAFF_ID], dropna=False).cumcount() + 1
    return plan[
        [
            col.CUSTOMER_ID,
            col.BRANCH_ID,
            col.STAFF_ID,
            col.DATE,
            col.CONTACT_CLASS,
            col.INTENT,
            col.CHANNEL,
            col.REASON,
            col.BATCH,
            col.PRIORITY,
        ]
    ].reset_index(drop=True)


def _next_birthday(births: pd.Series, start: pd.Timestamp) -> pd.Series:
    """Next birthday after ``start``; 29 February is kept on 1 March."""
    births = pd.to_datetime(births)
    days = pd.DataFrame({"year": start.year, "month": births.dt.month, "day": births.dt.day})
    leap = (days["month"] == 2) & (days["day"] == 29)
    days = days.mask(leap, days.assign(month=3, day=1))
    this_year = pd.to_datetime(days, errors="coerce")
    return this_year.where(this_year > start, pd.to_datetime(days.assign(year=start.year + 1), errors="coerce"))


def _occasions(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Class and window (earliest, latest) of each customer's next contact; no class where there is no occasion."""
    start, plan = pd.Timestamp(params.day), params.contact
    end = start + pd.Timedelta(weeks=plan.weeks)
    nothing = pd.Series(pd.NA, index=customers.index)

    def given(name: str) -> pd.Series:
        return customers.get(name, nothing)

    valued = customers[col.TIER_RANK].fillna(0) >= 1
    maturity = pd.to_datetime(given(col.NEXT_MATURITY_DATE))
    birthday = _next_birthday(given(col.BIRTH_DATE), start)
    change = (given(col.SPOT_FEN).astype("Float64") - given(col.SPOT_BEFORE_FEN).astype("Float64")).abs()
    large = np.maximum(
        plan.movement_yuan * YUAN, plan.movement_share * given(col.AUM_FEN).astype("Float64").clip(lower=0)
    )
    every = pd.to_timedelta(cadence_days(customers[col.AUM_FEN], params), unit="D")
    again = (pd.to_datetime(given(col.LAST_CONTACT_DATE)) + every).fillna(start)
    weak = (given(col.PRIMARY_GRADE) == "weak") & customers[col.TIER].isin(params.upper_tiers())
    lost = given(col.AT_RISK).fillna(value=False).astype(bool) | given(col.DORMANT).fillna(value=False).astype(bool)

    def within(days: int) -> pd.Series:
        return pd.Series(start + pd.Timedelta(days=days), index=customers.index)

    now, horizon = within(1), pd.Series(end, index=customers.index)
    rules = {  # class → (applies, earliest, latest)
        "maturity": (maturity <= start + pd.Timedelta(days=plan.maturity_days), now, maturity),
        "special_day": (
            valued & (birthday <= start + pd.Timedelta(days=plan.birthday_days)),
            birthday - pd.Timedelta(days=3),
            birthday,
        ),
        "intent": (given(col.INTENT).isin(["A", "B"]), now, within(14).where(given(col.INTENT) == "A", within(28))),
        "movement": (change >= large, now, within(14)),
        "upgrade": (customers[col.UPGRADE_GAP_FEN].notna(), now, within(28)),
        "new": (pd.to_datetime(given(col.OPEN_DATE)) >= start - pd.Timedelta(days=plan.new_days), now, within(28)),
        "care": (valued & (again <= end), again.where(again > now, now), horizon),
        "recover": (lost | weak, now, horizon),
    }
    claims = [applies.fillna(value=False).astype(bool).to_numpy() for applies, _, _ in rules.values()]
    return pd.DataFrame(
        {
            "contact_class": pd.Series(
                np.select(claims, list(rules), default=""), index=customers.index, dtype="str"
            ).replace("", None),
            "earliest": np.select(
                claims, [e.astype("datetime64[ns]") for _, e, _ in rules.values()], np.datetime64("NaT", "ns")
            ),
            "latest": np.select(
                claims, [x.astype("datetime64[ns]") for _, _, x in rules.values()], np.datetime64("NaT", "ns")
            ),
        },
        index=customers.index,
    )


def _dates(plan: pd.DataFrame, params: Params, capacity: Mapping[str, int]) -> list[date | None]:
    """A work day for each row, in the plan's order, or None where its window is full."""
    days = work_days(params.day, weeks=params.contact.weeks).days
    ordinals = np.array([day.toordinal() for day in days])
    epoch = date(1970, 1, 1).toordinal()
    first = np.searchsorted(ordinals, plan["earliest"].to_numpy().astype("datetime64[D]").astype("int64") + epoch)
    last = np.searchsorted(
        ordinals, plan["latest"].to_numpy().astype("datetime64[D]").astype("int64") + epoch, side="right"
    )
    found: list[date | None] = []
    calendars: dict[object, _Days] = {}
    owners = zip(plan[col.BRANCH_ID], plan[col.STAFF_ID].where(plan[col.STAFF_ID].notna(), None), strict=True)
    for owner, start, stop, barred in zip(owners, first, last, plan["barred"], strict=True):
        if barred:
            found.append(None)
            continue
        if owner not in calendars:
            calendars[owner] = _Days(len(days), capacity.get(str(owner[1]), params.contact.daily_contacts))
        at = calendars[owner].take(int(start), int(stop))
        found.append(None if at is None else days[at])
    return found


class _Days:
    """One owner's work days: how full each is, and from each the next with room (union-find)."""

    def __init__(self, number: int, room: int) -> None:
        self.room = [room] * number
        self.next = list(range(number + 1)) if room > 0 else [number] * (number + 1)

    def take(self, start: int, stop: int) -> int | None:
        """First day in [start, stop) with room, one contact fuller; None where there is none."""
        day = min(start, len(self.room))
        while self.next[day] != day:
            self.next[day] = self.next[self.next[day]]
            day = self.next[day]
        if day >= min(stop, len(self.room)):
            return None
        self.room[day] -= 1
        if not self.room[day]:
            self.next[day] = day + 1
        return day
