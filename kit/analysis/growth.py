"""Where the growth of AUM came from between the first and the last month (R5)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.panel import wide
from kit.analysis.result import Result, coded, share, tally, total
from kit.params import Params

STEPS = ("new", "up", "same", "down", "left")


@dataclass(frozen=True, slots=True)
class Growth(Result):
    """Change of AUM between two months, customer by customer.

    Attributes
    ----------
    months
        Months in the panel; with fewer than two there is nothing to compare and ``start_customers`` is 0.
    first, last
        The two months; None where there is none.
    steps
        ``step``, ``customers``, ``change_fen``: new (not on the first list), up, same, down, and left (off the last
        list, or nothing left of a positive AUM). The changes sum to ``net_fen``.
    unknown
        Customers left out because their AUM in one of the two months is not known.
    """

    months: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    start_customers: int
    start_fen: int
    end_fen: int
    net_fen: int
    gain_fen: int
    loss_fen: int
    growth_share: float | None
    steps: pd.DataFrame
    unknown: int

    @property
    def direction(self) -> str:
        """``up``, ``down``, or ``still``, where all that came has gone again."""
        return "up" if self.net_fen > 0 else "down" if self.net_fen < 0 else "still"

    @property
    def moved_fen(self) -> int:
        """Money that came and went, one without the other taken off."""
        return self.gain_fen - self.loss_fen


def _changes(start: pd.Series, end: pd.Series) -> pd.DataFrame:
    """A row a customer: AUM at both ends, the change and its step."""
    new, gone = start.isna().to_numpy(), end.isna().to_numpy()
    first, last = (side.fillna(0).to_numpy(dtype="int64") for side in (start, end))
    net = last - first
    step = np.select([new, gone | ((first > 0) & (last <= 0)), net > 0, net < 0], [0, 4, 1, 3], 2)  # places in STEPS
    return pd.DataFrame({
        "start": first, "end": last, "net": net, "gain": np.maximum(net, 0), "loss": np.minimum(net, 0),
        "step": coded(step, STEPS),
    })  # fmt: skip


def growth(panel: pd.DataFrame, _params: Params) -> Growth:
    """Entry and exit, gains and losses of AUM, customer by customer, and what is left of them (R5)."""
    dates = sorted(panel[col.AS_OF].drop_duplicates())
    ends = panel[panel[col.AS_OF].isin(dates[:1] + dates[-1:])]
    unknown = ends.loc[ends[col.AUM_FEN].isna(), col.CUSTOMER_ID].astype("str").unique()
    aum = wide(ends, col.AUM_FEN).drop(unknown).reindex(columns=dates[:1] + dates[-1:])
    if len(dates) < 2:
        aum = pd.DataFrame({0: [], 1: []}, index=pd.Index([], name=col.CUSTOMER_ID), dtype="float64")
    change = _changes(aum.iloc[:, 0], aum.iloc[:, 1])
    net, gain, start = total(change["net"]), total(change["gain"]), total(change["start"])
    return Growth(
        months=len(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        start_customers=int((change["step"] != "new").sum()),
        start_fen=start,
        end_fen=total(change["end"]),
        net_fen=net,
        gain_fen=gain,
        loss_fen=total(change["loss"]),
        growth_share=share(net, start) if start > 0 else None,
        steps=tally(change, change["step"], change_fen="net").reset_index(),
        unknown=len(unknown),
    )
