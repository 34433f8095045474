"""Whose the deposits are, in what form, when they fall due, and whether they stay (R4, R74, R88)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.branches import Standing, standing
from kit.analysis.panel import months_between
from kit.analysis.result import Result, listed, needs, ratio, share, tally, total
from kit.analysis.tiers import ladder
from kit.params import Params

_YEAR = 12  # months
_KINDS = {
    "demand": col.DEMAND_SPOT_FEN, "time": col.TIME_SPOT_FEN, "cd": col.CD_SPOT_FEN,
    "structured": col.STRUCTURED_SPOT_FEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonalShare(Result):
    """Persons' part of all deposits at the latest month; ``before`` is that of twelve months earlier.

    ``table`` has a row a branch with its name: personal_deposit_fen, all_deposit_fen, personal_deposit_share.
    """

    table: pd.DataFrame
    month: pd.Timestamp | None
    personal_fen: int
    all_fen: int
    share: float | None
    change: float | None
    place: Standing | None


@dataclass(frozen=True, slots=True)
class DepositMix(Result):
    """Deposits of the ``customers`` of whom they are known: a row a kind, and each kind's share within a tier.

    ``demand_share`` is that of demand money in the deposits of those of whom both are known, ``averaged`` of them by
    the month's averages and ``by_spot`` by its end.
    """

    table: pd.DataFrame
    by_tier: pd.DataFrame
    customers: int
    deposit_fen: int
    demand_share: float | None
    averaged: int
    by_spot: int


@dataclass(frozen=True, slots=True)
class MaturityLadder(Result):
    """What falls due, a row a step of the ladder; ``first`` is the nearest step.

    Customers are counted once a step; ``customers`` counts each once in all. ``passed`` is what fell due between the
    data's date and the printing day: nobody knows yet what became of it.
    """

    table: pd.DataFrame
    customers: int
    amount_fen: int
    first_customers: int
    first_fen: int
    first_days: int
    passed_customers: int
    passed_fen: int
    rolling_share: float | None
    products_only: bool
    deposits_only: bool


@dataclass(frozen=True, slots=True)
class Deviation(Result):
    """月末偏离度: the month's end against its average, in all and a tier (highest first)."""

    table: pd.DataFrame
    spot_fen: int
    average_fen: int
    deviation: float | None
    over: bool
    excess_fen: int


@dataclass(frozen=True, slots=True)
class AccountClasses(Result):
    """Customers by the open accounts of each class, and those with more than one person may have; judged, of whom."""

    table: pd.DataFrame
    breaches: int
    judged: int


@needs(col.PERSONAL_DEPOSIT_FEN, col.ALL_DEPOSIT_FEN)
def personal_share(months: pd.DataFrame, _params: Params, branch_id: str | None = None) -> PersonalShare:
    """个人存款占比 = personal / all deposits of the branch, or of the bank where ``branch_id`` is None (R74).

    ``months`` holds every branch; a branch without both figures at the latest month has no share.
    """
    known = months.dropna(subset=[col.PERSONAL_DEPOSIT_FEN, col.ALL_DEPOSIT_FEN])
    known = known[known[col.ALL_DEPOSIT_FEN] > 0]
    own = known if branch_id is None else known[known[col.BRANCH_ID] == branch_id]
    sums = own.groupby(col.AS_OF)[[col.PERSONAL_DEPOSIT_FEN, col.ALL_DEPOSIT_FEN]].sum()
    month = pd.Timestamp(str(sums.index[-1])) if len(sums) else None
    latest = known[known[col.AS_OF] == month] if month is not None else known.iloc[:0]
    table = latest[[col.BRANCH_ID, col.BRANCH_NAME, col.PERSONAL_DEPOSIT_FEN, col.ALL_DEPOSIT_FEN]].assign(
        **{col.PERSONAL_DEPOSIT_SHARE: latest[col.PERSONAL_DEPOSIT_FEN] / latest[col.ALL_DEPOSIT_FEN]}
    )
    shares = sums[col.PERSONAL_DEPOSIT_FEN] / sums[col.ALL_DEPOSIT_FEN]
    back = [months_between(pd.Timestamp(day), month) for day in shares.index] if month else []
    before = shares[[each == _YEAR for each in back]]
    return PersonalShare(
        table=table.sort_values([col.PERSONAL_DEPOSIT_SHARE, col.BRANCH_ID], ascending=[False, True]),
        month=month,
        personal_fen=int(sums[col.PERSONAL_DEPOSIT_FEN].iloc[-1]) if month else 0,
        all_fen=int(sums[col.ALL_DEPOSIT_FEN].iloc[-1]) if month else 0,
        share=float(shares.iloc[-1]) if month else None,
        change=float(shares.iloc[-1] - before.iloc[0]) if len(before) else None,
        place=standing(table, branch_id, col.PERSONAL_DEPOSIT_SHARE) if branch_id and month is not None else None,
    )


@needs(of_most=col.DEPOSIT_SPOT_FEN)
def deposit_mix(customers: pd.DataFrame, params: Params) -> DepositMix:
    """Demand, time, certificates and structured deposits; what the kinds leave of the sum is shown as other (R88)."""
    part = customers.reindex(columns=[col.DEMAND_PART_FEN, col.DEMAND_OF_FEN, col.DEMAND_AVERAGED]).dropna()
    customers = customers[customers[col.DEPOSIT_SPOT_FEN].notna()]
    sent = {kind: column for kind, column in _KINDS.items() if column in customers and customers[column].notna().any()}
    kinds = {kind: customers[column].fillna(0) for kind, column in sent.items()}
    whole = total(customers[col.DEPOSIT_SPOT_FEN])
    amounts = {kind: total(fen) for kind, fen in kinds.items()}
    rest = whole - sum(amounts.values())
    if rest:
        kinds["other"] = customers[col.DEPOSIT_SPOT_FEN].fillna(0) - sum(kinds.values())
        amounts["other"] = rest
    parts = {f"{kind}_share": fen for kind, fen in kinds.items()}
    rows = customers[[col.TIER, col.DEPOSIT_SPOT_FEN]].assign(**parts)
    tiers = tally(rows, ladder(rows, params), deposit_fen=col.DEPOSIT_SPOT_FEN, **{name: name for name in parts})
    tiers[list(parts)] = tiers[list(parts)].apply(ratio, whole=tiers["deposit_fen"])
    shares = {kind: share(fen, whole) if whole > 0 else None for kind, fen in amounts.items()}
    return DepositMix(
        table=pd.DataFrame({
            "deposit_kind": list(amounts),
            "customers": [int((kinds[kind] > 0).sum()) for kind in amounts],
            "deposit_fen": list(amounts.values()),
            "share": [shares[kind] for kind in amounts],
        }),
        by_tier=tiers.reset_index(),
        customers=len(customers),
        deposit_fen=whole,
        demand_share=total(part[col.DEMAND_PART_FEN]) / of if (of := total(part[col.DEMAND_OF_FEN])) > 0 else None,
        averaged=int(part[col.DEMAND_AVERAGED].astype(bool).sum()),
        by_spot=int((~part[col.DEMAND_AVERAGED].astype(bool)).sum()),
    )  # fmt: skip


@needs(col.MATURITY_DATE)
def maturity_ladder(maturities: pd.DataFrame, params: Params) -> MaturityLadder:
    """到期阶梯: deposits and products by days from the printing day; those that renew themselves apart (R88)."""
    steps, today = params.deposits.ladder_days, pd.Timestamp(params.today)
    due = maturities[maturities[col.MATURITY_DATE] > today]
    passed = maturities[maturities[col.MATURITY_DATE].between(pd.Timestamp(params.day), today, inclusive="right")]
    days = (due[col.MATURITY_DATE] - today).dt.days
    names = [f"{a + 1}-{b}" for a, b in zip((0, *steps), steps, strict=False)] + [f">{steps[-1]}"]
    step = pd.cut(days, [0, *steps, float("inf")], labels=names)
    deposit = due[col.IS_DEPOSIT].astype(bool)
    columns = {"deposit_fen": deposit, "product_fen": ~deposit}
    if col.AUTO_ROLL in due:
        rolls = deposit & due[col.AUTO_ROLL].fillna(value=False).astype(bool)
        columns = {"deposit_fen": deposit & ~rolls, "rolling_fen": rolls, "product_fen": ~deposit}
    amounts = pd.DataFrame({name: due[col.AMOUNT_FEN].where(chosen, 0) for name, chosen in columns.items()})
    table = due.groupby(step, observed=False)[col.CUSTOMER_ID].nunique().to_frame("customers")
    table = table.join(amounts.astype("int64").groupby(step, observed=False).sum())
    table["amount_fen"] = table[list(columns)].sum(axis=1)
    held = int(table["deposit_fen"].sum() + table.get("rolling_fen", pd.Series(0)).sum())
    return MaturityLadder(
        table=table.rename_axis("days_left").reset_index().astype({"days_left": str}),
        customers=int(due[col.CUSTOMER_ID].nunique()),
        amount_fen=int(table["amount_fen"].sum()),
        first_customers=int(table["customers"].iloc[0]),
        first_fen=int(table["amount_fen"].iloc[0]),
        first_days=steps[0],
        passed_customers=int(passed[col.CUSTOMER_ID].nunique()),
        passed_fen=total(passed[col.AMOUNT_FEN]),
        rolling_share=share(table["rolling_fen"].sum(), held) if "rolling_fen" in table else None,
        products_only=bool(len(due)) and not deposit.any(),
        deposits_only=bool(len(due)) and bool(deposit.all()),
    )


@needs(col.DEPOSIT_SPOT_FEN, of_most=col.DEPOSIT_AVG_MONTH_FEN)
def deviation(customers: pd.DataFrame, params: Params) -> Deviation:
    """月末偏离度 = (month-end - average) / average of the customers of whom both are known (R88)."""
    known = customers.dropna(subset=[col.DEPOSIT_SPOT_FEN, col.DEPOSIT_AVG_MONTH_FEN])
    sums = {"deposit_fen": col.DEPOSIT_SPOT_FEN, "deposit_average_fen": col.DEPOSIT_AVG_MONTH_FEN}
    table = tally(known, ladder(known, params), **sums)
    spot, average = int(table["deposit_fen"].sum()), int(table["deposit_average_fen"].sum())
    mean = table["deposit_average_fen"]
    table["deviation_share"] = ratio(table["deposit_fen"] - mean, mean)
    found = (spot - average) / average if average > 0 else None
    return Deviation(
        table=table.reset_index(),
        spot_fen=spot,
        average_fen=average,
        deviation=found,
        over=found is not None and found > params.deposits.deviation_limit,
        excess_fen=max(spot - round(average * (1 + params.deposits.deviation_limit)), 0) if average > 0 else 0,
    )


@needs(col.CLASS_2_ACCOUNTS, col.CLASS_3_ACCOUNTS, of_most=col.CLASS_1_ACCOUNTS)
def account_classes(customers: pd.DataFrame, params: Params) -> AccountClasses:
    """One Class I account a person and bank, five each of Class II and III: who has more (R4)."""
    columns = (col.CLASS_1_ACCOUNTS, col.CLASS_2_ACCOUNTS, col.CLASS_3_ACCOUNTS)
    limits = dict(zip(columns, params.deposits.class_limits, strict=True))
    over = pd.DataFrame({column: customers[column] > limit for column, limit in limits.items()})
    table = pd.DataFrame({
        "account_class": ["I", "II", "III"],
        "limit": list(limits.values()),
        "customers": [int((customers[column] > 0).sum()) for column in columns],
        "over_limit": [int(over[column].sum()) for column in columns],
    })  # fmt: skip
    return AccountClasses(table=table, breaches=int(over.any(axis=1).sum()), judged=int(customers[columns[0]].count()))


@needs(col.PASSED_FEN)
def passed_list(customers: pd.DataFrame) -> pd.DataFrame:
    """已过期的到期: customers with money that fell due between the data's date and the printing day (R106)."""
    due = customers[customers[col.PASSED_FEN] > 0].sort_values(col.PASSED_FEN, ascending=False, kind="stable")
    return listed(due, due[col.PASSED_FEN], "passed")


@needs(col.MATURING_FEN)
def maturing_list(customers: pd.DataFrame) -> pd.DataFrame:
    """到期承接名单: customers with money that falls due within the profile's days, the most first (R106)."""
    due = customers[customers[col.MATURING_FEN] > 0].sort_values(col.MATURING_FEN, ascending=False, kind="stable")
    return listed(due, due[col.MATURING_FEN], "maturing")
