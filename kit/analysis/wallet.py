"""Attainable wallet: what the better-off among customers alike hold here, less what each holds (R50)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.products import valued
from kit.analysis.result import Result, flagged, listed, share, tally, total
from kit.analysis.tiers import at_the_floor, by_tier, ladder
from kit.params import WAN, Params


@dataclass(frozen=True, slots=True)
class Wallet(Result):
    """An estimate, never a target: the customers' sum would need all of them to hold what one in ten does.

    Attributes
    ----------
    table
        A row a tier (highest first) that has such customers: ``customers``, ``below`` the upper quantile of those
        alike, ``aum_fen``, ``potential_fen``, ``potential_each_fen`` (of those below, the median).
    cells
        How alike: ``likeness`` (fewer traits where a cell is too small), ``cells``, ``customers``.
    customers, excluded
        Looked at; and left out, being dormant or with AUM of zero or less, or unknown.
    valued, valued_fen
        Customers at the value floor and above who are below the quantile, and their potential.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    customers: int
    excluded: int
    coarser: int
    coarser_share: float | None
    valued: int
    valued_fen: int


def cell_quantiles(values: pd.Series, cells: pd.DataFrame, *, quantile: float, smallest: int) -> pd.DataFrame:
    """Quantile regression on a saturated design: each cell's own quantile, of the finest cell that is large enough.

    A model with a parameter for every cell is fitted cell by cell: the value that minimises the check loss of a cell
    is its quantile (the ⌈n·q⌉-th smallest). A cell of fewer than ``smallest`` gives up its last trait, and so on.

    Parameters
    ----------
    values
        Whole amounts, none missing.
    cells
        The traits, whole numbers, coarsest first; rows as in ``values``.

    Returns
    -------
    DataFrame
        ``peer`` (the quantile), ``traits`` (how many the cell has) and ``cell`` (its number among those).
    """
    amounts = values.to_numpy(dtype="int64")
    peer, traits, at = np.zeros_like(amounts), np.full(len(amounts), -1), np.full(len(amounts), -1)
    levels = [np.zeros(len(amounts), dtype="int64")]
    for trait in cells:
        codes, known = pd.factorize(cells[trait])
        levels.append(pd.factorize(levels[-1] * len(known) + codes)[0])
    for used, cell in reversed([*enumerate(levels)]):
        take = traits < 0
        if not take.any():
            break
        sizes = np.bincount(cell)
        order = np.lexsort((amounts, cell))
        starts = np.r_[0, np.cumsum(sizes)[:-1]]
        places = starts + np.maximum(np.ceil(np.round(sizes * quantile, 9)).astype("int64"), 1) - 1
        take &= (sizes >= smallest)[cell] | (used == 0)
        peer[take], traits[take], at[take] = amounts[order][places][cell][take], used, cell[take]
    return pd.DataFrame({"peer": peer, "traits": traits, "cell": at}, index=values.index)


def _traits(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Age band, occupation and income band as whole numbers, those that the bank sends; unknown is one of its own."""
    found = {}
    if col.AGE in customers:
        found["age"] = _banded(customers[col.AGE], sorted(params.wallet.ages))
    if col.OCCUPATION_SECTOR in customers:
        found["sector"] = pd.factorize(customers[col.OCCUPATION_SECTOR], sort=True)[0]
    if col.INCOME_FEN in customers:
        found["income"] = _banded(customers[col.INCOME_FEN], sorted(wan * WAN for wan in params.wallet.incomes_wan))
    return pd.DataFrame(found, index=customers.index)


def _banded(values: pd.Series, floors: list[float]) -> np.ndarray:
    band = np.searchsorted(floors, values.to_numpy(dtype=float, na_value=np.nan), side="right")
    return np.where(values.isna(), -1, band)


def potential(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """可挖掘空间 of each customer who has AUM and is awake: max(0, upper quantile of those alike − AUM) (R50).

    Returns
    -------
    DataFrame
        ``peer_fen``, ``potential_fen``, ``traits``, ``cell``; the index is the customers', of those looked at.
    """
    columns = [c for c in (col.AUM_FEN, col.AGE, col.OCCUPATION_SECTOR, col.INCOME_FEN) if c in customers]
    chosen = customers.loc[(customers[col.AUM_FEN] > 0) & ~flagged(customers, col.DORMANT), columns]
    aum = chosen[col.AUM_FEN].astype("int64")
    made = cell_quantiles(
        aum, _traits(chosen, params), quantile=params.wallet.quantile, smallest=params.wallet.smallest_cell
    ).rename(columns={"peer": "peer_fen"})
    return made.assign(potential_fen=(made["peer_fen"] - aum).clip(lower=0))


def wallet(customers: pd.DataFrame, params: Params) -> Wallet:
    """可挖掘空间 by tier, an estimate; how many cells were too small to stand alone is told with it (R50)."""
    made = potential(customers, params)
    rows = customers.loc[made.index, [col.TIER, col.AUM_FEN]].assign(
        below=made["potential_fen"] > 0, potential_fen=made["potential_fen"]
    )
    sums = {name: name for name in ("below", col.AUM_FEN, "potential_fen")}
    table = tally(rows, ladder(rows, params), **sums)
    table["potential_each_fen"] = by_tier(rows[rows["below"]], params)["potential_fen"].median()
    traits = tuple(_traits(customers.iloc[:0], params).columns)
    alike = made["traits"].value_counts().sort_index(ascending=False)
    cells = made[["traits", "cell"]].drop_duplicates()["traits"].value_counts()
    likeness = ["+".join(traits[:used]) or "all" for used in alike.index]
    sizes = pd.DataFrame({"likeness": likeness, "cells": cells.reindex(alike.index).array, "customers": alike.array})
    valued = rows[rows["below"] & at_the_floor(rows, params)]
    coarser = int((made["traits"] < len(traits)).sum())
    return Wallet(
        table=table[table["customers"] > 0].reset_index(),
        cells=sizes,
        customers=len(made),
        excluded=len(customers) - len(made),
        coarser=coarser,
        coarser_share=share(coarser, len(made)),
        valued=len(valued),
        valued_fen=total(valued["potential_fen"]),
    )


def wallet_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """可挖掘空间名单: valued customers below those alike in their branch, the widest distance first (R50)."""
    made = [potential(branch, params)["potential_fen"] for _, branch in customers.groupby(col.BRANCH_ID)]
    room = pd.concat(made).reindex(customers.index) if made else pd.Series(index=customers.index, dtype="float64")
    chosen = valued(customers, params) & (room > 0)
    rows = customers.loc[chosen, [col.CUSTOMER_ID]].assign(room=room[chosen])
    rows = rows.sort_values("room", ascending=False, kind="stable")
    return listed(rows, rows["room"], "below_peers")
