"""What every analysis shares: saying which columns it cannot do without, and shares with their denominators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

from kit.params import Params

__all__ = ["Unavailable", "needs", "share", "total"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An analysis that these customers cannot answer, and the derived columns that it lacks."""

    columns: tuple[str, ...]


def needs(
    *columns: str,
) -> Callable[
    [Callable[Concatenate[pd.DataFrame, Params, P], R]], Callable[Concatenate[pd.DataFrame, Params, P], R | Unavailable]
]:
    """Give `Unavailable` instead of a guess where one of ``columns`` is not among the customers' columns."""

    def wrap(
        analysis: Callable[Concatenate[pd.DataFrame, Params, P], R],
    ) -> Callable[Concatenate[pd.DataFrame, Params, P], R | Unavailable]:
        @functools.wraps(analysis)
        def checked(customers: pd.DataFrame, params: Params, /, *args: P.args, **kwargs: P.kwargs) -> R | Unavailable:
            lacking = tuple(name for name in columns if name not in customers.columns)
            return Unavailable(lacking) if lacking else analysis(customers, params, *args, **kwargs)

        return checked

    return wrap


def share(part: float, whole: float) -> float | None:
    """``part / whole``, or None where there is nothing to divide."""
    return float(part) / float(whole) if whole else None


def total(fen: pd.Series) -> int:
    """Exact sum of money in 分; missing values count as nothing."""
    return int(fen.fillna(0).astype("int64").sum())
