"""How sure a rate is, and the difference of two: intervals that hold for few cases too."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from kit.analysis.result import share
from kit.analysis.shrinkage import shrunk_rates
from kit.params import Params

__all__ = ["Proportion", "difference", "proportion", "rates"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """``cases`` of ``of`` with the ends of its interval; of nothing there is none."""

    cases: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def proportion(cases: float, of: float, params: Params) -> Proportion:
    """A share with its Wilson score interval, at the inner limit of the profile (``compared.limits``).

    Source: Wilson (1927); it stays within 0 and 1 and is right for few cases, as the plain one is not.
    """
    if not of:
        return Proportion(0, 0, None, None, None)
    z = NormalDist().inv_cdf((1 + params.compared.limits[0]) / 2)
    rate, wide = cases / of, z * z / of
    middle = (rate + wide / 2) / (1 + wide)
    half = z * (rate * (1 - rate) / of + wide / of / 4) ** 0.5 / (1 + wide)
    return Proportion(int(cases), int(of), rate, max(middle - half, 0.0), min(middle + half, 1.0))


def difference(one: Proportion, other: Proportion) -> tuple[float, float, float] | None:
    """``one`` less ``other`` and its interval, from the Wilson interval of each (Newcombe 1998, method 10)."""
    if None in (one.share, other.share):
        return None
    a, b = one.share or 0.0, other.share or 0.0
    low = a - b - ((a - (one.low or 0.0)) ** 2 + ((other.high or 0.0) - b) ** 2) ** 0.5
    high = a - b + (((one.high or 0.0) - a) ** 2 + (b - (other.low or 0.0)) ** 2) ** 0.5
    return a - b, low, high


def rates(table: pd.DataFrame, cases: str, of: str, params: Params) -> pd.DataFrame:
    """A table with ``raw_share``, none of fewer cases than the profile wants, and ``shrunk_share`` towards them all."""
    raw = [share(c, n) if n >= params.practice.fewest else None for c, n in zip(table[cases], table[of], strict=True)]
    shrunk, _ = shrunk_rates(table[cases].to_numpy(dtype=float), table[of].to_numpy(dtype=float))
    return table.assign(
        raw_share=pd.array(raw, dtype="Float64").to_numpy(dtype=float, na_value=float("nan")), shrunk_share=shrunk
    )
