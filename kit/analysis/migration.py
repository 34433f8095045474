"""Moves between tiers over the month panel, with the bank's delay before a customer falls (R6, R13)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.panel import ends_of, missing_months, months_between, sent_months, wide
from kit.analysis.result import Result, coded, counted, tally, total
from kit.params import Params

_BY_THE_RULE = (col.HELD_RANK, col.LATE_RANK)


@dataclass(frozen=True, slots=True)
class Migration(Result):
    """Customers by the tier held in the first and in the last month of the panel.

    Attributes
    ----------
    months, missing
        Calendar months that were sent, and those between them that were not; with fewer than two nobody is
        ``compared``.
    followed
        Months sent since the tiers held last began anew; fewer than the rule's watch tell of nobody whether he is.
    matrix
        A row a tier at the start, highest first, then ``entry``; a column a tier at the end, then ``exit``.
    compared
        Customers in the matrix.
    upgraded, downgraded, kept, entered, left
        Its customers, each in one of the five.
    fallen_by_assets
        Who would have been downgraded had the last month's assets alone decided.
    unknown, unknown_fen
        Customers of whom the first or the last month is not known, and their last known AUM: in none of the five.
    watched
        关注: customers below their tier for the rule's watch or longer, not fallen yet; ``watch`` has a row a tier.
    """

    months: int
    missing: int
    followed: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    matrix: pd.DataFrame
    compared: int
    upgraded: int
    downgraded: int
    kept: int
    entered: int
    left: int
    unknown: int
    unknown_fen: int
    fallen_by_assets: int
    watched: int
    watch: pd.DataFrame


def _named(ranks: pd.Series, codes: tuple[str, ...], absent: str) -> pd.CategoricalIndex:
    places = (len(codes) - 1 - ranks).fillna(len(codes)).to_numpy(dtype="int64")
    return coded(places, [*reversed(codes), absent], col.TIER)


def migration(panel: pd.DataFrame, params: Params) -> Migration:
    """Migration matrix between the first and the last month, by the tiers held (R6), with entry and exit.

    Without the bank's delay before a fall (R13) a salary day or a quarter's end would pass for a move.
    """
    codes, (asset, unknown) = params.tier_codes(), ends_of(panel, col.TIER_RANK)
    held, late = (wide(panel, name).reindex(index=asset.index, columns=asset.columns) for name in _BY_THE_RULE)
    dates = sent_months(panel)
    start, end = asset.iloc[:, 0], held.iloc[:, 1].where(asset.iloc[:, 1].notna())
    watched = end[late.iloc[:, 1] < end]
    breaks = [i for i in range(1, len(dates)) if months_between(*dates[i - 1 : i + 1]) >= params.tier_rule.fall_after]
    latest = panel[(panel[col.AS_OF] == panel[col.AS_OF].max()) & panel[col.CUSTOMER_ID].isin(watched.index)]
    tier = _named(watched, codes, "exit").remove_categories("exit")
    aum = latest.set_index(latest[col.CUSTOMER_ID].astype("str"))[[col.AUM_FEN]].reindex(watched.index)
    return Migration(
        months=len(dates),
        missing=missing_months(dates),
        followed=len(dates) - max(breaks, default=0),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        matrix=counted(_named(start, codes, "entry"), _named(end, codes, "exit")),
        compared=len(asset),
        upgraded=int((end > start).sum()),
        downgraded=int((end < start).sum()),
        kept=int((end == start).sum()),
        entered=int(start.isna().sum()),
        left=int(end.isna().sum()),
        unknown=len(unknown),
        unknown_fen=total(unknown),
        fallen_by_assets=int((asset.iloc[:, 1] < start).sum()),
        watched=len(watched),
        watch=tally(aum, tier, aum_fen=col.AUM_FEN).reset_index(),
    )
