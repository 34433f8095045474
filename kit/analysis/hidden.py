"""Value that a low balance hides: flow, payroll, trade or occupation of customers on the lowest tier (R20)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import Judged, Result, Unavailable, joined, listed, total
from kit.params import Params

SIGNALS = (col.HIDDEN_FLOW, col.HIDDEN_PAYROLL, col.HIDDEN_MERCHANT, col.HIDDEN_OCCUPATION)


@dataclass(frozen=True, slots=True)
class HiddenValue(Result):
    """Customers of the lowest tier with a sign of more.

    ``table`` has a row a sign: of how many of the lowest tier it is known, customers, aum_fen, and their inflow_fen of
    the month where it was sent. They overlap: ``customers`` have at least one, ``several`` two or more; of ``judged``
    at least one is known, and ``share`` is of them.
    """

    table: pd.DataFrame
    customers: int
    judged: int
    share: float | None
    several: int
    inflow_fen: int | None


def _signs(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[[sign for sign in SIGNALS if sign in customers]]


def hidden_value(customers: pd.DataFrame, params: Params) -> HiddenValue | Unavailable:
    """隐藏价值客户: lowest tier, yet a large flow or payroll, a trade or an occupation of means (R20)."""
    told = _signs(customers)
    lowest = customers[col.TIER] == params.tier_codes()[0]
    known, signs = told[lowest].notna(), told.eq(other=True)
    found = signs.any(axis=1)
    of_lowest = Judged(int(found.sum()), int(known.any(axis=1).sum()), int(lowest.sum()))
    if not len(signs.columns):
        return Unavailable((col.HIDDEN_FLOW,))
    if few := of_lowest.lacking(params, *map(str, told)):
        return few
    flowed = col.INFLOW_FEN in customers and bool(customers.loc[found, col.INFLOW_FEN].notna().any())
    money = [col.AUM_FEN, col.INFLOW_FEN] if flowed else [col.AUM_FEN]
    table = pd.DataFrame([
        {"sign": sign, "judged": int(known[sign].sum()), "customers": int(held.sum())}
        | {column: total(customers.loc[held, column]) for column in money}
        for sign, held in signs.items()
        if customers.empty or known[sign].any()
    ])  # fmt: skip
    return HiddenValue(
        table=table,
        customers=of_lowest.yes,
        judged=of_lowest.known,
        share=of_lowest.share,
        several=int((signs.sum(axis=1) > 1).sum()),
        inflow_fen=total(customers.loc[found, col.INFLOW_FEN]) if flowed else None,
    )


def hidden_list(customers: pd.DataFrame) -> pd.DataFrame | Unavailable:
    """潜力名单: those with most signs first, then by the month's inflow, else by AUM, with every sign (R20)."""
    signs = _signs(customers).eq(other=True)
    if not len(signs.columns):
        return Unavailable((col.HIDDEN_FLOW,))
    stake = customers[col.INFLOW_FEN if col.INFLOW_FEN in customers else col.AUM_FEN].fillna(0)
    found = customers.assign(stake=stake, signs=signs.sum(axis=1))[signs.any(axis=1)]
    found = found.sort_values(["signs", "stake"], ascending=False, kind="stable")
    return listed(found, found["stake"], joined(signs.loc[found.index]))
