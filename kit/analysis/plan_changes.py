"""How the contact plan came to be: what has no date, who is claimed, what needs and intent changed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.contact import CLASSES, cadence_days, follow_ups, interval_days
from kit.analysis.result import Result, needs, ordered, tally
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Overflow(Result):
    """What has no date: plan_reason, contacts, customers, first_contacts, next_due_date, a row a reason."""

    table: pd.DataFrame
    contacts: int
    capacity: int
    barred: int
    nobody: int
    later: int


@dataclass(frozen=True, slots=True)
class FirstContacts(Result):
    """认领: customers to whom a new owner has to present himself; ``table`` is a row a channel.

    ``planned`` have a date, ``first_week`` one in the plan's first week; ``called`` are called and written to,
    ``texted`` only written to; ``left`` have none.
    """

    table: pd.DataFrame
    customers: int
    planned: int
    first_week: int
    called: int
    texted: int
    left: int
    last_date: object


@dataclass(frozen=True, slots=True)
class Additions(Result):
    """What the needs check adds: contact_class, own (contacts for it alone or first), added (to another contact)."""

    table: pd.DataFrame
    own: int
    added: int


@dataclass(frozen=True, slots=True)
class Adjustments(Result):
    """How intent changes the interval: a row a grade and interval; cadence_days, intent, interval_days, customers."""

    table: pd.DataFrame
    graded: int
    shorter: int
    longer: int


def plan_overflow(plan: pd.DataFrame) -> Overflow:
    """What is due and has no date, each with its reason; nobody is dropped (R61)."""
    left = plan[plan[col.DATE].isna()]
    order = ["capacity", "do_not_call", "nobody", "later"]
    reason = ordered(left[col.REASON].rename("plan_reason"), order)
    table, groups = tally(left, reason, of="contacts", first_contacts=col.FIRST_CONTACT), left.groupby(reason)
    table.insert(1, "customers", groups[col.CUSTOMER_ID].nunique())
    table["next_due_date"] = groups[col.DUE].min()
    counts = table["contacts"]
    return Overflow(
        table=table[counts > 0].reset_index().astype({"plan_reason": "str"}),
        contacts=len(left),
        capacity=int(counts["capacity"]),
        barred=int(counts["do_not_call"]),
        nobody=int(counts["nobody"]),
        later=int(counts["later"]),
    )


def plan_first_contacts(plan: pd.DataFrame) -> FirstContacts:
    """首次联系任务: whoever has a new owner, once, by call and SMS; who hung up, by SMS alone (R62, R68)."""
    first = plan[plan[col.FIRST_CONTACT].astype(bool)]
    groups = first.groupby(first[col.CHANNEL].fillna("none"))
    table = pd.DataFrame({"customers": groups.size(), "planned": groups[col.DATE].count()})
    dated = first[first[col.DATE].notna()]
    texted = int((dated[col.CHANNEL] == "sms").sum())
    return FirstContacts(
        table=table.rename_axis("contact_channel").reset_index(),
        customers=len(first),
        planned=len(dated),
        first_week=int((dated[col.BATCH] == 1).sum()),
        called=len(dated) - texted,
        texted=texted,
        left=len(first) - len(dated),
        last_date=dated[col.DATE].max() if len(dated) else None,
    )


def plan_additions(plan: pd.DataFrame) -> Additions:
    """补充计划: what the needs check adds, as a contact of its own or to one that is due anyway (R60)."""
    events = [code for code in CLASSES if code not in ("care", "new")]
    added = plan[col.NEEDS].dropna().str.split("+").explode()
    table = pd.DataFrame({
        "own": plan[col.CONTACT_CLASS].value_counts().reindex(events, fill_value=0),
        "added": added.value_counts().reindex(events, fill_value=0),
    }).astype("int64")  # fmt: skip
    return Additions(
        table=table[table.sum(axis=1) > 0].rename_axis(col.CONTACT_CLASS).reset_index(),
        own=int(table["own"].sum()),
        added=int(table["added"].sum()),
    )


@needs(col.INTENT)
def plan_adjustments(customers: pd.DataFrame, params: Params) -> Adjustments:
    """意向调整: the interval of each customer before and after his intent, and how many that concerns (R54, R59)."""
    before, after = cadence_days(customers, params), interval_days(customers, params)
    every, times = follow_ups(customers, params)
    after = after.mask(times > 0, np.fmin(every, before.fillna(np.inf)))
    graded = customers[col.INTENT].notna() & after.notna()
    rows = pd.DataFrame({
        col.INTENT: customers[col.INTENT], "cadence_days": before, "interval_days": after,
    })[graded]  # fmt: skip
    table = rows.value_counts().rename("customers").reset_index().sort_values([col.INTENT, "cadence_days"])
    return Adjustments(
        table=table.astype({"cadence_days": "int64", "interval_days": "int64"}).reset_index(drop=True),
        graded=int(graded.sum()),
        shorter=int((after < before)[graded].sum()),
        longer=int((after > before)[graded].sum()),
    )
