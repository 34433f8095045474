"""Charts of the assignment: what each owner keeps before and after."""

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.handover import Handover
from kit.charts.canvas import Labels, bars, canvas, name_rows
from kit.params import WAN

_OWNERS = 20  # bars that still can be read


def owners_before_and_after(result: Handover, *, labels: Labels) -> Figure:
    """Customers and AUM (万元) of each owner, before and after: the twenty with most assets after."""
    table = result.by_owner.head(_OWNERS).iloc[::-1]
    figure, axes = canvas(1.0 + 0.34 * len(table), left=1.0, top=0.62, bottom=0.3, columns=2)
    pairs = (("customers", "customers_before", "customers", 1), ("aum_wan", "aum_before_fen", "aum_fen", WAN))
    for ax, (title, before, after, unit) in zip(axes, pairs, strict=True):
        reach = max(float(table[[before, after]].to_numpy().max()) / unit, 1)
        was, now = (table[column].clip(lower=0) / unit for column in (before, after))
        bars(ax, [(was, "#a9bccd", labels["before"]), (now, theme.ACCENT, labels["after"])], "{:,.0f}", reach=reach)
        name_rows(ax, list(table["staff_id"]) if ax is axes[0] else [""] * len(table))
        ax.set(xlim=(0, reach * 1.25))
        ax.set_title(labels[title], fontsize=9)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="upper right", ncols=2, frameon=False, fontsize=8)
    return figure
