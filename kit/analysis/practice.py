"""What came of the contacts: calls and their results, objections, hang-ups, the SMS that goes with them (R66-R69)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.contact_log import by_caller, nearest, own_rows, texts
from kit.analysis.proportions import proportion
from kit.analysis.result import Result, Unavailable, flagged, listed, needs, share
from kit.params import Params

OUTCOMES = ("connected", "no_answer", "hung_up_calls", "invalid")
OBJECTIONS = ("O1", "O2", "O3", "other")
CALLED_AGAIN = ("1", "2", "3")  # the last: so often or more


@dataclass(frozen=True, slots=True)
class CallResults(Result):
    """Calls whose result is on record.

    Attributes
    ----------
    table
        A row a result, of `OUTCOMES`: calls and their share.
    by_caller
        A row for each who called ten customers or more, best shrunk rate first: calls, connected, raw_share (none of
        few calls), shrunk_share; of the whole bank a row a branch.
    unstated
        Calls without a result.
    bank_share
        Connect rate of the whole bank; None where it is what is shown.
    """

    table: pd.DataFrame
    by_caller: pd.DataFrame
    calls: int
    connected: int
    connected_share: float | None
    low: float | None
    high: float | None
    unstated: int
    bank_share: float | None


@dataclass(frozen=True, slots=True)
class Objections(Result):
    """Contacts at which an objection was noted, a row a code; ``most`` is the commonest of the three with a reply."""

    table: pd.DataFrame
    contacts: int
    stated: int
    stated_share: float | None
    most: str | None


@dataclass(frozen=True, slots=True)
class HangUps(Result):
    """Hang-ups, and the calls made all the same within the profile's days after one.

    ``table``: customers by how often they were called again, once, twice, three times or more. ``texted`` are the
    hang-ups after which an SMS went out in time, None where nothing tells of SMS.
    """

    table: pd.DataFrame
    hang_ups: int
    customers: int
    called_again: int
    calls_again: int
    texted: int | None
    texted_share: float | None


@dataclass(frozen=True, slots=True)
class FirstSms(Result):
    """First contacts and the SMS that goes with each.

    ``by_caller`` is as in `CallResults`: first_contacts, first_texted, raw_share, shrunk_share. ``missed`` had none.
    """

    by_caller: pd.DataFrame
    first_contacts: int
    sent: int
    sent_share: float | None
    low: float | None
    high: float | None
    missed: int
    bank_share: float | None


def _shares(counts: pd.Series, code: str, of: str) -> pd.DataFrame:
    return counts.rename_axis(code).reset_index(name=of).assign(share=counts.to_numpy() / max(counts.sum(), 1))


@needs(col.CALLS)
def call_results(callers: pd.DataFrame, params: Params, own: str | None) -> CallResults:
    """接通率: share of the calls with a result on record in which somebody talked with the customer (R66, R67).

    Parameters
    ----------
    callers
        ``data/callers.parquet`` of every branch.
    own
        The branch; None for the whole bank.
    """
    mine = own_rows(callers, own)
    stated, noted = mine[[col.CALLS, "unstated_calls"]].sum(), callers[list(OUTCOMES[1:])].sum()
    # A log in which nobody ever failed to answer, or few calls have a result, tells of no rate.
    if not noted.any() or stated[col.CALLS] < params.evidence.coverage_at_least * stated.sum():
        mine = mine.assign(**dict.fromkeys([*OUTCOMES, col.CALLS], 0))
    found = proportion(mine["connected"].sum(), mine[col.CALLS].sum(), params)
    counts = mine[list(OUTCOMES)].sum().astype("int64").rename({"hung_up_calls": "hung_up"})
    return CallResults(
        table=_shares(counts, "outcome", "calls"),
        by_caller=by_caller(mine, "connected", col.CALLS, params, own),
        calls=found.of,
        connected=found.cases,
        connected_share=found.share,
        low=found.low,
        high=found.high,
        unstated=int(mine["unstated_calls"].sum()),
        bank_share=share(callers["connected"].sum(), callers[col.CALLS].sum()) if own else None,
    )


@needs(col.CONTACT_OBJECTION)
def objections(contacts: pd.DataFrame, _params: Params) -> Objections:
    """异议: how often customers suspect fraud, are cold or hang up, each with its scripted reply (R66, R67, R68)."""
    counts = contacts[col.CONTACT_OBJECTION].value_counts().reindex(OBJECTIONS, fill_value=0)
    stated = int(counts.sum())
    table = _shares(counts, "objection", "contacts")
    known = counts.drop("other")
    return Objections(
        table=table[table["contacts"] > 0].reset_index(drop=True),
        contacts=len(contacts),
        stated=stated,
        stated_share=share(stated, len(contacts)),
        most=str(known.idxmax()) if known.any() else None,
    )


@needs(col.HANG_UP, col.CONTACT_DATE, col.CONTACT_WAY)
def hang_ups(contacts: pd.DataFrame, params: Params) -> HangUps:
    """挂机后不再致电: customers who hung up and were called again all the same within the profile's days (R68)."""
    dated = contacts.dropna(subset=col.CONTACT_DATE)
    hung = dated[flagged(dated, col.HANG_UP)]
    calls = dated[dated[col.CONTACT_WAY] == "call"]
    again = calls[nearest(calls, hung, "backward", params.practice.hang_up_days, same_day=False).notna()]
    times = again[col.CUSTOMER_ID].value_counts().clip(upper=len(CALLED_AGAIN)).astype(str)
    sent = texts(dated)
    texted = None
    if sent is not None:
        texted = int(nearest(hung, sent, "forward", params.practice.sms_days).notna().sum())
    counts = times.value_counts().reindex(CALLED_AGAIN, fill_value=0)
    return HangUps(
        table=counts.rename_axis("called_again").reset_index(name="customers"),
        hang_ups=len(hung),
        customers=hung[col.CUSTOMER_ID].nunique(),
        called_again=len(times),
        calls_again=len(again),
        texted=texted,
        texted_share=None if texted is None else share(texted, len(hung)),
    )


@needs(col.FIRST_CONTACTS, col.FIRST_TEXTED)
def first_sms(callers: pd.DataFrame, params: Params, own: str | None) -> FirstSms | Unavailable:
    """短信执行率: share of the first contacts with an SMS, sent whatever came of the call (R69).

    ``callers`` and ``own`` are as for `call_results`.
    """
    if not callers[col.FIRST_CONTACTS].sum() and len(callers):
        return Unavailable((col.FIRST_TEXTED,))
    mine = own_rows(callers, own)
    found = proportion(mine[col.FIRST_TEXTED].sum(), mine[col.FIRST_CONTACTS].sum(), params)
    return FirstSms(
        by_caller=by_caller(mine, col.FIRST_TEXTED, col.FIRST_CONTACTS, params, own),
        first_contacts=found.of,
        sent=found.cases,
        sent_share=found.share,
        low=found.low,
        high=found.high,
        missed=found.of - found.cases,
        bank_share=share(callers[col.FIRST_TEXTED].sum(), callers[col.FIRST_CONTACTS].sum()) if own else None,
    )


def sms_missed_list(customers: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame | Unavailable:
    """短信漏发名单: customers without an SMS at their first contact, the latest first; no do-not-call (R69)."""
    if col.FIRST_CONTACT not in contacts or col.FIRST_SMS not in contacts:
        return Unavailable((col.FIRST_CONTACT, col.FIRST_SMS))
    missed = contacts[flagged(contacts, col.FIRST_CONTACT) & ~contacts[col.FIRST_SMS].fillna(value=True).astype(bool)]
    missed = missed.sort_values([col.CONTACT_DATE, col.CUSTOMER_ID], ascending=[False, True])
    known = customers[~flagged(customers, col.DO_NOT_CALL)]
    rows = missed[[col.CUSTOMER_ID]].drop_duplicates().merge(known, on=col.CUSTOMER_ID, validate="one_to_one")
    return listed(rows, rows[col.AUM_FEN], "sms_missed")
