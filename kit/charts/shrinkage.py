"""Funnel plots of the branches' rates."""

from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.shrinkage import RatesCompared
from kit.charts.canvas import Labels, canvas, names, number_axis, percent_axis

_LINES = {"lowest": "-", "low": (0, (4, 3)), "high": (0, (4, 3)), "highest": "-"}
_OUTSIDE = {"lowest": theme.ALARM, "highest": theme.ALARM, "low": theme.WARM, "high": theme.WARM}


def funnels(result: RatesCompared, *, labels: Labels) -> Figure:
    """A funnel a rate: each branch at its size, the bank's rate, and both limits around it."""
    rows = (len(result.rates) + 1) // 2
    figure, axes = canvas(0.6 + 1.75 * rows, columns=2, rows=rows, top=0.25, bottom=0.5, left=0.5)
    for ax, found in zip(axes, result.rates, strict=False):
        curve, points = found.curve, found.table.dropna(subset="zone")
        for side, style in _LINES.items():
            ax.plot(curve["customers"], curve[side], color=theme.MUTED, lw=0.8, ls=style)
        ax.axhline(found.rate, color=theme.WARM, lw=0.9)
        ax.scatter(
            points["customers"],
            points["raw_share"],
            s=14,
            c=[_OUTSIDE.get(zone, theme.ACCENT) for zone in points["zone"]],
            zorder=3,
        )
        shown = curve[curve["customers"] >= points["customers"].min() / 2]
        low = min(points["raw_share"].min(), shown["lowest"].min())
        high = max(points["raw_share"].max(), shown["highest"].max())
        room = max(high - low, 0.01) * 0.06
        ax.set(
            xlim=(shown["customers"].min(), curve["customers"].max()),
            ylim=(max(low - room, -0.01), min(high + room, 1.01)),
            title=names([found.name], labels, "rate")[0],
        )
        percent_axis(ax.yaxis)
        ax.locator_params(nbins=5)
        number_axis(ax.xaxis)
    for ax in axes[: len(result.rates)][-2:]:
        ax.set_xlabel(labels[col.CUSTOMERS])
    for ax in axes[len(result.rates) :]:
        ax.remove()
    return figure
