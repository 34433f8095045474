"""What stays of the money that comes in: payroll after a week, and customers whose money only passes through."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, Unavailable, flagged, judged, needs, ratio, share, tally, total
from kit.analysis.tiers import by_tier, ladder
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Retention(Result):
    """代发留存率 of the customers' last payroll.

    ``table`` has a row a tier, highest first: customers paid, pay_fen, the median retained_share, and those (leaving,
    leaving_fen of pay) of whose pay at most the profile's low share is left. ``basis`` is ``days`` where transactions
    tell it, ``month`` for the proxy from month-end to month-end.
    """

    table: pd.DataFrame
    basis: str
    customers: int
    pay_fen: int
    retained_share: float | None
    leaving: int
    leaving_share: float | None
    leaving_fen: int


@dataclass(frozen=True, slots=True)
class PassThrough(Result):
    """过路户: a row a tier, highest first: customers, share of those judged, aum_fen, outflow_fen if sent."""

    table: pd.DataFrame
    customers: int
    judged: int
    share: float | None
    aum_fen: int


@needs(col.PAY_FEN, col.PAY_KEPT_FEN)
def payroll_retention(customers: pd.DataFrame, params: Params) -> Retention | Unavailable:
    """代发留存率: (AUM days after the last payroll − AUM the day before) / payroll, each customer's by itself (R46).

    The median is told and not the ratio of sums: one large sum that happened to come in that week would outweigh all.
    """
    known = (customers[col.PAY_FEN] > 0) & customers[col.PAY_KEPT_FEN].notna()
    paid = customers.loc[known, [col.TIER, col.PAY_FEN, col.PAY_KEPT_FEN]]
    told = judged(customers, col.SALARIED)
    few = told.lacking(params, col.PAY_FEN, col.PAY_KEPT_FEN)
    if few and not len(paid):  # nobody known to be paid, and hardly anybody not to be
        return few
    retained = paid[col.PAY_KEPT_FEN].astype(float) / paid[col.PAY_FEN].astype(float)
    leaving = retained <= params.primary.retention_low
    pay = paid[col.PAY_FEN].astype("int64")
    rows = paid.assign(retained=retained, leaving=leaving, pay=pay, gone=pay.where(leaving, 0))
    table = tally(rows, ladder(rows, params), pay_fen="pay", leaving="leaving", leaving_fen="gone")
    table.insert(2, "retained_share", by_tier(rows, params)["retained"].median())
    return Retention(
        table=table.reset_index(),
        basis="days" if col.PAY_DAILY in customers and bool(customers[col.PAY_DAILY].any()) else "month",
        customers=len(paid),
        pay_fen=total(pay),
        retained_share=float(retained.median()) if len(paid) else None,
        leaving=int(leaving.sum()),
        leaving_share=share(leaving.sum(), len(paid)),
        leaving_fen=total(pay[leaving]),
    )


@needs(of_most=col.PRIMARY_PASS_THROUGH)
def pass_through(customers: pd.DataFrame, params: Params) -> PassThrough:
    """过路户: average balance under a tenth of the month's outflow, or so called by the bank (R46)."""
    columns = customers.columns.intersection([col.TIER, col.AUM_FEN, col.OUTFLOW_FEN])
    passing = customers.loc[flagged(customers, col.PRIMARY_PASS_THROUGH), columns]
    sums = {name: name for name in (col.AUM_FEN, col.OUTFLOW_FEN) if name in passing and passing[name].notna().any()}
    table = tally(passing, ladder(passing, params), **sums)
    known = judged(customers, col.PRIMARY_PASS_THROUGH)
    table.insert(1, "share", ratio(table["customers"], by_tier(customers, params)[col.PRIMARY_PASS_THROUGH].count()))
    return PassThrough(
        table=table.reset_index(),
        customers=known.yes,
        judged=known.known,
        share=known.share,
        aum_fen=total(passing[col.AUM_FEN]),
    )
