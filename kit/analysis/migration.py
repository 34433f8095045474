"""Moves between tiers over the month panel, with the bank's delay before a customer falls (R6, R13)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.panel import ends_of, missing_months, months_between, sent_months, wide
from kit.analysis.result import Result, coded, counted, tally, total
from kit.params import Params


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


def tiers_held(ranks: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank that each customer holds in each month by the bank's rule, and his months in a row below it.

    Upgrade at once; after ``watch_after`` months below (three) the customer is watched (关注); after ``fall_after``
    (six) he falls to the tier of the maximum of those months, and the count begins anew. A month that is not known
    neither helps nor hurts; where as many lie between two that are as the rule needs for a fall, it may have acted
    unseen, and the tier begins anew by his assets. All three are customers by calendar months: ``ranks`` by assets,
    NaN where not known; a rank held is NaN before the first month.
    """
    now, fall_after = ranks.to_numpy(), params.tier_rule.fall_after
    held, below = np.full(now.shape, np.nan), np.zeros(now.shape, dtype=np.int64)
    rank, most, count, away = np.full(len(now), np.nan), np.full(len(now), np.nan), *np.zeros((2, len(now)), np.int64)
    for month in range(now.shape[1]):
        seen, away = now[:, month], away + 1
        known, less = ~np.isnan(seen), seen < rank
        anew = known & ((away >= fall_after) | ~less)
        most = np.where(less & (count > 0), np.fmax(most, seen), np.where(known, seen, most))
        count = np.where(anew, 0, count + (known & less))
        rank = np.where(anew, seen, rank)
        falls = count >= fall_after
        rank, count, away = np.where(falls, most, rank), np.where(falls, 0, count), np.where(known, 0, away)
        held[:, month], below[:, month] = rank, count
    held_by_month, below_by_month = (pd.DataFrame(v, index=ranks.index, columns=ranks.columns) for v in (held, below))
    return held_by_month, below_by_month


def _named(ranks: pd.Series, codes: tuple[str, ...], absent: str) -> pd.CategoricalIndex:
    places = (len(codes) - 1 - ranks).fillna(len(codes)).to_numpy(dtype="int64")
    return coded(places, [*reversed(codes), absent], col.TIER)


def migration(panel: pd.DataFrame, params: Params) -> Migration:
    """Migration matrix between the first and the last month, by the tiers held (R6), with entry and exit.

    Without the bank's delay before a fall (R13) a salary day or a quarter's end would pass for a move.
    """
    codes, (asset, unknown) = params.tier_codes(), ends_of(panel, col.TIER_RANK)
    held, below = tiers_held(wide(panel, col.TIER_RANK), params)
    dates = sent_months(panel)
    rank, late = (frame.reindex(index=asset.index, columns=asset.columns) for frame in (held, below))
    start, end = asset.iloc[:, 0], rank.iloc[:, 1].where(asset.iloc[:, 1].notna())
    watched = end[end.notna() & (late.iloc[:, 1] >= params.tier_rule.watch_after)]
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
