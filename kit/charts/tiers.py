"""Charts of the ladder of tiers."""

from __future__ import annotations

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.migration import Migration
from kit.analysis.tiers import Tiers
from kit.charts.canvas import Labels, bar_labels, canvas, heat_map, names, percent_axis

__all__ = ["tier_moves", "tier_shares"]


def tier_shares(result: Tiers, *, labels: Labels) -> Figure:
    """Share of customers and share of AUM of each tier, side by side."""
    figure, ax = canvas(0.95 + 0.52 * len(result.table), left=1.05, top=0.4, bottom=0.45)
    table = result.table.iloc[::-1]
    places = range(len(table))
    for column, shift, colour in (("share_of_customers", 0.19, "#a9bccd"), ("share_of_aum", -0.19, theme.ACCENT)):
        shares = table[column].fillna(0).to_numpy()
        at = [p + shift for p in places]
        ax.barh(at, shares, height=0.34, color=colour, label=labels[column])
        bar_labels(ax, [f"{s:.1%}" for s in shares], shares.clip(min=0), at, reach=1)
    ax.set_yticks(list(places), names(list(table["tier"]), labels, "tier"))
    ax.set(xlim=(min(0, table["share_of_aum"].min()), 1.08))
    ax.grid(visible=False, axis="y")
    percent_axis(ax.xaxis)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, borderaxespad=0)
    return figure


def tier_moves(result: Migration, *, labels: Labels) -> Figure:
    """Customers by tier at the start (rows) and at the end; colour is the share of the row."""
    counts = result.matrix
    figure, ax = canvas(1.05 + 0.34 * len(counts), left=1.2, bottom=0.15, top=0.65)
    shares = counts.div(counts.sum(axis=1).where(counts.sum(axis=1) > 0, 1), axis=0)
    rows, columns = names(list(counts.index), labels, "tier"), names(list(counts.columns), labels, "tier")
    heat_map(ax, shares, counts.map("{:,}".format), rows=rows, columns=columns)
    ax.set(xlabel=labels["tier_at_end"], ylabel=labels["tier_at_start"])
    ax.xaxis.set_label_position("top")
    return figure
