"""Charts of the ladder of tiers."""

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.migration import Migration
from kit.analysis.tiers import Tiers
from kit.charts.canvas import Labels, canvas, heat_map, names, share_bars


def tier_shares(result: Tiers, *, labels: Labels) -> Figure:
    """Share of customers and share of AUM of each tier, side by side."""
    columns = {"share_of_customers": "#a9bccd", "share_of_aum": theme.ACCENT}
    return share_bars(result.table, columns, "tier", labels=labels)


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
