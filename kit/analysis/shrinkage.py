"""Rates of branches of different size beside each other: raw, shrunk towards the bank's, and their funnel plots."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import bdtr, bdtrik

from kit import columns as col
from kit.analysis.result import Result, share
from kit.params import Params

Array = npt.NDArray[np.float64]
# In a branch summary: of `<rate>_known` customers who can be judged, `<rate>_customers`.
RATES = ("familiar", "contacted", "primary", "orphan", "dormant")
LIMITS = ("lowest", "low", "high", "highest")
_SIZES = 60  # of a branch, at which the limits are drawn


@dataclass(frozen=True, slots=True)
class BranchRates(Result):
    """One rate over the bank's branches.

    Attributes
    ----------
    table
        A row a branch: customers who can be judged, cases, raw_share, shrunk_share, the outer limits from_share and
        to_share for so many, and its zone: ``inside`` the inner limits, ``low`` or ``high`` beyond them, ``lowest`` or
        ``highest`` beyond the outer ones. Where too few can be judged, the shrunk share is all there is.
    curve
        ``customers`` and the four limits there, to be drawn.
    rate
        The bank's.
    dispersion, overdispersed
        Mean squared distance from the bank's rate in standard errors, about 1 by chance alone, and whether it is more
        than that can bring; then being outside the limits is no alarm by itself.
    """

    name: str
    table: pd.DataFrame
    curve: pd.DataFrame
    branches: int
    rate: float | None
    dispersion: float | None
    overdispersed: bool


@dataclass(frozen=True, slots=True)
class RatesCompared(Result):
    """The rates that the bank's data give, if there are two branches to compare.

    ``table`` has a row a rate: the bank's, its dispersion, and how many branches are outside either limit;
    ``extremes``, of the branches outside, those with the highest and the lowest shrunk rate.
    """

    rates: tuple[BranchRates, ...]
    table: pd.DataFrame
    extremes: pd.DataFrame
    compared: int
    overdispersed: int


def shrunk_rates(cases: Array, customers: Array) -> tuple[Array, float]:
    """Empirical-Bayes rates under a beta-binomial model, and its correlation within branches.

    Method of moments, branches weighted by their customers (Kleinman 1973). A branch with many customers keeps its own
    rate, one with few is given the bank's; where branches differ no more than by chance, all are.
    """
    n, compared = customers.sum(), int((customers > 0).sum())
    rate = cases.sum() / n if n else np.nan
    raw = np.divide(cases, customers, out=np.full(len(cases), rate), where=customers > 0)
    chance, room = rate * (1 - rate), n - (customers**2).sum() / n - (compared - 1) if n else 0.0
    if room <= 0 or not chance:
        return np.full(len(cases), rate), 0.0
    spread = (customers * (raw - rate) ** 2).sum() / chance
    correlation = float(np.clip((spread - (compared - 1)) / room, 0, 1))
    own = customers * correlation / np.maximum(1 + (customers - 1) * correlation, np.finfo(float).tiny)
    return rate + own * (raw - rate), correlation


def _limits(sizes: Array, rate: float, params: Params) -> Array:
    """Shares within which branches of these sizes are inside: no tail from them on is as rare as the limit says."""
    if not 0 < rate < 1:
        return np.full((len(sizes), 4), rate)
    inner, outer = ((1 - limit) / 2 for limit in params.compared.limits)
    wanted, n = np.array([outer, inner, 1 - inner, 1 - outer]), sizes[:, None].astype("int64")
    cases = np.ceil(bdtrik(wanted, n, rate))  # the first that the distribution reaches it with, or the one after
    before = np.maximum(cases - 1, 0)
    return np.asarray(np.where(bdtr(before, n, rate) >= wanted, before, cases) / n)


def branch_rates(branches: pd.DataFrame, params: Params, name: str) -> BranchRates:
    """Rate ``name`` of the branches of a summary, raw and shrunk, and the funnel plot around the bank's rate.

    Source: Spiegelhalter (2005), *Funnel plots for comparing institutional performance*; the limits are exact tails.
    """
    cases, customers = (branches[f"{name}_{of}"].fillna(0).to_numpy(dtype=float) for of in ("customers", "known"))
    there, compared = customers > 0, int((customers > 0).sum())
    rate = share(cases.sum(), customers.sum())
    shrunk, _ = shrunk_rates(cases, customers)
    raw = np.divide(cases, customers, out=np.full(len(cases), np.nan), where=there)
    limits = np.full((len(cases), 4), np.nan)
    limits[there] = _limits(customers[there], rate or 0, params)
    zone = np.select([raw < limits[:, 0], raw < limits[:, 1], raw > limits[:, 3], raw > limits[:, 2]],
                     ["lowest", "low", "highest", "high"], "inside")  # fmt: skip
    chance = (rate or 0) * (1 - (rate or 0))
    dispersion = None
    if compared > 1 and chance:
        dispersion = float((customers * (raw - rate) ** 2)[there].sum() / chance / (compared - 1))
    sizes = np.unique(np.geomspace(1, customers.max(initial=1) * 1.1, _SIZES).astype(int))
    return BranchRates(
        name=name,
        table=pd.DataFrame({
            col.BRANCH_ID: branches[col.BRANCH_ID], col.CUSTOMERS: customers.astype(int), "cases": cases.astype(int),
            "raw_share": raw, "shrunk_share": shrunk, "from_share": limits[:, 0], "to_share": limits[:, 3],
            "zone": pd.Series(zone, index=branches.index).where(there),
        }),
        curve=pd.DataFrame(_limits(sizes, rate or 0, params), columns=list(LIMITS)).assign(customers=sizes),
        branches=compared,
        rate=rate,
        dispersion=dispersion,
        # Spiegelhalter (2005): more than two standard deviations of what chance alone gives.
        overdispersed=dispersion is not None and dispersion > 1 + 2 * (2 / (compared - 1)) ** 0.5,
    )  # fmt: skip


def rates_compared(branches: pd.DataFrame, params: Params) -> RatesCompared:
    """Every headline rate of the branches, raw and shrunk, and who stands outside its funnel (compared)."""
    known = [branch_rates(branches, params, name) for name in RATES if f"{name}_known" in branches]
    rates = tuple(found for found in known if found.branches > 1)
    rows, extremes = [], []
    for found in rates:
        zones = found.table["zone"].dropna()
        rows.append({
            "rate": found.name,
            "bank_share": found.rate,
            "outside_inner": int((zones != "inside").sum()),
            "outside_outer": int(zones.isin(["lowest", "highest"]).sum()),
            "dispersion": found.dispersion,
        })  # fmt: skip
        order = found.table[~found.table["zone"].isin(["inside", np.nan])].sort_values("shrunk_share", kind="stable")
        extremes.append(order.iloc[[-1, 0][: len(order)]].drop(columns="cases").assign(rate=found.name))
    ends = pd.concat(extremes, ignore_index=True) if extremes else pd.DataFrame(columns=["rate"])
    return RatesCompared(
        rates=rates,
        table=pd.DataFrame(rows),
        extremes=ends[["rate", *ends.columns.drop("rate")]],
        compared=max((found.branches for found in rates), default=0),
        overdispersed=sum(found.overdispersed for found in rates),
    )
