"""Accounts of units: which lie idle, which will be 久悬, which miss their year average, and who pays salaries (R76)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.branches import Standing, standing
from kit.analysis.result import Result, flagged, judged, listed, needs, ordered, ratio, share, tally, total
from kit.analysis.tiers import ladder
from kit.params import Params

# Most urgent first; each account is in one.
STATES = ("due", "due_unknown", "soon", "idle", "owing", "undated", "active")
_TO_WAKE = STATES[:4]


@dataclass(frozen=True, slots=True)
class UnitActivity(Result):
    """Accounts by the time since their last receipt or payment: a row a state that has any, ``table``.

    ``due`` have been still for a year and owe nothing, ``due_unknown`` for a year while nobody said whether they owe,
    ``owing`` for a year and owe: the rule spares them. ``soon`` reach the year within the profile's days, ``idle`` are
    still for the profile's months, ``undated`` have no date. ``to_wake`` are the first four; ``branches`` has a row a
    branch with its ``unit_idle_share``, all that are not active or undated.
    """

    table: pd.DataFrame
    branches: pd.DataFrame
    accounts: int
    balance_fen: int
    still: int
    still_share: float | None
    to_wake: int
    due: int
    due_fen: int
    due_unknown: int
    soon: int
    owing: int
    undated: int
    suspended_on: pd.Timestamp
    place: Standing


@dataclass(frozen=True, slots=True)
class YearAverages(Result):
    """Year averages as projected, against the lines of a base and an effective account: a row a line, ``table``.

    ``standing`` accounts are on the line now; ``projected`` will be at the year's end if today's balance stays; those
    ``falling`` stand now and will not; ``near`` ones do not stand, and lack little. ``gap_fen`` is what must be added
    and left until the year's end; None on its last day, when nothing can be added any more.
    """

    table: pd.DataFrame
    known: int
    left: int
    falling: int
    falling_gap_fen: int | None
    near: int
    near_gap_fen: int | None


@dataclass(frozen=True, slots=True)
class Payers(Result):
    """Units that pay salaries through the bank beside those that do not: a row each."""

    table: pd.DataFrame
    accounts: int
    payers: int
    payers_fen: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Salaried(Result):
    """Customers who get their salary here, a row a tier; ``single`` ones hold nothing but the account it comes into."""

    table: pd.DataFrame
    customers: int
    customers_share: float | None
    payroll_fen: int | None
    single: int
    single_share: float | None
    single_payroll_fen: int | None


def _state(units: pd.DataFrame, params: Params) -> pd.Series:
    rule, last, day = params.units, units[col.UNIT_LAST_TXN_DATE], pd.Timestamp(params.day)
    year = day - pd.DateOffset(months=rule.suspended_months)
    owes = units.get(col.UNIT_HAS_LOAN, pd.Series(pd.NA, index=units.index)).astype("boolean")
    owing = owes.fillna(value=False).astype(bool)
    states = np.select(
        [
            last.isna(),
            (last <= year) & owing,
            (last <= year) & owes.isna(),
            last <= year,
            (last <= year + pd.Timedelta(days=params.age_days + rule.soon_days)) & ~owing,
            last <= day - pd.DateOffset(months=rule.idle_months),
        ],
        ["undated", "owing", "due_unknown", "due", "soon", "idle"],
        "active",
    )
    return pd.Series(states, index=units.index, dtype="str")


@needs(col.UNIT_LAST_TXN_DATE, col.UNIT_SPOT_FEN)
def unit_activity(units: pd.DataFrame, params: Params, branch_id: str | None = None) -> UnitActivity:
    """不动户与久悬: accounts without receipts or payments for months, or for a year and without debt (R76).

    A year makes 久悬: 人民币银行结算账户管理办法（令〔2003〕5号）Art. 56. The bank gives notice; thirty days later what
    is left lies in 久悬未取专户. ``units`` holds every branch; ``branch_id`` None is the bank.
    """
    units = units.assign(state=_state(units, params))
    still = ~units["state"].isin(["active", "undated"])
    branches = (
        units.assign(**{col.UNIT_IDLE_SHARE: still.astype(float)})
        .groupby([col.BRANCH_ID, col.BRANCH_NAME])[col.UNIT_IDLE_SHARE].mean().reset_index()
    )  # fmt: skip
    own = units if branch_id is None else units[units[col.BRANCH_ID] == branch_id]
    table = tally(own, ordered(own["state"], STATES), of="accounts", balance_fen=col.UNIT_SPOT_FEN)
    wake, count = table.loc[list(_TO_WAKE)].sum(), table["accounts"]
    quiet = int(len(own) - count["active"] - count["undated"])
    return UnitActivity(
        table=table[count > 0].rename_axis("unit_state").reset_index(),
        branches=branches,
        accounts=len(own),
        balance_fen=total(own[col.UNIT_SPOT_FEN]),
        still=quiet,
        still_share=share(quiet, len(own)),
        to_wake=int(wake["accounts"]),
        due=int(count["due"]),
        due_fen=int(table["balance_fen"]["due"]),
        due_unknown=int(count["due_unknown"]),
        soon=int(count["soon"]),
        owing=int(count["owing"]),
        undated=int(count["undated"]),
        suspended_on=pd.Timestamp(params.today) + pd.Timedelta(days=params.units.notice_days),
        place=standing(branches, branch_id or "", col.UNIT_IDLE_SHARE),
    )


def years_projected(average_fen: pd.Series, spot_fen: pd.Series, days: pd.Series) -> pd.DataFrame:
    """自然年日均 at the year's end if today's balance stays: (average · passed + spot · left) / total (R76).

    ``days`` are the dates of the balances, each inclusive. In 分: ``projected_fen``; days ``passed`` and ``left``.
    """
    passed, whole = days.dt.day_of_year.astype("int64"), 365 + days.dt.is_leap_year.astype("int64")
    ahead = average_fen.astype("int64") * passed + spot_fen.astype("int64") * (whole - passed)
    return pd.DataFrame({"passed": passed, "left": whole - passed, "projected_fen": ahead // whole})


def _to_add(known: pd.DataFrame, line_fen: int) -> pd.Series:
    """What must be added on the printing day and left until the year's end to average the line; NA on its last day."""
    whole = known["passed"] + known["left"]
    lacking = line_fen * whole - (
        known[col.UNIT_AVG_YEAR_FEN].astype("int64") * known["passed"]
        + known[col.UNIT_SPOT_FEN].astype("int64") * known["left"]
    )
    return (-(-lacking // known["ahead"].where(known["ahead"] > 0).astype("Int64"))).clip(lower=0)


def _on_lines(units: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Accounts whose average and balance are known, a row each and line; ``falling`` and ``near`` say what to do."""
    known = units.dropna(subset=[col.UNIT_AVG_YEAR_FEN, col.UNIT_SPOT_FEN])
    known = known.join(years_projected(known[col.UNIT_AVG_YEAR_FEN], known[col.UNIT_SPOT_FEN], known[col.AS_OF]))
    known = known.assign(
        ahead=known["left"] - params.age_days
    )  # of the days that are left, those after the printing day
    found = []
    for (line, fen), flag in zip(
        params.units.lines_fen.items(), (col.UNIT_IS_BASE, col.UNIT_IS_EFFECTIVE), strict=True
    ):
        said = known.get(flag, pd.Series(pd.NA, index=known.index)).astype("boolean")
        standing = said.fillna(known[col.UNIT_AVG_YEAR_FEN] >= fen).astype(bool)
        reaches = known["projected_fen"] >= fen
        close = known["projected_fen"] >= round(params.units.near_from * fen)
        found.append(known.assign(
            unit_line=line, line_fen=fen, standing=standing, projected=reaches, falling=standing & ~reaches,
            near=~standing & ~reaches & close & (known["ahead"] > 0), gap_fen=_to_add(known, fen),
        ))  # fmt: skip
    return pd.concat(found)


def _gap(rows: pd.DataFrame) -> int | None:
    return None if len(rows) and rows["gap_fen"].isna().all() else total(rows["gap_fen"])


@needs(col.UNIT_AVG_YEAR_FEN, col.UNIT_SPOT_FEN)
def year_averages(units: pd.DataFrame, params: Params) -> YearAverages:
    """基础户与有效户: who stands on each line of the calendar-year average, who will fall, who lacks little (R76).

    Where the bank marks its base and effective accounts, they stand who are marked; elsewhere the average to date says.
    """
    rows = _on_lines(units, params)
    lines = params.units.lines_fen
    counts = {name: name for name in ("standing", "projected", "falling", "near")}
    table = tally(rows, ordered(rows["unit_line"], lines), of="line_fen", **counts)
    table["line_fen"] = list(lines.values())
    for which in ("falling", "near"):
        gaps = [_gap(rows[(rows["unit_line"] == line) & rows[which]]) for line in lines]
        table[f"{which}_gap_fen"] = pd.array(gaps, dtype="Int64")
    falling, near = rows[rows["falling"]], rows[rows["near"]]
    return YearAverages(
        table=table.reset_index(),
        known=len(rows) // len(table),
        left=int(rows["left"].max()) if len(rows) else 0,
        falling=len(falling),
        falling_gap_fen=_gap(falling),
        near=len(near),
        near_gap_fen=_gap(near),
    )


@needs(col.UNIT_HAS_PAYROLL, col.UNIT_SPOT_FEN)
def payers(units: pd.DataFrame, _params: Params) -> Payers:
    """代发单位: units that pay salaries through the bank, and what they keep here (R76)."""
    paying = units[col.UNIT_HAS_PAYROLL].astype("boolean")
    kind = pd.Series(np.select([paying.isna(), paying.fillna(value=False)], ["unknown", "yes"], "no"), units.index)
    codes = ordered(kind.rename("pays"), ["yes", "no", "unknown"])
    table = tally(units, codes, of="accounts", balance_fen=col.UNIT_SPOT_FEN)
    return Payers(
        table=table[table["accounts"] > 0].reset_index(),
        accounts=len(units),
        payers=int(table["accounts"]["yes"]),
        payers_fen=int(table["balance_fen"]["yes"]),
        unknown=int(table["accounts"]["unknown"]),
    )


def _paid(customers: pd.DataFrame) -> pd.DataFrame:
    columns = [col.CUSTOMER_ID, col.TIER, col.AUM_FEN, col.PRODUCT_COUNT, col.PAYROLL_FEN]
    return customers.loc[flagged(customers, col.SALARIED), customers.columns.intersection(columns)]


def _single(paid: pd.DataFrame) -> pd.Series:
    return paid[col.PRODUCT_COUNT] <= 1


@needs(col.PRODUCT_COUNT, of_most=col.SALARIED)
def salaried(customers: pd.DataFrame, params: Params) -> Salaried:
    """代发客户: persons whom a unit pays through the bank, and those of them without any other product (R76)."""
    paid = _paid(customers)
    paid = paid.assign(single=_single(paid))
    single = paid[paid["single"]]
    sums = {name: name for name in (col.AUM_FEN, col.PAYROLL_FEN, "single") if name in paid}
    table = tally(paid, ladder(paid, params), **sums)
    table["single_share"] = ratio(table["single"], table["customers"])
    return Salaried(
        table=table[table["customers"] > 0].reset_index(),
        customers=len(paid),
        customers_share=judged(customers, col.SALARIED).share,
        payroll_fen=total(paid[col.PAYROLL_FEN]) if col.PAYROLL_FEN in paid else None,
        single=len(single),
        single_share=share(len(single), paid[col.PRODUCT_COUNT].count()),
        single_payroll_fen=total(single[col.PAYROLL_FEN]) if col.PAYROLL_FEN in paid else None,
    )


def _units_listed(rows: pd.DataFrame, amount: pd.Series, reason: pd.Series) -> pd.DataFrame:
    made = listed(rows.rename(columns={col.UNIT_ID: col.CUSTOMER_ID}), amount, reason.astype("object"))
    return made.assign(**{col.BRANCH_ID: rows[col.BRANCH_ID].fillna("").to_numpy()})


@needs(col.UNIT_LAST_TXN_DATE, col.UNIT_SPOT_FEN)
def unit_idle_list(units: pd.DataFrame, params: Params) -> pd.DataFrame:
    """单位账户激活名单: `unit_activity` to wake one by one, the most pressing first, then by balance (R76)."""
    state = _state(units, params)
    rows = units.assign(state=state, urgency=state.map(STATES.index))[state.isin(_TO_WAKE)]
    rows = rows.sort_values(["urgency", col.UNIT_SPOT_FEN], ascending=[True, False], kind="stable")
    return _units_listed(rows, rows[col.UNIT_SPOT_FEN], "unit_" + rows["state"])


@needs(col.UNIT_AVG_YEAR_FEN, col.UNIT_SPOT_FEN)
def unit_line_list(units: pd.DataFrame, params: Params) -> pd.DataFrame:
    """单位达标名单: `year_averages` that fall, then those that lack least, with what to add and keep (R76)."""
    rows = _on_lines(units, params)
    rows = rows[rows["falling"] | rows["near"]].sort_values(["near", "gap_fen"], kind="stable")
    what = rows["falling"].map({True: "falling", False: "near"})
    return _units_listed(rows, rows["gap_fen"], "unit_" + what + "_" + rows["unit_line"])


@needs(col.SALARIED, col.PRODUCT_COUNT)
def salaried_list(customers: pd.DataFrame) -> pd.DataFrame:
    """代发客户名单: `salaried` customers without any other product, the largest salary, else AUM, first (R76)."""
    paid = _paid(customers)
    by = col.PAYROLL_FEN if col.PAYROLL_FEN in paid else col.AUM_FEN
    rows = paid[_single(paid)].sort_values(by, ascending=False, kind="stable")
    return listed(rows, rows[by], "salary_only")
