"""Contact as it was, and how often it is to be: who was reached, and the interval of each (R28, R59, R111)."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.result import Judged, Result, Unavailable, flagged, judged, needs, ratio, tally, total
from kit.analysis.tiers import at_the_floor, by_tier, ladder
from kit.params import WAN, ContactCode, Params

CLASSES: tuple[str, ...] = get_args(ContactCode)


@dataclass(frozen=True, slots=True)
class ContactPractice(Result):
    """Contacts on record, of the customers whose branch's log reaches over the months.

    ``table`` has a row a tier, highest first: customers, contacted, contacted_share and, where it is known,
    familiar_share. ``untouched_fen`` is the AUM of the upper tiers, if still at the
    value floor, that no contact is recorded with.
    """

    table: pd.DataFrame
    contacts: int
    contacted_share: float | None
    familiar_share: float | None
    untouched_customers: int
    untouched_fen: int


def told_by_log(customers: pd.DataFrame, days: pd.Series | int | pd.DateOffset, params: Params) -> pd.Series:
    """Whether the contact log of the customer's branch reaches over so many days before the data's date."""
    since = customers.get(col.LOG_SINCE, pd.Series(pd.Timestamp.min, index=customers.index))
    back = pd.to_timedelta(days, unit="D") if isinstance(days, pd.Series | int) else days
    return pd.to_datetime(since) <= pd.Timestamp(params.day) - back


def rated(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Customers with contact and familiarity as rates count them: known where either answer could have been found.

    Where the log does not reach over the months only a yes can be known; where no owners were sent, or where the log
    does not say of most who were contacted whether they were reached, only a no: such a rate would be 100% or 0%.
    """
    told = told_by_log(customers, pd.DateOffset(months=params.familiar.months), params)
    rows = customers.assign(**{c: customers[c].where(told) for c in (col.CONTACTS, col.FAMILIAR) if c in customers})
    if {col.FAMILIAR, col.ORPHAN} <= {*rows}:
        rows[col.FAMILIAR] = rows[col.FAMILIAR].where(rows[col.ORPHAN].notna())
    if {col.FAMILIAR, col.CONTACTS} <= {*rows}:
        decided = rows[col.FAMILIAR].notna().where(rows[col.CONTACTS] > 0)
        part = decided.groupby(rows.get(col.BRANCH_ID, pd.Series("", index=rows.index))).transform("mean")
        rows[col.FAMILIAR] = rows[col.FAMILIAR].where(~(part < params.evidence.coverage_at_least))
    return rows


def cadence_days(customers: pd.DataFrame, params: Params) -> pd.Series:
    """Days that may lie between two contacts of a customer: by his AUM, at most those of 熟客 where he is one (R111).

    Missing where the profile asks for no contact.
    """
    every = pd.Series(float("nan"), index=customers.index)
    for rung in sorted(params.contact.cadence, key=lambda rung: rung.from_wan):
        every = every.mask(customers[col.AUM_FEN] >= rung.from_wan * WAN, rung.every_days)
    often = params.contact.familiar_days
    if often is not None:
        every = every.mask(flagged(customers, col.FAMILIAR), every.clip(upper=often).fillna(often))
    return every


def interval_days(customers: pd.DataFrame, params: Params) -> pd.Series:
    """Days between two contacts once intent has shortened or lengthened the cadence (R59).

    Whoever was never graded counts as D but keeps his cadence: nobody has asked him yet. A grade with follow-ups of its
    own (`follow_ups`) leaves the cadence behind them as it is.
    """
    every = cadence_days(customers, params)
    graded = customers.get(col.INTENT, pd.Series(pd.NA, index=customers.index))
    for grade in params.contact.intents:
        if not grade.follow_up:
            every = every.mask(graded == grade.code, every.clip(upper=grade.at_most_days) + grade.longer_days)
    return every


def follow_ups(customers: pd.DataFrame, params: Params) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Days between the follow-ups of each customer, and how many there are until he should have closed (R54, R59)."""
    graded = customers.get(col.INTENT, pd.Series(pd.NA, index=customers.index)).astype("str")
    kinds = [grade for grade in params.contact.intents if grade.follow_up]
    every = graded.map({grade.code: grade.at_most_days for grade in kinds}).astype("float64")
    months = graded.map({grade.code: grade.closes_months for grade in kinds}).astype("float64")
    times = (months * 30 // every).clip(lower=1).fillna(0)
    return np.asarray(every, dtype=np.float64), np.asarray(times, dtype=np.int64)


@needs(col.CONTACTS)
def contact_practice(customers: pd.DataFrame, params: Params) -> ContactPractice | Unavailable:
    """Share of customers with a recorded contact, and of familiar customers (熟客), by tier (R28)."""
    rows = rated(customers, params)
    known = rows[rows[col.CONTACTS].notna()]
    contacted, familiar = known[col.CONTACTS] > 0, judged(known, col.FAMILIAR)
    found = Judged(int(contacted.sum()), len(known), len(customers))
    if few := found.lacking(params, col.CONTACTS):
        return few
    frame = known.assign(contacted=contacted)
    table = tally(frame, ladder(frame, params), contacted="contacted")
    table["contacted_share"] = ratio(table["contacted"], table["customers"])
    if familiar.suffices(params):
        frame = frame.assign(familiar=pd.to_numeric(frame[col.FAMILIAR].astype("boolean")).astype("Float64"))
        table["familiar_share"] = by_tier(frame, params)["familiar"].mean()
    upper = known[col.TIER].isin(params.upper_tiers()) & at_the_floor(known, params)
    untouched = known[~contacted & upper]
    return ContactPractice(
        table=table.reset_index(),
        contacts=int(customers[col.CONTACTS].fillna(0).sum()),
        contacted_share=found.share,
        familiar_share=familiar.share if familiar.suffices(params) else None,
        untouched_customers=len(untouched),
        untouched_fen=total(untouched[col.AUM_FEN]),
    )
