"""The contact plan in sums: by class, by week, by owner."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.contact import interval_days
from kit.analysis.result import Result, flagged, needs, ordered, ratio, share, tally
from kit.analysis.segments import GRADES
from kit.params import Params

_SMS_ONLY = "sms"
_MOST_OWNERS = 20  # of the heat map: more would not be read
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class PlanSummary(Result):
    """The plan in sums.

    Attributes
    ----------
    by_class
        contact_class, period, contacts, planned, late, left_over, later: a row a class.
    by_week
        Planned contacts: a row a week, a column a class.
    customers, contacts, planned, left_over, later
        Contacts with a date, without one though due within the plan, and due after it.
    calls, texts, late
        Of those with a date: calls, messages alone, and those that come after they were due.
    first_contacts
        Contacts in which a new owner presents himself.
    """

    by_class: pd.DataFrame
    by_week: pd.DataFrame
    customers: int
    contacts: int
    planned: int
    calls: int
    texts: int
    late: int
    left_over: int
    later: int
    first_contacts: int
    first_date: object
    last_date: object


@dataclass(frozen=True, slots=True)
class PlanCard(Result):
    """What the plan holds for whom.

    Attributes
    ----------
    table
        tier, service_grade, customers and what becomes of them: called, texted (a message and no call), crowded_out
        (due, and no free call of their owner's), later, barred (nobody's, or not to be contacted); a row a pair.
    graded, graded_called, graded_out
        Customers graded A to C.
    quiet, quiet_texted, quiet_called
        Customers who are dormant or below the value floor.
    """

    table: pd.DataFrame
    customers: int
    graded: int
    graded_called: int
    graded_out: int
    quiet: int
    quiet_texted: int
    quiet_called: int


@dataclass(frozen=True, slots=True)
class Batches(Result):
    """A row a week: week, from_date, calls (capacity), planned, load_share, sms_only, first_contacts, success_share.

    ``first_success`` and ``last_success`` are the likely success of the first and the last week; None without a model.
    """

    table: pd.DataFrame
    planned: int
    busiest: int | None
    busiest_share: float | None
    first_success: float | None
    last_success: float | None


@dataclass(frozen=True, slots=True)
class PlanLoads(Result):
    """Work of each owner, or of each branch where there are several.

    Attributes
    ----------
    table
        staff_id and role, or branch_id; customers, contacts, planned, calls (capacity of the plan), load_share,
        left_over, asked_a_year (contacts that the cadence asks for), calls_a_year; the fullest first.
    grid
        Planned calls over capacity, a row each of the fullest owners, a column a week; no value where there is none.
    owners, full, delayed, unlisted, idle, roleless
        Owners; those with contacts left over, or late; those who are not in the staff table, those without any
        capacity, and those whose role nobody stated.
    year_share
        Contacts that the cadence asks for in a year over those that the owners can make.
    """

    table: pd.DataFrame
    grid: pd.DataFrame
    owners: int
    full: int
    delayed: int
    unlisted: int
    idle: int
    roleless: int
    calls: int
    load_share: float | None
    year_share: float | None


def plan_summary(plan: pd.DataFrame, params: Params) -> PlanSummary:
    """Whom first, when and how often: the plan by class and by week, nothing left out (R52, R56, R58).

    The eight classes, each planned by day, week or month (R105, R106, R107, R108, R109, R110, R111, R112).
    """
    dated, later = plan[col.DATE].notna(), plan[col.REASON] == "later"
    order = [kind.code for kind in params.contact.classes]
    counts = pd.DataFrame({
        "planned": dated, "late": plan[col.DATE] > plan[col.DUE], "left_over": ~dated & ~later, "later": later,
    })  # fmt: skip
    written = dated & (plan[col.CHANNEL] == _SMS_ONLY)
    by_class = tally(counts, ordered(plan[col.CONTACT_CLASS], order), of="contacts", **{str(c): str(c) for c in counts})
    by_class.insert(0, "period", [kind.period for kind in params.contact.classes])
    by_week = pd.crosstab(
        pd.Categorical(plan.loc[dated, col.BATCH], categories=range(1, params.contact.weeks + 1)),
        pd.Categorical(plan.loc[dated, col.CONTACT_CLASS], categories=order),
        dropna=False,
    ).rename_axis(index="week", columns=col.CONTACT_CLASS)
    days = plan.loc[dated, col.DATE]
    return PlanSummary(
        by_class=by_class.reset_index(),
        by_week=by_week,
        customers=plan[col.CUSTOMER_ID].nunique(),
        contacts=len(plan),
        calls=int((dated & ~written).sum()),
        texts=int(written.sum()),
        **{str(name): int(counts[name].sum()) for name in counts},
        first_contacts=int(plan[col.FIRST_CONTACT].sum()),
        first_date=days.min() if len(days) else None,
        last_date=days.max() if len(days) else None,
    )


@needs(col.TIER, col.SERVICE_GRADE)
def plan_card(customers: pd.DataFrame, params: Params, plan: pd.DataFrame) -> PlanCard:
    """Who is called, who is written to and who is left out, by tier and service grade (R55, R56)."""
    dated, written = plan[col.DATE].notna(), plan[col.CHANNEL] == _SMS_ONLY
    rows = {
        "called": dated & ~written, "texted": dated, "crowded_out": plan[col.REASON] == "capacity",
        "later": plan[col.REASON] == "later",
    }  # fmt: skip
    has = {name: customers[col.CUSTOMER_ID].isin(plan.loc[each, col.CUSTOMER_ID]) for name, each in rows.items()}
    fate = pd.Series(np.select([*has.values()], [*has], "barred"), customers.index)
    graded = customers[col.SERVICE_GRADE].isin(["A", "B", "C"])
    quiet = flagged(customers, col.DORMANT) | (customers[col.AUM_FEN] < params.value_floor_fen)
    frame = pd.DataFrame({"customers": 1, **{name: fate == name for name in (*has, "barred")}}, customers.index)
    by = [ordered(customers[col.TIER], params.tier_codes()[::-1]), ordered(customers[col.SERVICE_GRADE], GRADES)]
    return PlanCard(
        table=frame.groupby(by, observed=True).sum().astype("int64").reset_index(),
        customers=len(customers),
        graded=int(graded.sum()),
        graded_called=int((graded & has["called"]).sum()),
        graded_out=int((graded & (fate == "crowded_out")).sum()),
        quiet=int(quiet.sum()),
        quiet_texted=int((quiet & (fate == "texted")).sum()),
        quiet_called=int((quiet & has["called"]).sum()),
    )


def plan_batches(plan: pd.DataFrame, params: Params, weeks: pd.DataFrame) -> Batches:
    """分批盘活: each week is a batch sized to what the owners can do, the likeliest success first (R57, R61)."""
    known = weeks.groupby(col.WEEK).agg(from_date=(col.DATE, "min"), calls_possible=(col.CALLS_POSSIBLE, "sum"))
    table = known.reindex(pd.RangeIndex(1, params.contact.weeks + 1, name=col.WEEK))
    dated = plan[plan[col.DATE].notna()].assign(**{col.BATCH: lambda rows: rows[col.BATCH].astype("int64")})
    written = dated[col.CHANNEL] == _SMS_ONLY
    counts = pd.DataFrame({
        "planned": (~written).groupby(dated[col.BATCH]).sum(), "sms_only": written.groupby(dated[col.BATCH]).sum(),
        "first_contacts": dated.groupby(col.BATCH)[col.FIRST_CONTACT].sum(),
    })  # fmt: skip
    table = table.join(counts.reindex(table.index).fillna(0).astype("int64"))
    table.insert(3, "load_share", ratio(table["planned"], table[col.CALLS_POSSIBLE]))
    success = dated.groupby(col.BATCH)[col.SUCCESS].mean().reindex(table.index)
    if success.notna().any():
        table["success_share"] = success
    shares, told = table["load_share"].dropna(), success.dropna()
    return Batches(
        table=table.reset_index().dropna(subset=["from_date"]),
        planned=len(dated),
        busiest=int(shares.index[int(shares.argmax())]) if len(shares) else None,
        busiest_share=float(shares.max()) if len(shares) else None,
        first_success=float(told.iloc[0]) if len(told) else None,
        last_success=float(told.iloc[-1]) if len(told) else None,
    )


def plan_loads(customers: pd.DataFrame, params: Params, plan: pd.DataFrame, weeks: pd.DataFrame) -> PlanLoads:
    """Load of each owner against work days times calls a day, in the plan and over a year (R57, R61)."""
    whole = weeks[col.BRANCH_ID].nunique() > 1
    key = col.BRANCH_ID if whole else col.STAFF_ID
    owned = plan[plan[col.STAFF_ID].notna()]
    owned = owned.assign(
        dated=owned[col.DATE].notna() & (owned[col.CHANNEL] != _SMS_ONLY),
        left=owned[col.REASON] == "capacity",
    )
    called = owned[owned[col.CHANNEL] != _SMS_ONLY].drop_duplicates(col.CUSTOMER_ID)
    asked = called[col.CUSTOMER_ID].map(_asked_a_year(customers, params)).astype("float64").groupby(called[key]).sum()
    groups = owned.groupby(key)
    table = pd.DataFrame({
        "customers": groups[col.CUSTOMER_ID].nunique(), "contacts": groups.size(), "planned": groups["dated"].sum(),
        col.CALLS_POSSIBLE: weeks.groupby(key)[col.CALLS_POSSIBLE].sum(),
    }).fillna(0).astype("int64")  # fmt: skip
    table["load_share"] = ratio(table["planned"], table[col.CALLS_POSSIBLE])
    table["left_over"] = groups["left"].sum().reindex(table.index).fillna(0).astype("int64")
    table["asked_a_year"] = asked.reindex(table.index).fillna(0).round().astype("int64")
    table[col.CALLS_A_YEAR] = weeks.drop_duplicates([col.BRANCH_ID, col.STAFF_ID]).groupby(key)[col.CALLS_A_YEAR].sum()
    one = weeks.drop_duplicates(col.STAFF_ID).set_index(col.STAFF_ID)
    if not whole:
        table.insert(0, col.ROLE, one[col.ROLE].reindex(table.index).fillna("unknown"))
    table = table.rename_axis(key).reset_index()
    table = table.sort_values(["left_over", "load_share", key], ascending=[False, False, True], ignore_index=True)
    calls, year = int(table[col.CALLS_POSSIBLE].sum()), int(table[col.CALLS_A_YEAR].sum())
    return PlanLoads(
        table=table,
        grid=_grid(owned[owned["dated"]], weeks, list(table[key])[:_MOST_OWNERS], key),
        owners=len(one),
        full=owned.loc[owned["left"], col.STAFF_ID].nunique(),
        delayed=owned.loc[owned[col.REASON] == "late", col.STAFF_ID].nunique(),
        unlisted=int((~one[col.LISTED].astype(bool)).sum()),
        idle=int((weeks.groupby(col.STAFF_ID)[col.CALLS_A_YEAR].max() == 0).sum()),
        roleless=int((one[col.LISTED].astype(bool) & one[col.ROLE].isna()).sum()),
        calls=calls,
        load_share=share(table["planned"].sum(), calls),
        year_share=share(table["asked_a_year"].sum(), year),
    )


def _asked_a_year(customers: pd.DataFrame, params: Params) -> pd.Series:
    """Customer → contacts a year that his interval asks for."""
    return pd.Series(
        (_YEAR_DAYS / interval_days(customers, params)).fillna(0).to_numpy(), index=customers[col.CUSTOMER_ID]
    )


def _grid(dated: pd.DataFrame, weeks: pd.DataFrame, shown: list[str], key: str) -> pd.DataFrame:
    """Planned calls over those possible, a row each of ``shown``, a column a week; none possible: no value."""
    room = weeks.pivot_table(index=key, columns=col.WEEK, values=col.CALLS_POSSIBLE, aggfunc="sum").reindex(shown)
    planned = pd.crosstab(dated[key], dated[col.BATCH].astype("int64"))
    planned = planned.reindex(index=room.index, columns=room.columns, fill_value=0)
    return planned / room.where(room > 0)
