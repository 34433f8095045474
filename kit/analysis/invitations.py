"""Whom the branch invited, who came, and what is known of those it met (R99, R100)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.cards import words_told
from kit.analysis.contact import told_by_log
from kit.analysis.contact_log import by_caller, nearest
from kit.analysis.products import valued
from kit.analysis.result import Result, Unavailable, flagged, listed, needs, ordered, ratio, richest, share, tally
from kit.analysis.tiers import by_tier, ladder
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Invitations(Result):
    """Invitations to events and to a talk, and who came.

    Attributes
    ----------
    table
        A row a route (``event``, ``personal``) that has any: invited, came, came_share. To a talk came who was met
        within the profile's days after it.
    by_segment, by_caller
        Invitations of named customers: a row a segment in the order of the rules; a row for each who invited ten
        customers or more (of the whole bank: a branch), with raw_share (none of few) and shrunk_share.
    """

    table: pd.DataFrame
    by_segment: pd.DataFrame
    by_caller: pd.DataFrame
    invited: int
    came: int
    came_share: float | None
    customers: int
    events: int


@dataclass(frozen=True, slots=True)
class Meetings(Result):
    """Customers who were met, a row a tier, highest first, and what their files lack beside those of the others.

    Only of branches whose log reaches over the months.
    ``mean_missing_met`` and ``mean_missing_unmet`` are fields without a value a customer; not there where the bank
    sends no file. The result's own are those of all who were met, and of the others as if they were of the same tiers.
    """

    table: pd.DataFrame
    meetings: int
    unknown: int
    customers: int
    customers_share: float | None
    upper_share: float | None
    mean_missing_met: float | None
    mean_missing_unmet: float | None


def _visits(contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts face to face: by their kind or their step."""
    met = pd.Series(data=False, index=contacts.index)
    for column, code in ((col.CONTACT_WAY, "visit"), (col.CONTACT_STEP, "meet")):
        if column in contacts:
            met |= contacts[column] == code
    return contacts[met]


def _personal(contacts: pd.DataFrame, salon: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Invitations to a talk that the log tells of, and whether the customer was met after."""
    days = params.practice.visit_days
    asked = contacts[contacts[col.CONTACT_STEP] == "invite"].dropna(subset=col.CONTACT_DATE)
    visits = _visits(contacts).drop(index=asked.index, errors="ignore").dropna(subset=col.CONTACT_DATE)
    if col.EVENT_DATE in salon:  # a call that asks him to an event is that event's invitation
        named = salon[[col.CUSTOMER_ID, col.EVENT_DATE]].dropna().set_axis([col.CUSTOMER_ID, col.CONTACT_DATE], axis=1)
        asked = asked[nearest(asked, named, "forward", days).isna()]
    came = nearest(asked, visits, "forward", days).notna()
    asked = asked.rename(columns={col.CONTACT_STAFF_ID: col.CALLER_ID})
    return asked.assign(route="personal", invited=1, came=came.astype(float))


@needs(col.INVITED_PEOPLE)
def invitations(
    events: pd.DataFrame, params: Params, contacts: pd.DataFrame, customers: pd.DataFrame, own: str | None
) -> Invitations:
    """邀约: invited, and how many came, to events and to a talk; by segment and by who invited (R99).

    Nothing in the model says who accepted; who came did. ``events`` and ``contacts`` are this branch's (``own``), or
    the whole bank's.
    """
    salon = events.rename(columns={col.EVENT_STAFF_ID: col.CALLER_ID, col.INVITED_PEOPLE: "invited"})
    salon = salon[salon["invited"].fillna(0) > 0]
    came = salon[col.ATTENDED_PEOPLE] if col.ATTENDED_PEOPLE in salon else pd.Series(np.nan, index=salon.index)
    parts = [salon.assign(route="event", came=came.astype(float))]
    if col.CONTACT_STEP in contacts and col.CONTACT_DATE in contacts:
        parts.append(_personal(contacts, salon, params))
    rows = pd.concat(parts, ignore_index=True)
    rows["invited"] = rows["invited"].astype("int64")
    told = rows.dropna(subset="came")
    named = told[told[col.CUSTOMER_ID].notna()]
    return Invitations(
        table=_with_share(told, ordered(told["route"], ["event", "personal"])),
        by_segment=_by_segment(named, customers, params),
        by_caller=by_caller(_callers(named), "came", "invited", params, own),
        invited=int(rows["invited"].sum()),
        came=int(told["came"].sum()),
        came_share=share(told["came"].sum(), told["invited"].sum()),
        customers=rows[col.CUSTOMER_ID].nunique(),
        events=salon[col.EVENT_ID].nunique() if col.EVENT_ID in salon else 0,
    )


def _with_share(told: pd.DataFrame, codes: pd.CategoricalIndex) -> pd.DataFrame:
    table = tally(told, codes, of="rows", invited="invited", came="came")
    table = table[table["rows"] > 0].drop(columns="rows")
    return table.assign(came_share=ratio(table["came"], table["invited"])).reset_index()


def _callers(named: pd.DataFrame) -> pd.DataFrame:
    """A row a branch and member of staff who invited; none where nobody is named."""
    if col.CALLER_ID not in named:
        named = named.assign(**{col.CALLER_ID: None})
    groups = named.groupby([col.BRANCH_ID, col.CALLER_ID], dropna=False)
    return groups.agg(
        invited=("invited", "sum"), came=("came", "sum"), customers=(col.CUSTOMER_ID, "nunique")
    ).reset_index()


def _by_segment(named: pd.DataFrame, customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    if col.SEGMENT not in customers:
        return pd.DataFrame(columns=[col.SEGMENT, "invited", "came", "came_share"])
    segment = named[col.CUSTOMER_ID].map(customers.set_index(col.CUSTOMER_ID)[col.SEGMENT])
    return _with_share(named, ordered(segment.rename(col.SEGMENT), params.segments.codes()))


def meetings(contacts: pd.DataFrame, params: Params, customers: pd.DataFrame) -> Meetings | Unavailable:
    """面谈与建档: who was met, by tier, and how much fuller the files of those met are (R100).

    A customer's file has one date, so that what a meeting added to it cannot be told; the comparison stands in for it.
    """
    if col.CONTACT_WAY not in contacts and col.CONTACT_STEP not in contacts:
        return Unavailable((col.CONTACT_WAY,))
    visits = _visits(contacts)
    of, told = len(customers), told_by_log(customers, pd.DateOffset(months=params.practice.months), params)
    customers = customers[told]
    if len(customers) < params.evidence.coverage_at_least * of:
        return Unavailable((col.STEP_MET,), len(customers), of)
    met = customers[col.CUSTOMER_ID].isin(visits[col.CUSTOMER_ID])
    rows = customers.assign(met=met)
    table = tally(rows, ladder(rows, params), met="met")
    table["met_share"] = ratio(table["met"], table["customers"])
    means: dict[str, float | None] = {"met": None, "unmet": None}
    if col.MISSING in customers:
        lacking = customers[col.MISSING].fillna("")
        rows["lacking"] = lacking.str.count(",") + (lacking != "")
        for name, those in (("met", met), ("unmet", ~met)):
            table[f"mean_missing_{name}"] = by_tier(rows[those], params)["lacking"].mean()
        alike = table.dropna()
        sums = alike[["mean_missing_met", "mean_missing_unmet"]].mul(alike["met"], axis=0).sum()
        means = {name: share(sums[f"mean_missing_{name}"], alike["met"].sum()) for name in means}
    upper = table.loc[list(params.upper_tiers()), ["met", "customers"]].sum()
    return Meetings(
        table=table[table["customers"] > 0].reset_index(),
        meetings=len(visits),
        unknown=of - len(customers),
        customers=int(met.sum()),
        customers_share=share(met.sum(), len(customers)),
        upper_share=share(upper["met"], upper["customers"]),
        mean_missing_met=means["met"],
        mean_missing_unmet=means["unmet"],
    )


@needs(col.STEP_INVITED, col.STEP_MET)
def invite_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """邀约名单: valued customers known to be neither invited nor met, the richest first, with what draws them (R99)."""
    fits = valued(customers, params) & ~flagged(customers, col.DORMANT) & ~flagged(customers, col.DO_NOT_CALL)
    neither = customers[col.STEP_INVITED].eq(other=False) & customers[col.STEP_MET].eq(other=False)
    rows = richest(customers[fits & neither])
    reason = np.full(len(rows), "invite_talk", dtype="object")
    if col.HOBBY in rows and len(rows):
        told = words_told(rows[col.HOBBY], params.segments.hobbies)
        reason = np.where(told.any(axis=1), "invite_" + told.idxmax(axis=1).astype("object"), reason)
    return listed(rows, rows[col.AUM_FEN], reason)
