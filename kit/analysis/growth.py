"""Where the growth of AUM came from between the first and the last month (R5)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.panel import ends_of, missing_months, sent_months
from kit.analysis.result import Result, coded, share, tally, total
from kit.params import Params

STEPS = ("new", "up", "same", "down", "emptied", "left")


@dataclass(frozen=True, slots=True)
class Growth(Result):
    """Change of AUM between two months, customer by customer.

    Attributes
    ----------
    months, missing
        Calendar months that were sent, and those between them that were not; with fewer than two there is nothing to
        compare and ``start_customers`` is 0.
    first, last
        The two months; None where there is none.
    steps
        ``step``, ``customers``, ``known_before_fen``, ``change_fen``: new (not on the first list), up, same, down,
        emptied (nothing left of a positive AUM), left (off the last list), and, where there are any, unknown: customers
        of whom one of the two months is not known, with what was last known. The changes sum to ``net_fen``.
    unknown, unknown_fen
        Customers of that last step: neither won nor lost, and in no sum.
    """

    months: int
    missing: int
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
    unknown_fen: int

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
    step = np.select([new, gone, (first > 0) & (last <= 0), net > 0, net < 0], [0, 5, 4, 1, 3], 2)  # places in STEPS
    return pd.DataFrame({
        "start": first, "end": last, "net": net, "gain": np.maximum(net, 0), "loss": np.minimum(net, 0),
        "step": coded(step, STEPS),
    })  # fmt: skip


def growth(panel: pd.DataFrame, _params: Params) -> Growth:
    """Entry and exit, gains and losses of AUM, customer by customer, and what is left of them (R5)."""
    dates, (aum, unknown) = sent_months(panel), ends_of(panel, col.AUM_FEN)
    change = _changes(aum.iloc[:, 0], aum.iloc[:, 1])
    net, gain, start = total(change["net"]), total(change["gain"]), total(change["start"])
    steps = tally(change, change["step"], known_before_fen="start", change_fen="net").reset_index()
    if len(unknown):
        steps = pd.concat([steps.astype({"step": "str"}), pd.DataFrame([{
            "step": "unknown", "customers": len(unknown), "known_before_fen": total(unknown), "change_fen": None,
        }]).astype({"change_fen": "Int64"})], ignore_index=True)  # fmt: skip
    return Growth(
        months=len(dates),
        missing=missing_months(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        start_customers=int((change["step"] != "new").sum()),
        start_fen=start,
        end_fen=total(change["end"]),
        net_fen=net,
        gain_fen=gain,
        loss_fen=total(change["loss"]),
        growth_share=share(net, start) if start > 0 else None,
        steps=steps,
        unknown=len(unknown),
        unknown_fen=total(unknown),
    )
