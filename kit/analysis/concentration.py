"""How concentrated the assets are: Lorenz, Gini, HHI, top share, smallest share of customers holding 80% (R1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, flagged, share, total
from kit.params import Params

Array = npt.NDArray[np.float64]
_POINTS = 200  # of the drawn curve


@dataclass(frozen=True, slots=True)
class Concentration(Result):
    """Concentration of AUM over the customers of one branch.

    Attributes
    ----------
    customers, aum_fen
        All customers, and the plain sum of their AUM, negatives included.
    positive, zero, negative, unknown
        Customers with AUM above, at and below zero, and without a figure.
    negative_fen
        Sum of the negative balances. They count as zero in shares and in the Gini coefficient.
    gini, top_share, holding_share, hhi
        None where no customer has any AUM.
    equals
        How many customers with equal AUM would have the same HHI.
    denominators
        The same four figures over all customers, those with AUM > 0, and those not dormant: a row each.
    lorenz
        ``share_of_customers``, ``share_of_aum``, poorest first, at most 200 points.
    """

    customers: int
    aum_fen: int
    positive: int
    zero: int
    negative: int
    unknown: int
    negative_fen: int
    mean_fen: float | None
    median_fen: float | None
    gini: float | None
    top_share: float | None
    holding_share: float | None
    hhi: float | None
    equals: float | None
    denominators: pd.DataFrame
    lorenz: pd.DataFrame


def ascending_aum(aum: pd.Series) -> Array:
    """Known amounts, smallest first, those below zero as zero: what the figures of this module are reckoned from."""
    return np.sort(np.maximum(aum.dropna().to_numpy(dtype=np.float64), 0.0))


def lorenz(ascending: Array, weights: Array | None = None) -> tuple[Array, Array]:
    """Cumulated shares of customers and of AUM, poorest first, both from 0 to 1; somebody must have something."""
    weights = np.ones(len(ascending)) if weights is None else weights
    customers, held = np.cumsum(weights), np.cumsum(weights * ascending)
    return np.append(0.0, customers / customers[-1]), np.append(0.0, held / held[-1])


def gini(ascending: Array, weights: Array | None = None) -> float | None:
    """Gini coefficient in population form, no n/(n-1) correction; None where nobody has anything."""
    if not ascending.sum():
        return None
    customers, held = lorenz(ascending, weights)
    return max(0.0, float(1 - 2 * np.trapezoid(held, customers)))


def hhi(amounts: Array) -> float | None:
    """Herfindahl-Hirschman index, the sum of squared shares in percent: up to 10,000, where one holds all."""
    whole = amounts.sum()
    return float(((100 * amounts / whole) ** 2).sum()) if whole else None


def number_of_top(customers: int, of_customers: float) -> int:
    """How many the largest ``of_customers`` of so many customers are, rounded up."""
    return int(np.ceil(customers * of_customers - 1e-9))


def top_share(ascending: Array, of_customers: float) -> float | None:
    """Share of AUM held by the largest ``of_customers`` of customers."""
    if not ascending.sum():
        return None
    k = number_of_top(len(ascending), of_customers)
    return share(ascending[len(ascending) - k :].sum(), ascending.sum())


def smallest_share_holding(ascending: Array, of_aum: float) -> float | None:
    """Smallest share of customers who together hold at least ``of_aum`` of AUM."""
    if not ascending.sum():
        return None
    held = np.cumsum(ascending[::-1])
    k = int(np.searchsorted(held, of_aum * held[-1] * (1 - 1e-12))) + 1
    return k / len(ascending)


def _drawn(ascending: Array) -> pd.DataFrame:
    n = len(ascending)
    if not n or not ascending.sum():
        return pd.DataFrame({"share_of_customers": [0.0, 1.0], "share_of_aum": [0.0, 1.0]})
    held = lorenz(ascending)[1]
    # The curve bends where the rich are: half of the points lie in the last twentieth.
    marks = np.unique(
        np.concatenate([np.linspace(0, n, _POINTS // 2), np.linspace(0.95 * n, n, _POINTS // 2)]).astype(int)
    )
    return pd.DataFrame({"share_of_customers": marks / n, "share_of_aum": held[marks]})


def concentration(customers: pd.DataFrame, params: Params) -> Concentration:
    """Concentration of AUM over customers (R1).

    Source of the claim under test: 不到20%的客户贡献了80%的资产. Gini after Davidson (2009), in population form.
    """
    aum = customers[col.AUM_FEN]
    ascending = ascending_aum(aum)
    populations = {"all": aum, "positive": aum[aum > 0]}
    if col.DORMANT in customers:
        populations["not_dormant"] = aum[~flagged(customers, col.DORMANT)]
    rows: list[dict[str, Any]] = [
        {
            "population": name,
            "customers": len(values),
            "aum_fen": total(values),
            "gini": gini(ascending_aum(values)),
            "top_share": top_share(ascending_aum(values), params.top_share_of_customers),
            "holding_share": smallest_share_holding(ascending_aum(values), params.share_of_aum),
            "hhi": hhi(ascending_aum(values)),
        }
        for name, values in populations.items()
    ]
    return Concentration(
        customers=len(customers),
        aum_fen=total(aum),
        positive=int((aum > 0).sum()),
        zero=int((aum == 0).sum()),
        negative=int((aum < 0).sum()),
        unknown=int(aum.isna().sum()),
        negative_fen=total(aum[aum < 0]),
        mean_fen=share(total(aum), len(aum.dropna())),
        median_fen=float(aum.median()) if aum.notna().any() else None,
        gini=rows[0]["gini"],
        top_share=rows[0]["top_share"],
        holding_share=rows[0]["holding_share"],
        hhi=rows[0]["hhi"],
        equals=share(10_000, rows[0]["hhi"] or 0),
        denominators=pd.DataFrame(rows),
        lorenz=_drawn(ascending),
    )
