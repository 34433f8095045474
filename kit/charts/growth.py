"""Charts of growth."""

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.growth import Growth
from kit.charts.canvas import Labels, canvas, names
from kit.params import WAN


def waterfall(result: Growth, *, labels: Labels) -> Figure:
    """What was won and lost between two months, step by step to the net change; 万元."""
    figure, ax = canvas(2.8, bottom=0.4, left=0.8, top=0.35)
    moved = result.steps[~result.steps["step"].isin(["same", "unknown"])]
    steps = [*zip(moved["step"], moved["change_fen"] / WAN, strict=True), ("net", result.net_fen / WAN)]
    level, places = 0.0, 0 if max(abs(change) for _, change in steps) >= 100 else 1  # 万元
    for i, (step, change) in enumerate(steps):
        start = 0.0 if step == "net" else level
        level = start + change
        colour = theme.ACCENT if step == "net" else theme.TEAL if change >= 0 else theme.ALARM
        ax.bar(i, change, bottom=start, width=0.62, color=colour)
        text, top = f"{change:+,.{places}f}", max(start, level)
        ax.annotate(text, (i, top), (0, 3), textcoords="offset points", ha="center", fontsize=8)
        if step != "net":
            ax.plot([i, i + 1], [level, level], color=theme.MUTED, lw=0.7)
    ax.axhline(0, color=theme.MUTED, lw=0.8)
    ax.set_xticks(range(len(steps)), names([step for step, _ in steps], labels, "step"))
    ax.margins(y=0.12)
    ax.set(ylabel=labels["change_wan"])
    ax.grid(visible=False, axis="x")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure
