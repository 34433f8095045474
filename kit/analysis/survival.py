"""How long customers who reached the value floor stay above it (R78)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.panel import sent_months, wide
from kit.analysis.result import Result
from kit.analysis.tiers import tier_ranks
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Survival(Result):
    """Customers from the first month in which they stand at the floor, until they fall below it.

    Attributes
    ----------
    months
        Longest time that anybody was followed.
    customers, lost
        Customers followed for at least a month, and those who fell below the floor or off the list.
    kept
        Share still there after ``months`` (Kaplan-Meier); None without customers.
    curve
        ``months``, ``at_risk``, ``lost``, ``kept``: a row a month from 0.
    by_tier
        ``tier`` at entry, ``customers``, ``lost``, ``stayed_share``: a row a tier that has any.
    """

    months: int
    customers: int
    lost: int
    kept: float | None
    curve: pd.DataFrame
    by_tier: pd.DataFrame


def kaplan_meier(months: npt.NDArray[np.int64], lost: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Product-limit estimate: ``kept`` is the product over the months of 1 - lost / at risk.

    ``months`` is each customer's time under observation, ``lost`` whether it ended in a loss or with the data.
    """
    span = np.arange(months.max(initial=0) + 1)
    at_risk = (months[:, None] >= span).sum(axis=0)
    fell = ((months[:, None] == span) & lost[:, None]).sum(axis=0)
    return pd.DataFrame({
        "months": span, "at_risk": at_risk, "lost": fell, "kept": np.cumprod(1 - fell / np.maximum(at_risk, 1)),
    })  # fmt: skip


def survival(panel: pd.DataFrame, params: Params) -> Survival:
    """Kaplan-Meier on calendar months: time from the first month at the value floor to the first below it (R78).

    Who is off the list for good is lost; a month off it, not sent or without a figure, in between is as the month
    before, and at the end is no loss: he was followed as far as he is known. How long those of the first month had been
    above before is not known (left truncation): the time is that observed.
    """
    known, listed = wide(panel, col.AUM_FEN), wide(panel.assign(listed=1), "listed")
    off = (listed.bfill(axis=1).isna() & listed.columns.isin(sent_months(panel))).to_numpy(dtype=bool)
    aum = known.ffill(axis=1).to_numpy(dtype=float)
    above = aum >= params.value_floor_fen
    once = above.any(axis=1)
    aum, above, gone = aum[once], above[once], off[once]
    last = above.shape[1] - 1
    nobody = np.zeros(0, dtype=np.int64)
    seen_to = last - known.notna().to_numpy(dtype=bool)[once, ::-1].argmax(axis=1) if len(above) else nobody
    entry = above.argmax(axis=1) if len(above) else nobody
    below = ((aum < params.value_floor_fen) | gone) & (np.arange(last + 1) > entry[:, None])
    lost = below.any(axis=1)
    months = np.where(lost, below.argmax(axis=1) if len(below) else 0, seen_to) - entry
    rank = tier_ranks(pd.Series(aum[np.arange(len(aum)), entry]), params)
    followed = months > 0
    months, lost, rank = months[followed], lost[followed], rank[followed]
    curve = kaplan_meier(months, lost)
    codes = params.tier_codes()
    tiers = [
        {
            col.TIER: codes[r],
            "customers": int((rank == r).sum()),
            "lost": int(lost[rank == r].sum()),
            "stayed_share": float(kaplan_meier(months[rank == r], lost[rank == r])["kept"].iloc[-1]),
        }
        for r in range(len(codes) - 1, 0, -1)
        if (rank == r).any()
    ]
    return Survival(
        months=int(months.max(initial=0)),
        customers=len(months),
        lost=int(lost.sum()),
        kept=float(curve["kept"].iloc[-1]) if len(months) else None,
        curve=curve,
        by_tier=pd.DataFrame(tiers, columns=[col.TIER, "customers", "lost", "stayed_share"]),
    )
