"""熟客: who is known to his manager, what he is worth, whether contact keeps its cadence and is more than reminders."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.contact import cadence_days, rated, told_by_log
from kit.analysis.coverage import keeper
from kit.analysis.result import Result, Unavailable, coded, flagged, judged, needs, ratio, share, tally, total
from kit.analysis.tiers import at_the_floor, ladder
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Familiarity(Result):
    """Familiar customers, of those of whom it is known.

    Attributes
    ----------
    by_tier, by_owner
        customers, familiar, familiar_share, strangers_fen (AUM of those who are not familiar): a row a tier, highest
        first; a row an owner who is there, most AUM of strangers first (empty where owners were not sent).
    by_value
        Familiar × value: ``valued`` (from the second tier's floor) and ``basic``, with customers and AUM of either
        kind.
    valued_share
        Familiar share of the valued customers; ``strangers`` and ``strangers_fen`` are the valued who are not.
    """

    by_tier: pd.DataFrame
    by_owner: pd.DataFrame
    by_value: pd.DataFrame
    customers: int
    familiar_share: float | None
    valued_share: float | None
    strangers: int
    strangers_fen: int


@dataclass(frozen=True, slots=True)
class Cadence(Result):
    """Customers whose last contact lies within the profile's days, a row a tier, highest first.

    ``due`` are those whom the profile wants contacted at all and over whose days the log reaches, ``overdue_fen`` the
    AUM of those who were not in time; ``overdue`` and ``overdue_fen`` of the result are those of the upper tiers.
    """

    table: pd.DataFrame
    asked: int
    unknown: int
    kept_share: float | None
    upper_share: float | None
    upper_contacts_share: float | None
    overdue: int
    overdue_fen: int


@dataclass(frozen=True, slots=True)
class Reminders(Result):
    """Contacts whose reason is on record and those that only remind of a maturity or a special day, by tier."""

    table: pd.DataFrame
    stated: int
    reminders: int
    reminder_share: float | None


def _rates(rows: pd.DataFrame, codes: pd.CategoricalIndex | pd.Series) -> pd.DataFrame:
    table = tally(rows, codes, familiar="familiar", strangers_fen="strangers_fen")
    table.insert(2, "familiar_share", ratio(table["familiar"], table["customers"]))
    return table


@needs(col.FAMILIAR)
def familiarity(customers: pd.DataFrame, params: Params) -> Familiarity | Unavailable:
    """熟客率: share of customers whom their manager knows, by tier, by owner and by value (R28, R29)."""
    rows = rated(customers, params)
    found = judged(rows, col.FAMILIAR)
    if few := found.lacking(params, col.FAMILIAR):
        return few
    customers = rows[rows[col.FAMILIAR].notna()]
    known = flagged(customers, col.FAMILIAR)
    aum = customers[col.AUM_FEN].fillna(0).astype("int64")
    valued = at_the_floor(customers, params)
    frame = customers.assign(familiar=known, familiar_fen=aum.where(known, 0), strangers_fen=aum.where(~known, 0))
    kinds = coded(np.where(valued, 0, 1), ["valued", "basic"], "value")
    sums = {name: name for name in ("familiar", "familiar_fen", "strangers", "strangers_fen")}
    by_value = tally(frame.assign(strangers=~known), kinds, **sums)
    by_value["familiar_share"] = ratio(by_value["familiar"], by_value.pop("customers"))
    owned = frame if col.ORPHAN in customers else frame.head(0)
    by_owner = _rates(owned, keeper(owned) if len(owned) else owned[col.STAFF_ID])
    strangers = valued & ~known
    return Familiarity(
        by_tier=_rates(frame, ladder(frame, params)).reset_index(),
        by_owner=by_owner.sort_values("strangers_fen", ascending=False, kind="stable").reset_index(),
        by_value=by_value.reset_index(),
        customers=found.known,
        familiar_share=found.share,
        valued_share=share((valued & known).sum(), valued.sum()),
        strangers=int(strangers.sum()),
        strangers_fen=total(customers.loc[strangers, col.AUM_FEN]),
    )


@needs(col.LAST_CONTACT_DATE, col.CONTACTS)
def cadence(customers: pd.DataFrame, params: Params) -> Cadence | Unavailable:
    """Share of customers contacted within the days that the profile allows (R8), and who gets the contacts (R12)."""
    every = cadence_days(customers, params)
    since = (pd.Timestamp(params.day) - pd.to_datetime(customers[col.LAST_CONTACT_DATE])).dt.days
    due, kept = told_by_log(customers, every, params), (since <= every).fillna(value=False).astype(bool)
    asked = int(every.notna().sum())
    if due.sum() < params.evidence.coverage_at_least * asked:
        return Unavailable((col.LAST_CONTACT_DATE,), int(due.sum()), asked)
    kept &= due
    late = due & ~kept
    rows = customers.assign(due=due, kept=kept, overdue_fen=customers[col.AUM_FEN].where(late))
    sums = {name: name for name in ("due", "kept", "overdue_fen", col.CONTACTS)}
    table = tally(rows, ladder(rows, params), **sums).drop(columns="customers")
    table.insert(2, "kept_share", ratio(table["kept"], table["due"]))
    made = int(table[col.CONTACTS].sum())
    table["share_of_contacts"] = table[col.CONTACTS] / (made or float("nan"))
    upper = list(params.upper_tiers())
    overdue = customers.loc[late & customers[col.TIER].isin(upper), col.AUM_FEN]
    return Cadence(
        table=table.reset_index(),
        asked=asked,
        unknown=asked - int(due.sum()),
        kept_share=share(kept.sum(), due.sum()),
        upper_share=share(table.loc[upper, "kept"].sum(), table.loc[upper, "due"].sum()),
        upper_contacts_share=share(table.loc[upper, col.CONTACTS].sum(), made),
        overdue=len(overdue),
        overdue_fen=total(overdue),
    )


@needs(col.REMINDERS)
def reminders(customers: pd.DataFrame, params: Params) -> Reminders:
    """Practice baseline: contacts that only remind of a maturity or a special day, of those with a reason (R71)."""
    sums = {name: name for name in (col.REASONS_STATED, col.REMINDERS)}
    table = tally(customers, ladder(customers, params), **sums).drop(columns="customers")
    table["reminder_share"] = ratio(table[col.REMINDERS], table[col.REASONS_STATED])
    stated, only = int(table[col.REASONS_STATED].sum()), int(table[col.REMINDERS].sum())
    return Reminders(
        table=table.reset_index(),
        stated=stated,
        reminders=only,
        reminder_share=share(only, stated),
    )
