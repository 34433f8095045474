"""Where the growth of AUM came from between the first and the last month: whose, and how concentrated (R2, R5)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import number_of_top
from kit.analysis.panel import ends_of, missing_months, sent_months
from kit.analysis.result import Result, coded, share, tally, total
from kit.params import Params

STEPS = ("new", "up", "same", "down", "emptied", "left")
GROUPS = ("top", "other", "new")


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
    groups
        ``start_group`` (top: the largest customers by AUM of the first month), ``customers``, ``start_fen``, gross
        ``gain_fen`` and ``loss_fen``, ``net_fen``, ``share_of_gain``, and ``share_of_net``, NaN where the net is not
        positive.
    top_share, new_share
        Shares of the gross gain; None without a gain. ``top_share_of_net`` may exceed 1.
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
    groups: pd.DataFrame
    top_share: float | None
    new_share: float | None
    top_share_of_net: float | None
    unknown: int
    unknown_fen: int

    @property
    def moved_fen(self) -> int:
        """Money that came and went, one without the other taken off."""
        return self.gain_fen - self.loss_fen


def _changes(start: pd.Series, end: pd.Series, params: Params) -> pd.DataFrame:
    """A row a customer: AUM at both ends, the change, its step and the customer's group at the start."""
    new, gone = start.isna().to_numpy(), end.isna().to_numpy()
    first, last = (side.fillna(0).to_numpy(dtype="int64") for side in (start, end))
    net = last - first
    step = np.select([new, gone, (first > 0) & (last <= 0), net > 0, net < 0], [0, 5, 4, 1, 3], 2)  # places in STEPS
    group = np.where(new, 2, 1)  # places in GROUPS
    ranked = np.lexsort((-first, new))[: (~new).sum()]  # ties in the order of the ids
    group[ranked[: number_of_top(len(ranked), params.top_share_of_customers)]] = 0
    return pd.DataFrame({
        "start": first, "end": last, "net": net, "gain": np.maximum(net, 0), "loss": np.minimum(net, 0),
        "step": coded(step, STEPS), "group": coded(group, GROUPS),
    })  # fmt: skip


def growth(panel: pd.DataFrame, params: Params) -> Growth:
    """Growth 80/20: share of the GROSS increase that came from the top 20% of customers by START AUM (R2, R5).

    Source of the claim under test: 20%存量客户贡献80%业绩增长. It is about gross gains: what some gain others
    lose, so that shares of the net may exceed 100%.
    """
    dates, (aum, unknown) = sent_months(panel), ends_of(panel, col.AUM_FEN)
    change = _changes(aum.iloc[:, 0], aum.iloc[:, 1], params)
    net, gain = total(change["net"]), total(change["gain"])
    sums = {f"{name}_fen": name for name in ("start", "gain", "loss", "net")}
    parts = tally(change, change["group"].rename("start_group"), **sums)
    parts["share_of_gain"] = parts["gain_fen"] / gain if gain else float("nan")
    parts["share_of_net"] = parts["net_fen"] / net if net > 0 else float("nan")
    start = total(change["start"])
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
        start_customers=int((change["group"] != "new").sum()),
        start_fen=start,
        end_fen=total(change["end"]),
        net_fen=net,
        gain_fen=gain,
        loss_fen=total(change["loss"]),
        growth_share=share(net, start) if start > 0 else None,
        steps=steps,
        groups=parts.reset_index(),
        top_share=share(parts["gain_fen"]["top"], gain),
        new_share=share(parts["gain_fen"]["new"], gain),
        top_share_of_net=share(parts["net_fen"]["top"], net) if net > 0 else None,
        unknown=len(unknown),
        unknown_fen=total(unknown),
    )
