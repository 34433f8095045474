"""The bank's branches beside each other: a row a branch, and where one stands among them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import concentration
from kit.analysis.coverage import covered_share_of_aum
from kit.analysis.proportions import exact_interval
from kit.analysis.result import Result, share, total
from kit.analysis.segments import overlap_share, unidentified_share
from kit.analysis.shrinkage import RATES, branch_rates
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Standing(Result):
    """A branch's figure among the bank's branches; ``median`` is that of all, where there are two.

    Rank 1 is the largest; there is one only where the branch's own interval leaves the median out. ``alike`` where it
    does not; neither where nothing tells how much of the figure is chance.
    """

    value: float | None
    rank: int | None
    of: int
    median: float | None
    alike: bool = False

    @property
    def side(self) -> str:
        """``below`` the median, ``level`` with it or above; ``alone`` where there is none."""
        if self.value is None or self.median is None:
            return "alone"
        return "below" if self.value < self.median else "level"


_OF_ALL = ("last_stage_share", "overlap_share", "unidentified_share")  # shares of all customers
# Column → whether it is a case of the rate, where it is known.
_CASES: dict[str, tuple[str, Callable[[pd.Series], pd.Series]]] = {
    "familiar": (col.FAMILIAR, lambda familiar: familiar.astype(bool)),
    "contacted": (col.CONTACTS, lambda contacts: contacts > 0),
    "primary": (col.PRIMARY_GRADE, lambda grade: grade == "strong"),
    "orphan": (col.ORPHAN, lambda orphan: orphan.astype(bool)),
    "dormant": (col.DORMANT, lambda dormant: dormant.astype(bool)),
}


def _mean_families(customers: pd.DataFrame, _params: Params) -> float | None:
    return share(customers[col.PRODUCT_COUNT].sum(), customers[col.PRODUCT_COUNT].notna().sum())


def _last_stage_share(customers: pd.DataFrame, params: Params) -> float | None:
    return share((customers[col.STAGE_RANK] == len(params.stages.order)).sum(), len(customers))


# The column that a figure cannot do without, its name, and how it is reckoned.
_FIGURES: tuple[tuple[str, str, Callable[[pd.DataFrame, Params], object]], ...] = (
    (col.ORPHAN, "covered_share_of_aum", lambda customers, _params: covered_share_of_aum(customers)),
    (col.STAGE_RANK, "last_stage_share", _last_stage_share),
    (col.PRODUCT_COUNT, "mean_families", _mean_families),
    (col.SEGMENT, "overlap_share", lambda customers, _params: overlap_share(customers)),
    (col.SEGMENT, "unidentified_share", unidentified_share),
)


def _summary(customers: pd.DataFrame, params: Params) -> dict[str, object]:
    found = concentration(customers, params)
    upper = customers[col.TIER].isin(params.upper_tiers())
    row: dict[str, object] = {
        "customers": found.customers,
        "aum_fen": found.aum_fen,
        "gini": found.gini,
        "top20_share_of_aum": found.top_share,
        "share_of_customers_holding_80pct": found.holding_share,
        "zero_customers": found.zero,
        "negative_customers": found.negative,
        "negative_fen": found.negative_fen,
        "upper_customers": int(upper.sum()),
        "upper_fen": total(customers.loc[upper, col.AUM_FEN]),
        "upgrade_customers": int(customers[col.UPGRADE_GAP_FEN].notna().sum()),
        "upgrade_gap_fen": total(customers[col.UPGRADE_GAP_FEN]),
    }
    for tier in params.tier_codes():
        held = customers.loc[customers[col.TIER] == tier, col.AUM_FEN]
        row |= {f"{tier}_customers": len(held), f"{tier}_fen": total(held)}
    for name, (column, is_case) in _CASES.items():
        if column in customers:
            known = customers[customers[column].notna()]
            cases = known.loc[is_case(known[column]), col.AUM_FEN]
            row |= {f"{name}_known": len(known), f"{name}_customers": len(cases), f"{name}_fen": total(cases)}
    row |= {name: figure(customers, params) for needed, name, figure in _FIGURES if needed in customers}
    return row


def branch_summary(customers: pd.DataFrame, params: Params, branches: Iterable[str] = ()) -> pd.DataFrame:
    """A row a branch, in the order of their ids: the figures that the reports and the index page compare.

    Each headline rate stands raw (``<rate>_share``) and shrunk towards the bank's (``<rate>_share_shrunk``).
    ``branches`` are those that have a row even without customers.
    """
    groups = dict.fromkeys(branches, customers.iloc[:0])
    groups |= {str(branch): rows for branch, rows in customers.groupby(col.BRANCH_ID)}
    summary = pd.DataFrame([{col.BRANCH_ID: each} | _summary(groups[each], params) for each in sorted(groups)])
    for name in RATES:
        if f"{name}_known" in summary:
            found = branch_rates(summary, params, name).table
            summary[[f"{name}_share", f"{name}_share_shrunk"]] = found[["raw_share", "shrunk_share"]].to_numpy()
    return summary


def standing(branches: pd.DataFrame, branch_id: str, column: str, params: Params) -> Standing:
    """Where a branch stands in ``column`` among all branches, if it has it; ties share the better rank."""
    known = branches.set_index(col.BRANCH_ID)
    figures = known[column] if column in known else pd.Series(np.nan, index=known.index)
    counted = known.get(f"{column.removesuffix('_share')}_known")
    return place(figures, branch_id, known[col.CUSTOMERS] if column in _OF_ALL else counted, params)


def place(figures: pd.Series, branch_id: str, of: pd.Series | None, params: Params) -> Standing:
    """Where a branch stands among figures by branch; whoever has none, as the bank itself, has the median alone.

    ``of``: how many customers each figure is the share of; None for sums of money and means, which so few large ones
    move that no interval holds.
    """
    figure, known = figures.get(branch_id), figures.dropna().to_numpy(dtype=float)
    median = float(np.median(known)) if len(known) > 1 else None
    value = None if pd.isna(figure) else float(figure)
    if median is None or value is None:
        return Standing(value=value, rank=None, of=len(known), median=median)
    alike = None
    if of is not None:
        low, high = exact_interval(round(value * of[branch_id]), of[branch_id], params)
        alike = low <= median <= high
    rank = int((known > value).sum()) + 1 if alike is False else None
    return Standing(value, rank, len(known), median, alike=alike is True)
