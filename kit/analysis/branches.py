"""Where a branch stands among the bank's branches."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result


@dataclass(frozen=True, slots=True)
class Standing(Result):
    """A branch's figure among the bank's branches; rank 1 is the largest. ``median`` is that of all branches."""

    value: float | None
    rank: int | None
    of: int
    median: float | None


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
