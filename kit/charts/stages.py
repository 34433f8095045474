"""Charts of stages and of output per head."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from kit import theme
from kit.analysis.capacity import Capacity
from kit.analysis.panel import months_between
from kit.analysis.stages import Stages
from kit.charts.canvas import Labels, canvas, names, shares_by_tier
from kit.params import WAN


def stages_by_tier(result: Stages, *, labels: Labels) -> Figure:
    """Share of each tier's customers at each stage."""
    blues = mpl.colormaps["Blues"](np.linspace(0.35, 0.9, max(len(result.table) - 1, 1)))
    looks = [("#d9d9d9", theme.INK)] + [
        (mpl.colors.to_hex(blue), "white" if sum(blue[:3]) < 1.8 else theme.INK) for blue in blues
    ]
    parts = {
        f"{code}_share": (names([code], labels, "stage")[0], *look)
        for code, look in zip(result.table["stage"], looks, strict=True)
    }
    return shares_by_tier(result.by_tier, parts, labels=labels)


def output_trend(result: Capacity, *, labels: Labels) -> Figure:
    """AUM a head by month in 万元, here and the other branches' median."""
    figure, ax = canvas(2.5, bottom=0.4, left=0.75, right=0.9, top=0.2)
    table = result.trend
    place = [months_between(table["as_of"].iloc[0], day) for day in table["as_of"]]
    lines = {"own_fen": ("own_fen" if result.place.rank else "bank_fen", theme.ACCENT, 2.2)}
    if result.place.rank:
        lines["others_fen"] = ("others_fen", theme.MUTED, 1.4)
    for column, (name, colour, width) in lines.items():
        line = table[column].to_numpy(dtype=float) / WAN
        if np.isfinite(line).any():
            ax.plot(place, line, color=colour, lw=width)
            ax.annotate(
                labels[f"output.{name}"], (place[-1], line[-1]), (5, 0), textcoords="offset points",
                va="center", fontsize=8, color=colour,
            )  # fmt: skip
    shown = range(len(table) - 1, -1, -max(1, -(-len(table) // 7)))
    ax.set_xticks([place[i] for i in shown], [f"{table['as_of'].iloc[i]:%Y-%m}" for i in shown])
    ax.set(ylabel=labels["output.axis"])
    ax.margins(y=0.15)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure
