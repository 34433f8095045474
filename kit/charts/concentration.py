"""Charts of concentration."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.concentration import Concentration
from kit.charts.canvas import Labels, canvas, percent_axis


def lorenz(result: Concentration, *, labels: Labels) -> Figure:
    """Lorenz curve against equality, with the 80% line and the share of customers who hold it."""
    figure, ax = canvas(3.5, bottom=0.6)
    curve = result.lorenz
    ax.plot([0, 1], [0, 1], color=theme.MUTED, lw=0.8, ls=(0, (4, 3)))
    ax.fill_between(
        curve["share_of_customers"], curve["share_of_aum"], curve["share_of_customers"], color=theme.TINT, lw=0
    )
    ax.plot(curve["share_of_customers"], curve["share_of_aum"], color=theme.ACCENT, lw=2)
    ax.text(0.4, 0.45, labels["equality"], color=theme.MUTED, fontsize=8, rotation=27, rotation_mode="anchor")
    if result.holding_share is not None:
        x = 1 - result.holding_share
        y = float(np.interp(x, curve["share_of_customers"], curve["share_of_aum"]))
        ax.plot([x, x, 1], [0, y, y], color=theme.WARM, lw=0.9)
        ax.plot([x], [y], "o", color=theme.WARM, ms=5)
        text = labels["holding_note"].format(share=f"{result.holding_share:.1%}")
        ax.annotate(text, (x, y), (-10, 4), textcoords="offset points", ha="right", color=theme.WARM, fontsize=9)
    ax.set(xlim=(0, 1), ylim=(0, 1.01), xlabel=labels["customers_poorest_first"], ylabel=labels["share_of_aum"])
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    return figure


def peers(branches: pd.DataFrame, branch_id: str, column: str, *, labels: Labels) -> Figure:
    """The branches' figures in order, this one marked; the line is their median."""
    values = branches.set_index(col.BRANCH_ID)[column].astype(float).dropna().sort_values()
    shown = values.tail(12)
    if branch_id in values.index and branch_id not in shown.index:
        shown = pd.concat([values.loc[[branch_id]], values.tail(11)])
    figure, ax = canvas(0.75 + 0.27 * len(shown), left=1.15, bottom=0.5, top=0.15)
    own = [name == branch_id for name in shown.index]
    ax.barh(range(len(shown)), shown.to_numpy(), height=0.62, color=[theme.ACCENT if o else "#a9bccd" for o in own])
    for i, value in enumerate(shown):
        inside = value > shown.max() * 0.15  # clear of the median's line
        end, side = (value - shown.max() * 0.02, "right") if inside else (value + shown.max() * 0.012, "left")
        ax.text(
            end, i, f"{value:.1%}", va="center", ha=side, fontsize=8, color="white" if inside and own[i] else theme.INK
        )
    ax.axvline(values.median(), color=theme.WARM, lw=0.9)
    known = branches.set_index(col.BRANCH_ID)["branch_name"]
    ax.set_yticks(range(len(shown)), [str(known.get(name, name))[:10] for name in shown.index])
    ax.set(xlim=(0, max(shown.max() * 1.12, 0.01)), xlabel=labels[column])
    ax.grid(visible=False, axis="y")
    percent_axis(ax.xaxis)
    return figure
