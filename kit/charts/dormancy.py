"""Charts of dormant and lost customers."""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kit import theme
from kit.analysis.survival import Survival
from kit.charts.canvas import Labels, canvas, percent_axis


def survival_curve(result: Survival, *, labels: Labels) -> Figure:
    """Share of customers still at the value floor by months since they were first seen there."""
    figure, ax = canvas(2.6, bottom=0.5, right=0.6)
    months, kept = result.curve["months"].to_numpy(), result.curve["kept"].to_numpy()
    ax.fill_between(months, kept, step="post", color=theme.TINT, lw=0)
    ax.step(months, kept, where="post", color=theme.ACCENT, lw=2)
    ax.annotate(f"{kept[-1]:.1%}", (months[-1], kept[-1]), (4, 0), textcoords="offset points", va="center", fontsize=9)
    ax.set(xlim=(0, months[-1]), ylim=(0, 1.02), xlabel=labels["months_since"], ylabel=labels["still_above"])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    percent_axis(ax.yaxis)
    return figure
