"""What a branch brings in a head of its staff, over the months and beside the other branches (R84)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.branches import Standing, place
from kit.analysis.panel import months_between
from kit.analysis.result import Result, needs
from kit.params import Params

_EACH = {
    "customers_each": col.CUSTOMERS, "aum_each_fen": col.AUM_FEN, "deposit_each_fen": col.CAPACITY_DEPOSIT_FEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capacity(Result):
    """Output per head at the last month; ``table`` has a row for this branch (or bank) and the branches' median.

    ``trend`` is AUM a head by month, here (``own_fen``) and the other branches' median (``others_fen``, missing where
    there are none), over so many calendar ``months``, 0 where there is but one. ``growth_share`` is its change over
    them, ``others_growth_share`` the median of the others'.
    """

    table: pd.DataFrame
    trend: pd.DataFrame
    heads: int
    months: int
    aum_each_fen: float | None
    growth_share: float | None
    others_growth_share: float | None
    place: Standing


@needs(col.HEADS)
def capacity(months: pd.DataFrame, _params: Params, branch_id: str | None = None) -> Capacity:
    """人均产能 = customers, AUM and deposits / staff in office; ``months`` holds every branch, None is the bank (R84).

    Staff who left count until the day they left, where the bank gives it, and else not at all.
    """
    known = months[months[col.HEADS].fillna(0) > 0]
    sums = [column for column in _EACH.values() if column in known]
    bank = known.groupby(col.AS_OF)[[*sums, col.HEADS]].sum()
    own = bank if branch_id is None else known[known[col.BRANCH_ID] == branch_id].set_index(col.AS_OF).sort_index()
    each = known[[col.BRANCH_ID, col.AS_OF]].assign(
        **{name: known[column] / known[col.HEADS] for name, column in _EACH.items() if column in sums}
    )
    month = own.index.max() if len(own) else None
    latest = each[each[col.AS_OF] == month].set_index(col.BRANCH_ID)
    measures = [name for name, column in _EACH.items() if column in sums]
    here = pd.DataFrame({name: own[_EACH[name]] / own[col.HEADS] for name in measures}).tail(1)
    both = [here.assign(whose="bank" if branch_id is None else "own")]
    both += [latest[measures].median().to_frame("median").T.rename_axis("whose").reset_index()] if len(latest) else []
    others = each[each[col.BRANCH_ID] != branch_id].pivot(index=col.AS_OF, columns=col.BRANCH_ID, values="aum_each_fen")
    trend = pd.DataFrame({"own_fen": own[col.AUM_FEN] / own[col.HEADS], "others_fen": others.median(axis=1)})
    grown = (
        others.iloc[-1] / others.iloc[0].where(others.iloc[0] > 0) - 1 if len(others) else pd.Series(dtype="float64")
    )
    path = trend["own_fen"].dropna()
    return Capacity(
        table=pd.concat(both)[["whose", *measures]],
        trend=trend.loc[path.index].reset_index(),
        heads=int(own[col.HEADS].iloc[-1]) if len(own) else 0,
        months=months_between(path.index[0], path.index[-1]) if len(path) else 0,
        aum_each_fen=float(path.iloc[-1]) if len(path) else None,
        growth_share=float(path.iloc[-1] / path.iloc[0] - 1) if len(path) > 1 and path.iloc[0] > 0 else None,
        others_growth_share=float(grown.median()) if branch_id and len(path) > 1 and grown.notna().any() else None,
        place=place(latest["aum_each_fen"], branch_id or ""),
    )
