"""Charts of deposits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.deposits import DepositMix, MaturityLadder, PersonalShare
from kit.charts.canvas import Labels, canvas, shares_by_tier
from kit.charts.concentration import peers

__all__ = ["deposits_by_tier", "ladder", "personal_shares"]

_COLOURS = {
    "demand": theme.ACCENT, "time": "#a9bccd", "cd": theme.TEAL, "structured": theme.WARM, "other": "#d9d9d9",
}  # fmt: skip


def personal_shares(result: PersonalShare, branch_id: str, *, labels: Labels) -> Figure:
    """Persons' share of the deposits of each branch, this one marked."""
    return peers(result.table, branch_id, col.PERSONAL_DEPOSIT_SHARE, labels=labels)


def deposits_by_tier(result: DepositMix, *, labels: Labels) -> Figure:
    """Share of each kind of deposit in the tiers that hold some."""
    parts = {
        f"{kind}_share": (
            labels[f"deposit.{kind}"],
            _COLOURS[kind],
            "white" if kind in ("demand", "cd", "structured") else theme.INK,
        )
        for kind in result.table["deposit_kind"]
    }
    return shares_by_tier(result.by_tier[result.by_tier["deposit_fen"] > 0], parts, labels=labels)


def ladder(result: MaturityLadder, *, labels: Labels) -> Figure:
    """Amounts that fall due at each step, in 万元: deposits to win again, those that renew themselves, products."""
    figure, ax = canvas(2.6, left=0.75, top=0.4)
    table = result.table
    start = np.zeros(len(table))
    for column, colour in (("deposit_fen", theme.ACCENT), ("rolling_fen", "#a9bccd"), ("product_fen", theme.TEAL)):
        if column in table:
            amounts = table[column].to_numpy(dtype=float) / 1e6
            ax.bar(range(len(table)), amounts, bottom=start, width=0.6, color=colour, label=labels[f"due.{column}"])
            start += amounts
    for i, value in enumerate(start):
        ax.text(i, value + start.max() * 0.015, f"{value:,.0f}", ha="center", fontsize=8, color=theme.INK)
    ax.set_yticks(ax.get_yticks(), [f"{tick:,.0f}" for tick in ax.get_yticks()])
    ax.set_xticks(range(len(table)), list(table["days_left"]))
    ax.set(xlabel=labels["days_left"], ylabel=labels["amount_wan"], ylim=(0, start.max() * 1.12))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8, borderaxespad=0)
    return figure
