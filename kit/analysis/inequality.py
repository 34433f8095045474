"""Whether the concentration hangs on a few, and where it arises: without the largest, between and within groups."""

from dataclasses import dataclass
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
class WithoutLargest(Result):
    """The concentration without the largest customers, a row each number of them ``left_out``, first none.

    ``table``: gini, top_share and hhi of those who stay. Empty where nobody has anything.
    """

    table: pd.DataFrame
    most_left_out: int
    gini: float | None
    gini_without: float | None

    @property
    def hangs(self) -> str:
        """Whether the coefficient, as it is printed, falls without them: then it hangs ``on_them``."""
        falls = round(self.gini or 0, 2) > round(self.gini_without or 0, 2)
        return "on_them" if falls else "on_nobody"


@dataclass(frozen=True, slots=True)
class GiniSplit(Result):
    """The Gini coefficient in three parts, a row a grouping of the customers.

    ``between_share``: what would be left if everybody in a group had its mean; ``within_share``: what there is inside
    the groups; ``overlap_share``: what arises because the ranges of the groups overlap, none where groups are cut by
    AUM. They add up to 1.
    """

    table: pd.DataFrame
    groupings: int

    @property
    def owners(self) -> str:
        """Whether more of it arises ``between`` owners than ``inside`` what each of them keeps; or is not ``known``."""
        between = dict(self.table.reindex(columns=["grouping", "between_share"]).to_numpy()).get("owner")
        return "unknown" if between is None else "between" if between > 1 / 2 else "inside"


def without_largest(customers: pd.DataFrame, params: Params) -> WithoutLargest:
    """How much of the concentration hangs on the largest customers (R1).

    There is no interval: of those we know none holds what it says where a few hold most (docs/method.md).
    """
    ascending = ascending_aum(customers[col.AUM_FEN])
    rows: list[dict[str, Any]] = []
    for left_out in (0, *(k for k in sorted(params.compared.leave_out) if 2 * k <= len(ascending))):
        rest = ascending[: len(ascending) - left_out]
        index = gini(rest)
        if index is None:
            break
        top = top_share(rest, params.top_share_of_customers)
        rows.append({"left_out": left_out, "gini": index, "top_share": top, "hhi": hhi(rest)})
    return WithoutLargest(
        table=pd.DataFrame(rows),
        most_left_out=rows[-1]["left_out"] if rows else 0,
        gini=rows[0]["gini"] if rows else None,
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
