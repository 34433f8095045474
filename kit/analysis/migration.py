"""Moves between tiers over the month panel, with the bank's delay before a customer falls (R6, R13)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.panel import wide
from kit.analysis.result import Result, coded, counted, tally
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Migration(Result):
    """Customers by the tier held in the first and in the last month of the panel.

    Attributes
    ----------
    months
        Months in the panel; with fewer than two nobody is ``compared``.
    matrix
        A row a tier at the start, highest first, then ``entry``; a column a tier at the end, then ``exit``.
    compared
        Customers in the matrix.
    upgraded, downgraded, kept, entered, left
        Its customers, each in one of the five.
    fallen_by_assets
        Who would have been downgraded had the last month's assets alone decided.
    watched
        关注: customers below their tier for the rule's watch or longer, not fallen yet; ``watch`` has a row a tier.
    """

    months: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    matrix: pd.DataFrame
    compared: int
    upgraded: int
    downgraded: int
    kept: int
    entered: int
    left: int
    fallen_by_assets: int
    watched: int
    watch: pd.DataFrame


def tiers_held(ranks: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank that each customer holds in each month by the bank's rule, and his months in a row below it.

    Upgrade at once; after ``watch_after`` months below (three) the customer is watched (关注); after ``fall_after``
    (six) he falls to the tier of the maximum of those months, and the count begins anew. A month in which he is not
    on the list changes nothing. All three are customers by months: ``ranks`` by assets, NaN where not on the list; a
    rank held is NaN before the first month.
    """
    now, fall_after = ranks.to_numpy(), params.tier_rule.fall_after
    held, below = np.full(now.shape, np.nan), np.zeros(now.shape, dtype=np.int64)
    rank, count = np.full(len(now), np.nan), np.zeros(len(now), dtype=np.int64)
    for month in range(now.shape[1]):
        seen = now[:, month]
        count = np.where(seen < rank, count + 1, np.where(np.isnan(seen), count, 0))
        rank = np.fmax(rank, seen)
        falls = count >= fall_after
        lately = np.fmax.reduce(now[:, max(0, month + 1 - fall_after) : month + 1], axis=1)
        rank, count = np.where(falls, lately, rank), np.where(falls, 0, count)
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
    codes, ranks = params.tier_codes(), wide(panel, col.TIER_RANK)
    held, below = tiers_held(ranks, params)
    dates = list(pd.DatetimeIndex(ranks.columns))
    pick = dates[:1] + dates[-1:] if len(dates) > 1 else [0, 1]
    asset, rank, late = (frame.reindex(columns=pick) for frame in (ranks, held, below))
    listed = asset.notna().any(axis=1)
    asset = asset[listed]
    start, end = asset.iloc[:, 0], rank[listed].iloc[:, 1].where(asset.iloc[:, 1].notna())
    watched = end[end.notna() & (late[listed].iloc[:, 1] >= params.tier_rule.watch_after)]
    latest = panel[(panel[col.AS_OF] == panel[col.AS_OF].max()) & panel[col.CUSTOMER_ID].isin(watched.index)]
    tier = _named(watched, codes, "exit").remove_categories("exit")
    aum = latest.set_index(latest[col.CUSTOMER_ID].astype("str"))[[col.AUM_FEN]].reindex(watched.index)
    return Migration(
        months=len(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        matrix=counted(_named(start, codes, "entry"), _named(end, codes, "exit")),
        compared=len(asset),
        upgraded=int((end > start).sum()),
        downgraded=int((end < start).sum()),
        kept=int((end == start).sum()),
        entered=int(start.isna().sum()),
        left=int(end.isna().sum()),
        fallen_by_assets=int((asset.iloc[:, 1] < start).sum()),
        watched=len(watched),
        watch=tally(aum, tier, aum_fen=col.AUM_FEN).reset_index(),
    )
