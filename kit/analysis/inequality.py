"""How sure the concentration is, and where it arises: an interval, without the largest, between and within groups."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import ascending_aum, gini, hhi, top_share
from kit.analysis.coverage import is_kept
from kit.analysis.result import Result
from kit.params import Params

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GiniInterval(Result):
    """The Gini coefficient with its interval, and the same without the largest customers.

    ``table`` has a row for each number of largest customers ``left_out``, first none of them: gini, its interval,
    top_share and hhi of those who stay. Empty where nobody has anything.
    """

    table: pd.DataFrame
    low: float | None
    high: float | None
    most_left_out: int
    gini_without: float | None


@dataclass(frozen=True, slots=True)
class GiniSplit(Result):
    """The Gini coefficient in three parts, a row a grouping of the customers.

    ``between_share``: what would be left if everybody in a group had its mean; ``within_share``: what there is inside
    the groups; ``overlap_share``: what arises because the ranges of the groups overlap, none where groups are cut by
    AUM. They add up to 1.
    """

    table: pd.DataFrame
    groupings: int


def standard_error(ascending: Array, index: float) -> float:
    """Standard error of a Gini coefficient (after Davidson 2009): the spread of the customers' influence on it."""
    n, whole = len(ascending), ascending.sum()
    influence = 2 * (np.arange(1, n + 1) * ascending - np.cumsum(ascending)) / n - (1 + index) * ascending
    return float(np.sqrt(((influence - influence.mean()) ** 2).sum()) / whole)


def gini_interval(customers: pd.DataFrame, params: Params) -> GiniInterval:
    """Interval of the Gini coefficient, and how it holds without the largest customers (R1).

    The list is all customers: the interval is not about a sample, but about what the same process might have brought.
    A heavy tail makes it too narrow; the rows without the largest show how much hangs on them.
    """
    ascending = ascending_aum(customers[col.AUM_FEN])
    wide = NormalDist().inv_cdf((1 + params.compared.limits[0]) / 2)
    rows: list[dict[str, Any]] = []
    for left_out in (0, *(k for k in sorted(params.compared.leave_out) if 2 * k <= len(ascending))):
        rest = ascending[: len(ascending) - left_out]
        index = gini(rest)
        if index is None:
            break
        reach = wide * standard_error(rest, index)
        rows.append({
            "left_out": left_out,
            "gini": index,
            "gini_low": max(index - reach, 0.0),
            "gini_high": min(index + reach, 1.0),
            "top_share": top_share(rest, params.top_share_of_customers),
            "hhi": hhi(rest),
        })  # fmt: skip
    return GiniInterval(
        table=pd.DataFrame(rows),
        low=rows[0]["gini_low"] if rows else None,
        high=rows[0]["gini_high"] if rows else None,
        most_left_out=rows[-1]["left_out"] if rows else 0,
        gini_without=rows[-1]["gini"] if rows else None,
    )


def gini_split(customers: pd.DataFrame, _params: Params) -> GiniSplit:
    """Where inequality arises: between tiers, owners and segments, within them and by overlap (R1; Pyatt 1976)."""
    known = customers[customers[col.AUM_FEN].notna()]
    groupings = {"tier": known[col.TIER]}
    if col.ORPHAN in known and known[col.ORPHAN].notna().all():
        groupings["owner"] = known[col.STAFF_ID].where(is_kept(known), "")  # whom nobody keeps is a group too
    if col.SEGMENT in known:
        groupings["segment"] = known[col.SEGMENT]
    order = np.argsort(known[col.AUM_FEN].to_numpy(), kind="stable")
    ascending = ascending_aum(known[col.AUM_FEN])
    index = gini(ascending)
    rows = [
        {"grouping": name} | _parts(ascending, groups.to_numpy(dtype="object")[order], index)
        for name, groups in groupings.items()
        if index
    ]
    return GiniSplit(table=pd.DataFrame(rows), groupings=len(rows))


def _parts(ascending: Array, groups: npt.NDArray[np.object_], index: float) -> dict[str, float | int]:
    """Shares of the Gini coefficient between and within groups, and of their overlap."""
    members = pd.Series(ascending).groupby(groups)
    size, held = (np.asarray(each, dtype=np.float64) for each in (members.size(), members.sum()))
    inside = np.array([gini(np.asarray(each, dtype=np.float64)) or 0.0 for _, each in members])
    poorest_first = np.argsort(held / size, kind="stable")
    between = gini((held / size)[poorest_first], size[poorest_first]) or 0.0
    within = float((inside * size * held).sum() / (size.sum() * held.sum()))
    return {
        "groups": len(size),
        "between_share": between / index,
        "within_share": within / index,
        "overlap_share": max(0.0, 1 - (between + within) / index),
    }
