"""The bank's branches beside each other: a row a branch, and where one stands among them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import concentration
from kit.analysis.coverage import covered_share_of_aum
from kit.analysis.result import Result, flagged, share, total
from kit.analysis.segments import overlap_share, unidentified_share
from kit.analysis.shrinkage import RATES, branch_rates
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Standing(Result):
    """A branch's figure among the bank's branches; rank 1 is the largest. ``median`` is that of all branches."""

    value: float | None
    rank: int | None
    of: int
    median: float | None


def _counted(column: str, holds: Callable[[pd.Series], pd.Series]) -> Callable[[pd.DataFrame, Params], int]:
    return lambda customers, _params: int(holds(customers[column]).sum())


def _mean_families(customers: pd.DataFrame, _params: Params) -> float | None:
    return float(customers[col.PRODUCT_COUNT].fillna(0).mean()) if len(customers) else None


def _last_stage_share(customers: pd.DataFrame, params: Params) -> float | None:
    return share((customers[col.STAGE_RANK] == len(params.stages.order)).sum(), len(customers))


# The column that a figure cannot do without, its name, and how it is reckoned.
_FIGURES: tuple[tuple[str, str, Callable[[pd.DataFrame, Params], object]], ...] = (
    (col.ORPHAN, "covered_share_of_aum", lambda customers, _params: covered_share_of_aum(customers)),
    (col.PRIMARY_GRADE, "primary_customers", _counted(col.PRIMARY_GRADE, lambda grade: grade == "strong")),
    (col.CONTACTS, "contacted_customers", _counted(col.CONTACTS, lambda contacts: contacts.fillna(0) > 0)),
    (col.FAMILIAR, "familiar_customers", _counted(col.FAMILIAR, lambda familiar: familiar.fillna(value=False))),
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
    for name, flag in (("dormant", col.DORMANT), ("merchant", col.MERCHANT_LIKE), ("orphan", col.ORPHAN)):
        if flag in customers:
            those = customers[flagged(customers, flag)]
            row |= {f"{name}_customers": len(those), f"{name}_fen": total(those[col.AUM_FEN])}
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
        if f"{name}_customers" in summary:
            found = branch_rates(summary, params, name).table
            summary[[f"{name}_share", f"{name}_share_shrunk"]] = found[["raw_share", "shrunk_share"]].to_numpy()
    return summary


def standing(branches: pd.DataFrame, branch_id: str, column: str) -> Standing:
    """Where a branch stands in ``column`` among all branches, if it has it; ties share the better rank."""
    figures = branches[column].to_numpy() if column in branches else np.nan
    return place(pd.Series(figures, index=branches[col.BRANCH_ID]), branch_id)


def place(figures: pd.Series, branch_id: str) -> Standing:
    """Where a branch stands among figures by branch; whoever has none, as the bank itself, has the median alone."""
    figure, known = figures.get(branch_id), figures.dropna().to_numpy(dtype=float)
    median = float(np.median(known)) if len(known) else None
    if pd.isna(figure):
        return Standing(value=None, rank=None, of=len(known), median=median)
    return Standing(value=float(figure), rank=int((known > figure).sum()) + 1, of=len(known), median=median)
