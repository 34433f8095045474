"""The contact plan: every customer's next contacts, dated on work days within each owner's capacity (R57, R58, R61)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.result import flagged
from kit.features import contacts_until
from kit.params import Params
from kit.planning.calendar import next_work_day, work_days
from kit.planning.capacities import room_of
from kit.planning.occasions import EPOCH, Horizon, Promised, days_of, days_since, occasions
from kit.planning.slots import days_for
from kit.planning.timeline import timelines

PLAN = (
    col.CUSTOMER_ID, col.BRANCH_ID, col.STAFF_ID, col.DATE, col.DUE, col.CONTACT_CLASS, col.FIRST_CONTACT, col.INTENT,
    col.CHANNEL, col.REASON, col.NEEDS, col.SUCCESS, col.BATCH, col.PRIORITY,
)  # fmt: skip


def plan_day(params: Params, touches: pd.DataFrame | None = None) -> date:
    """Day from which the plan counts: the printing day, or the last contact on record; no clock is asked."""
    known = touches is not None and col.CONTACTED_DATE in touches
    return contacts_until(touches[col.CONTACTED_DATE], params) if touches is not None and known else params.today


def plan_start(params: Params, touches: pd.DataFrame | None = None) -> date:
    """First day of the plan: the work day after the one from which it counts."""
    return next_work_day(plan_day(params, touches))


def first_contacts(
    customers: pd.DataFrame, assigned: pd.DataFrame, params: Params, touches: pd.DataFrame | None = None
) -> npt.NDArray[np.bool_]:
    """认领: customers whose owner is new, and has not reached them yet (R62, R110).

    New is who was given the customer by `kit.planning.assignment`, or by the bank within the profile's days. A contact
    whose maker is not on record counts as the owner's from the day on which he was given the customer.
    """
    since = customers.get(col.OWNER_SINCE, pd.Series(pd.NaT, index=customers.index))
    day = pd.Timestamp(params.day)
    moved = assigned[col.MOVED].to_numpy(dtype=bool)
    given = pd.to_datetime(since).mask(moved, day)
    recent = given >= day - pd.Timedelta(days=params.contact.new_days)
    new = assigned[col.STAFF_ID].notna().to_numpy() & recent.to_numpy()
    if touches is None or col.TOUCHED_DATE not in touches:
        return new
    pairs = pd.DataFrame({
        col.CUSTOMER_ID: customers[col.CUSTOMER_ID].to_numpy(), "owner": assigned[col.STAFF_ID].to_numpy(),
        "given": given.to_numpy(), "place": np.arange(len(customers)),
    })  # fmt: skip
    made = pairs.merge(touches[touches[col.TOUCHED_DATE].notna()], on=col.CUSTOMER_ID, validate="one_to_many")
    maker = made.get(col.STAFF_ID, pd.Series(pd.NA, index=made.index))
    known = (maker == made["owner"]) | maker.isna() & (pd.to_datetime(made[col.TOUCHED_DATE]) > made["given"])
    reached = np.isin(np.arange(len(customers)), made.loc[known.fillna(value=False).astype(bool), "place"])
    return new & ~reached


def contact_plan(
    customers: pd.DataFrame,
    assigned: pd.DataFrame,
    params: Params,
    *,
    staff: pd.DataFrame | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    previous: pd.DataFrame | None = None,
    success: pd.Series | None = None,
) -> pd.DataFrame:
    """Whom each owner contacts on which day, and whom not, with the reason (R52, R56, R57, R58, R60, R61, R68).

    Each class of occasion gives a window of days. What has to happen within the plan goes before what may wait; then
    `_levels`, and the classes in the profile's order; within a class what already has a date, the likeliest success
    (where a model is good enough, else the service score), the larger AUM. Owners' days are filled by that order
    (`kit.planning.slots`); what finds no day in its window is late where the owner has a free one after it. Who hung
    up once, and whom the profile would not have called, is written to; who asked not to be called is left alone.

    Parameters
    ----------
    customers, assigned
        Rows in the same order (``kit.features``, `kit.planning.assignment`).
    staff
        Those who are there (`kit.planning.capacities.room_of`); everybody at the profile's number without it.
    tables
        ``maturities`` and ``touches`` of ``kit.features``.
    previous
        An earlier plan: dates in it stay unless something else must have the day, and due dates given are kept.
    success
        Likely success of each customer, 0 to 1.

    Returns
    -------
    DataFrame
        Columns `PLAN`: a row a contact, at least one a customer; customer_id and due tell them apart. ``reason`` is
        planned, late (a call after its window), hung_up and message (SMS only), capacity (no free day from its window
        on), do_not_call, nobody (no owner) or later (due after the plan).
    """
    tables = tables or {}
    touches = tables.get("touches")
    today, start = plan_day(params, touches), plan_start(params, touches)
    days = work_days(start - timedelta(days=1), weeks=params.contact.weeks).days
    first = (start - EPOCH).days
    when = Horizon((params.day - EPOCH).days, (today - EPOCH).days, first, first + 7 * params.contact.weeks - 1)
    claims = pd.Series(first_contacts(customers, assigned, params, touches), index=customers.index)
    promised = _promised(previous, customers, when)
    # What comes soon after the plan may be one contact with what comes in it.
    ahead = replace(when, last=when.last + params.contact.maturity_days)
    found = occasions(customers, params, ahead, lots=tables.get("maturities"), claims=claims, promised=promised)
    tasks = timelines(found, customers, params, when, promised=promised)
    tasks = _described(tasks, customers, assigned, params, success, when)
    tasks["level"], tasks["writes"] = _levels(tasks, customers, claims, params)
    tasks["had"] = _had(tasks, previous, when)
    tasks = _ordered(tasks)
    tasks["day"] = _dated(tasks, staff, days, params)
    return _finished(tasks, claims.to_numpy(), params, start)


def _promised(previous: pd.DataFrame | None, customers: pd.DataFrame, when: Horizon) -> Promised:
    """The due days that an earlier plan gave, while they lie ahead."""
    if previous is None:
        return {}
    places = pd.Series(np.arange(len(customers)), index=customers[col.CUSTOMER_ID])
    earlier = pd.DataFrame({
        "at": previous[col.CUSTOMER_ID].map(places), "code": previous[col.CONTACT_CLASS],
        "due": days_since(previous[col.DUE]),
    })  # fmt: skip
    ahead = earlier[(earlier["due"] >= when.first) & earlier["at"].notna()].astype({"at": "int64", "due": "int64"})
    found: dict[tuple[int, str], list[int]] = {}
    for at, code, due in ahead.itertuples(index=False):
        found.setdefault((at, code), []).append(due)
    return found


def _described(
    tasks: pd.DataFrame,
    customers: pd.DataFrame,
    assigned: pd.DataFrame,
    params: Params,
    success: pd.Series | None,
    when: Horizon,
) -> pd.DataFrame:
    """Tasks with what orders them and what bars them."""
    at = tasks["at"].to_numpy()
    graded = customers.get(col.INTENT, pd.Series(pd.NA, index=customers.index))
    codes = np.array([kind.code for kind in params.contact.classes])
    return tasks.assign(**{
        col.CUSTOMER_ID: customers[col.CUSTOMER_ID].to_numpy()[at],
        col.BRANCH_ID: customers[col.BRANCH_ID].to_numpy()[at],
        col.STAFF_ID: assigned[col.STAFF_ID].to_numpy()[at],
        col.CONTACT_CLASS: codes[tasks["rank"].to_numpy()],
        col.INTENT: graded.fillna("D").to_numpy()[at],
        col.SUCCESS: np.full(len(at), np.nan) if success is None else success.to_numpy(dtype="float64")[at],
        "score": customers[col.SERVICE_SCORE].to_numpy(dtype="float64")[at],
        col.AUM_FEN: customers[col.AUM_FEN].to_numpy(dtype="float64")[at],
        "hung_up": flagged(customers, col.HUNG_UP).to_numpy()[at],
        "barred": flagged(customers, col.DO_NOT_CALL).to_numpy()[at],
        "waits": ~(tasks["due"] <= when.last),
    })  # fmt: skip


def _levels(
    tasks: pd.DataFrame, customers: pd.DataFrame, claims: pd.Series, params: Params
) -> tuple[npt.NDArray[np.int64], pd.Series]:
    """Which contacts go first, and which are messages (R56, R57).

    0 days that were agreed; of customers at the value floor and above 1 maturities and large movements, 2 the first
    contact of a new owner; 3 whoever is graded A to C, for service or by intent; 4 the rest. Dormant customers and
    those below the floor are written to, as the profile has it, but for a day that was agreed.
    """
    at = tasks["at"].to_numpy()
    codes = "+" + tasks[col.CONTACT_CLASS] + "+" + tasks[col.NEEDS].fillna("") + "+"
    has = {code: codes.str.contains(f"+{code}+", regex=False) for code in ("intent", "maturity", "movement")}
    agreed = has["intent"] & (tasks["due"] == days_of(customers, col.ASKED_DATE)[at])
    valued = (customers[col.TIER_RANK].fillna(0) >= 1).to_numpy()[at]
    opening = claims.to_numpy()[at] & (tasks["due"] == tasks.groupby("at")["due"].transform("min"))
    grades = (customers.get(name, pd.Series(pd.NA, index=customers.index)) for name in (col.SERVICE_GRADE, col.INTENT))
    graded = np.logical_or.reduce([grade.isin(["A", "B", "C"]).to_numpy()[at] for grade in grades])
    level = np.select([agreed, valued & (has["maturity"] | has["movement"]), valued & opening, graded], range(4), 4)
    aum = customers[col.AUM_FEN].fillna(params.value_floor_fen)  # not known to be below it
    quiet = {"dormant": flagged(customers, col.DORMANT), "ineffective": aum < params.value_floor_fen}
    written = np.logical_or.reduce([quiet[kind].to_numpy(dtype=bool)[at] for kind in params.contact.message_only])
    return level, tasks["hung_up"] | written & ~agreed


def _had(tasks: pd.DataFrame, previous: pd.DataFrame | None, when: Horizon) -> pd.Series:
    """Day that each task had in the earlier plan: its own, or else one of the same customer's that it may still use."""
    had = pd.Series(np.nan, index=tasks.index)
    if previous is None:
        return had
    old = pd.DataFrame({
        col.CUSTOMER_ID: previous[col.CUSTOMER_ID], col.CONTACT_CLASS: previous[col.CONTACT_CLASS],
        "due": days_since(previous[col.DUE]), "day": days_since(previous[col.DATE]),
    })  # fmt: skip
    old = old[old["day"] >= when.first].reset_index(drop=True)
    key = [col.CUSTOMER_ID, col.CONTACT_CLASS, "due"]
    same = tasks[key].merge(old.reset_index(), on=key, how="left", validate="one_to_one")
    had[:] = same["day"].to_numpy()
    spare: dict[object, list[float]] = {}
    left = old.drop(same["index"].dropna()).sort_values("day")
    for customer, day in zip(left[col.CUSTOMER_ID], left["day"], strict=True):
        spare.setdefault(customer, []).append(day)
    loose = tasks[had.isna() & tasks[col.CUSTOMER_ID].isin(spare)].sort_values("due")
    for i, customer, earliest, due in loose[[col.CUSTOMER_ID, "earliest", "due"]].itertuples():
        fits = [day for day in spare[customer] if earliest <= day <= due]
        if fits:
            had[i] = fits[0]
            spare[customer].remove(fits[0])
    return had


def _ordered(tasks: pd.DataFrame) -> pd.DataFrame:
    """Tasks of each owner, the most urgent first, and every tie broken (R56)."""
    keys = {
        col.STAFF_ID: True, "waits": True, "level": True, "rank": True, col.SUCCESS: False, "score": False,
        col.AUM_FEN: False, col.CUSTOMER_ID: True, "due": True,
    }  # fmt: skip
    tasks = tasks.sort_values(list(keys), ascending=list(keys.values()), ignore_index=True)
    return tasks.assign(**{col.PRIORITY: tasks.groupby(col.STAFF_ID, dropna=False).cumcount() + 1})


def _dated(tasks: pd.DataFrame, staff: pd.DataFrame | None, days: tuple[date, ...], params: Params) -> pd.Series:
    """Day of each task that may be done at all, by owner; SMS have a room of their own."""
    found = pd.Series(np.nan, index=tasks.index)
    in_time = ~tasks["waits"] | (tasks["earliest"] <= (days[-1] - EPOCH).days)
    open_to = tasks[tasks[col.STAFF_ID].notna() & ~tasks["barred"] & in_time]
    known = staff if staff is not None else pd.DataFrame({col.STAFF_ID: []}, dtype="str")
    room = room_of(open_to[col.STAFF_ID], known, days, params)
    numbers = np.array([(day - EPOCH).days for day in days])
    last = open_to["due"].clip(upper=numbers[-1]).to_numpy()
    begin = np.searchsorted(numbers, open_to["earliest"].to_numpy())
    end = np.searchsorted(numbers, last, side="right")
    begin = np.minimum(begin, end - 1)  # a window without a work day: the last one before it
    place = {int(day): i for i, day in enumerate(numbers)}
    windows = pd.DataFrame({"begin": begin, "end": end, "had": open_to["had"].map(place)}, index=open_to.index)
    # Within a class, who has a date goes before who has none: a replan moves only what it must.
    by = ["waits", "level", "rank", "fresh"]
    first = open_to.assign(fresh=open_to["had"].isna()).sort_values(by, kind="stable").index
    windows, open_to = windows.loc[first], open_to.loc[first]
    for (owner, writes), rows in windows.groupby([open_to[col.STAFF_ID], open_to["writes"]], sort=True):
        free = (room.sms if writes else room.calls)[room.owners[str(owner)]].tolist()
        had = [None if np.isnan(day) else int(day) for day in rows["had"]]
        late = np.flatnonzero(~open_to.loc[rows.index, "waits"]).tolist()
        got = days_for(list(zip(rows["begin"].tolist(), rows["end"].tolist(), strict=True)), free, had, late)
        found.loc[rows.index] = np.array([np.nan if i is None else numbers[i] for i in got])
    return found


def _finished(tasks: pd.DataFrame, claims: npt.NDArray[np.bool_], params: Params, start: date) -> pd.DataFrame:
    """The plan as others read it."""
    day, due = (pd.to_datetime(tasks[name], unit="D", origin="unix").astype("datetime64[s]") for name in ("day", "due"))
    # The first contact of a new owner is the first that has a date, or the first that is due.
    early = tasks.assign(undated=tasks["day"].isna()).sort_values(["undated", "day", "due"]).drop_duplicates("at")
    opening = tasks.index.isin(early.index) & claims[tasks["at"].to_numpy()]
    both = "call_sms" if params.contact.order == "call_first" else "sms_call"
    bars = {
        "do_not_call": tasks["barred"], "nobody": tasks[col.STAFF_ID].isna(), "later": day.isna() & tasks["waits"],
        "capacity": day.isna(), "hung_up": tasks["hung_up"], "message": tasks["writes"], "late": day > due,
    }  # fmt: skip
    reason = np.select([*bars.values()], [*bars], "planned")
    made = tasks.assign(**{
        col.DATE: day,
        col.DUE: due,
        col.FIRST_CONTACT: opening,
        col.CHANNEL: pd.Series(np.select([tasks["writes"], opening], ["sms", both], "call")).mask(tasks["barred"]),
        col.REASON: reason,
        col.BATCH: ((day - pd.Timestamp(start)).dt.days // 7 + 1).astype("Int64"),
    })  # fmt: skip
    return made.sort_values([col.BRANCH_ID, col.STAFF_ID, col.PRIORITY], ignore_index=True)[list(PLAN)]
