"""How sure a rate is, and the difference of two: intervals that hold for few cases too."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from kit.analysis.result import Result, share
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


def exact_interval(cases: float, of: float, params: Params) -> tuple[float, float]:
    """Rates that so many cases of so many leave possible: neither tail of the binomial rarer than the inner limit.

    Source: Clopper and Pearson (1934); it holds the rate at least as often as the limit says, however few the cases.
    """
    tail = (1 - params.compared.limits[0]) / 2
    low = betaincinv(cases, of - cases + 1, tail) if cases > 0 else 0.0
    return float(low), float(betaincinv(cases + 1, of - cases, 1 - tail)) if cases < of else 1.0


def proportion(cases: float, of: float, params: Params) -> Proportion:
    """A share with its exact interval, at the inner limit of the profile (``compared.limits``)."""
    low, high = exact_interval(cases, of, params) if of else (None, None)
    return Proportion(int(cases), int(of), share(cases, of), low, high)


def difference(one: Proportion, other: Proportion) -> tuple[float, float, float] | None:
    """``one`` less ``other`` and its interval, from that of each (Newcombe 1998, method 10, on the exact intervals)."""
    if one.share is None or other.share is None:
        return None
    (low, high), (other_low, other_high) = _reach(one), _reach(other)
    gain = one.share - other.share
    return gain, gain - float(np.hypot(low, other_high)), gain + float(np.hypot(high, other_low))


def _reach(found: Proportion) -> tuple[float, float]:
    rate, low, high = (value or 0.0 for value in (found.share, found.low, found.high))
    return rate - low, high - rate


def rates(table: pd.DataFrame, cases: str, of: str, params: Params) -> pd.DataFrame:
    """A table with ``raw_share``, none of fewer cases than the profile wants, and ``shrunk_share`` towards them all."""
    shrunk, _ = shrunk_rates(table[cases].to_numpy(dtype=float), table[of].to_numpy(dtype=float))
    many = table[of].where(table[of] >= params.practice.fewest)
    return table.assign(raw_share=(table[cases] / many).astype(float), shrunk_share=shrunk)
