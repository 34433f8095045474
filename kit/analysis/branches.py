"""Where one of the bank's branches stands among the others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.proportions import exact_interval
from kit.analysis.result import Result
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
