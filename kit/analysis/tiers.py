"""The ladder of tiers: who stands on each rung, is near the next, is slipping (R13-R20, R75, R78)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from kit import columns as col
from kit.analysis.result import Result, listed, needs, ordered, part_of_all, ratio, share, tally, total
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Tiers(Result):
    """A row a tier, highest first: strategy, customers, aum_fen, their shares, mean_fen, median_fen.

    ``upper_customers_share`` and ``upper_aum_share`` are those of the upper half of the ladder;
    ``largest`` is the tier with the largest total AUM.
    """

    table: pd.DataFrame
    largest: str | None
    upper_customers_share: float | None
    upper_aum_share: float | None


@dataclass(frozen=True, slots=True)
class Upgrades(Result):
    """Customers in the critical band below the next tier: a row a tier to be reached, and the sums."""

    table: pd.DataFrame
    customers: int
    gap_fen: int


@dataclass(frozen=True, slots=True)
class Losses(Result):
    """Customers slipping below the value floor: light (spot below), heavy (average below as well).

    ``recovered`` customers were lost a month ago and are at the floor again, with ``recovered_fen`` more.
    """

    table: pd.DataFrame
    customers: int
    aum_fen: int
    recovered: int
    recovered_fen: int


def tier_ranks(aum_fen: pd.Series, params: Params) -> npt.NDArray[np.int64]:
    """Rank of the tier, [floor, next floor), as in ``panel.sql``; the lowest holds whoever owes more than he has."""
    return np.asarray(np.searchsorted([tier.floor_fen for tier in params.tiers[1:]], aum_fen, side="right"))


def at_the_floor(customers: pd.DataFrame, params: Params) -> pd.Series:
    """价值客户: AUM at or above the value floor, whatever tier is held; not who is not known (R27)."""
    return customers[col.AUM_FEN].ge(params.value_floor_fen).fillna(value=False).astype(bool)


def ladder(customers: pd.DataFrame, params: Params) -> pd.CategoricalIndex:
    """Tier of each customer, among those of the ladder, highest first."""
    return ordered(customers[col.TIER], reversed(params.tier_codes()))


def by_tier(customers: pd.DataFrame, params: Params) -> DataFrameGroupBy[Any, Literal[True]]:
    """Customers grouped by every tier of the ladder, highest first, also those that nobody reaches."""
    return customers.groupby(ladder(customers, params), observed=False)


def tiers(customers: pd.DataFrame, params: Params) -> Tiers:
    """Customers, total and mean AUM a tier with its strategy; bands are [floor, next) (R3, R13, R14, R16, R18)."""
    groups = by_tier(customers, params)[col.AUM_FEN]
    table = tally(customers, ladder(customers, params), aum_fen=col.AUM_FEN)
    table = table.assign(mean_fen=groups.mean(), median_fen=groups.median())
    table.insert(0, "strategy", [tier.strategy for tier in reversed(params.tiers)])
    table["share_of_customers"] = table["customers"] / max(int(table["customers"].sum()), 1)
    whole = int(table["aum_fen"].sum())
    table["share_of_aum"] = part_of_all(table["aum_fen"])
    upper = table.loc[list(params.upper_tiers())]
    return Tiers(
        table=table.reset_index(),
        largest=str(table["aum_fen"].idxmax()) if whole > 0 else None,
        upper_customers_share=share(upper["customers"].sum(), table["customers"].sum()),
        upper_aum_share=share(upper["aum_fen"].sum(), whole) if whole > 0 else None,
    )


def upgrades(customers: pd.DataFrame, params: Params) -> Upgrades:
    """临界提档: customers in [90%, 100%) of the next floor, and the sum that would lift them (R75)."""
    near = customers.loc[customers[col.UPGRADE_GAP_FEN].notna(), [col.NEXT_TIER, col.UPGRADE_GAP_FEN, col.AUM_FEN]]
    reached = ordered(near[col.NEXT_TIER], reversed(params.tier_codes()[1:]))
    table = tally(near, reached, gap_fen=col.UPGRADE_GAP_FEN, aum_fen=col.AUM_FEN)
    table["gap_each_fen"] = ratio(table["gap_fen"], table["customers"])
    return Upgrades(
        table=table.reset_index(),
        customers=len(near),
        gap_fen=total(near[col.UPGRADE_GAP_FEN]),
    )


@needs(col.LOSS_LEVEL, col.RECOVERED_FEN)
def losses(customers: pd.DataFrame, _params: Params) -> Losses:
    """流失: light where the average still stands above the value floor, heavy where it has fallen too (R78)."""
    lost = customers.loc[customers[col.LOSS_LEVEL].notna(), [col.LOSS_LEVEL, col.AUM_FEN, col.SPOT_FEN]]
    level = ordered(lost[col.LOSS_LEVEL], ["light", "heavy"])
    return Losses(
        table=tally(lost, level, aum_fen=col.AUM_FEN, spot_fen=col.SPOT_FEN).reset_index(),
        customers=len(lost),
        aum_fen=total(lost[col.AUM_FEN]),
        recovered=int(customers[col.RECOVERED_FEN].notna().sum()),
        recovered_fen=total(customers[col.RECOVERED_FEN]),
    )


@needs(col.UPGRADE_GAP_FEN)
def upgrade_list(customers: pd.DataFrame) -> pd.DataFrame:
    """提档名单: customers in the critical band, those who lack least first (R75)."""
    near = customers[customers[col.UPGRADE_GAP_FEN].notna()].sort_values(col.UPGRADE_GAP_FEN, kind="stable")
    return listed(near, near[col.UPGRADE_GAP_FEN], "near")


@needs(col.LOSS_LEVEL)
def loss_list(customers: pd.DataFrame) -> pd.DataFrame:
    """流失名单: light losses before heavy ones, then what left in the month, largest first (R78)."""
    lost = customers[customers[col.LOSS_LEVEL].notna()]
    gone = (lost[col.SPOT_BEFORE_FEN] - lost[col.SPOT_FEN]).fillna(0).clip(lower=0)
    lost = lost.assign(gone=gone, heavy=lost[col.LOSS_LEVEL] == "heavy").sort_values(
        ["heavy", "gone"], ascending=[True, False], kind="stable"
    )
    return listed(lost, lost["gone"], "loss_" + lost[col.LOSS_LEVEL].astype("object"))
