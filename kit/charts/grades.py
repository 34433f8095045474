"""Charts of the service grade and of likely success."""

from __future__ import annotations

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.grades import Scorecard
from kit.analysis.success import SuccessModel
from kit.charts.canvas import Labels, bar_labels, canvas, names, percent_axis

__all__ = ["grade_shares", "success_calibration"]


def grade_shares(result: Scorecard, *, labels: Labels) -> Figure:
    """Share of customers and of AUM in each service grade."""
    table = result.table.iloc[::-1]
    figure, ax = canvas(0.95 + 0.45 * len(table), left=1.05, top=0.4, bottom=0.45)
    for i, (column, colour) in enumerate((("share_of_customers", theme.ACCENT), ("share_of_aum", theme.TEAL))):
        at = [place + 0.175 - i * 0.35 for place in range(len(table))]
        shares = table[column].fillna(0).to_numpy(dtype=float)
        ax.barh(at, shares, height=0.31, color=colour, label=labels[column])
        bar_labels(ax, [f"{share:.1%}" for share in shares], shares, at, reach=1)
    ax.set_yticks(range(len(table)), names(list(table["service_grade"]), labels, "service_grade"))
    ax.set(xlim=(0, 1.08))
    ax.grid(visible=False, axis="y")
    percent_axis(ax.xaxis)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, borderaxespad=0)
    return figure


def success_calibration(result: SuccessModel, *, labels: Labels) -> Figure:
    """Predicted against observed share of success in each tenth of the held-out contacts; the line is what is ideal."""
    figure, ax = canvas(3.0, left=0.75, top=0.2, bottom=0.55)
    table = result.table
    ax.plot([0, 1], [0, 1], color=theme.RULE, linewidth=1)
    seen = {"color": theme.ACCENT, "marker": "o", "markersize": 6, "linestyle": "none"}
    ax.plot(table["predicted_share"], table["observed_share"], **seen)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel=labels["predicted_share"], ylabel=labels["observed_share"])
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    return figure
