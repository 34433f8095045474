"""How sure a rate is, and the difference of two: intervals that hold for few cases too."""

from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from kit.analysis.result import Result
from kit.analysis.shrinkage import shrunk_rates
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Proportion(Result):
    """``cases`` of ``of`` with the ends of its interval; of nothing there is none."""

    cases: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def _wilson(cases: float, of: float, params: Params) -> tuple[float, float, float]:
    z = NormalDist().inv_cdf((1 + params.compared.limits[0]) / 2)
    rate, wide = cases / of, z * z / of
    middle = (rate + wide / 2) / (1 + wide)
    half = z * (rate * (1 - rate) / of + wide / of / 4) ** 0.5 / (1 + wide)
    return rate, min(max(middle - half, 0.0), rate), max(min(middle + half, 1.0), rate)  # a hair beyond, by rounding


def proportion(cases: float, of: float, params: Params) -> Proportion:
    """A share with its Wilson score interval, at the inner limit of the profile (``compared.limits``).

    Source: Wilson (1927); it stays within 0 and 1 and is right for few cases, as the plain one is not.
    """
    return Proportion(int(cases), int(of), *(_wilson(cases, of, params) if of else (None, None, None)))


def difference(one: Proportion, other: Proportion, params: Params) -> tuple[float, float, float] | None:
    """``one`` less ``other`` and its interval, from the Wilson interval of each (Newcombe 1998, method 10)."""
    if not one.of or not other.of:
        return None
    a, a_low, a_high = _wilson(one.cases, one.of, params)
    b, b_low, b_high = _wilson(other.cases, other.of, params)
    below, above = ((a - a_low) ** 2 + (b_high - b) ** 2) ** 0.5, ((a_high - a) ** 2 + (b - b_low) ** 2) ** 0.5
    return a - b, a - b - below, a - b + above


def rates(table: pd.DataFrame, cases: str, of: str, params: Params) -> pd.DataFrame:
    """A table with ``raw_share``, none of fewer cases than the profile wants, and ``shrunk_share`` towards them all."""
    shrunk, _ = shrunk_rates(table[cases].to_numpy(dtype=float), table[of].to_numpy(dtype=float))
    many = table[of].where(table[of] >= params.practice.fewest)
    return table.assign(raw_share=(table[cases] / many).astype(float), shrunk_share=shrunk)
