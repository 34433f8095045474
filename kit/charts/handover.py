"""Charts of the assignment: what each owner keeps before and after."""

from __future__ import annotations

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.handover import Handover
from kit.charts.canvas import Labels, bar_labels, canvas

__all__ = ["owners_before_and_after"]

_OWNERS = 20  # bars that still can be read
_FEN_IN_WAN = 1_000_000


def owners_before_and_after(result: Handover, *, labels: Labels) -> Figure:
    """Customers and AUM (万元) of each owner, before and after: the twenty with most assets after."""
    table = result.by_owner.head(_OWNERS).iloc[::-1]
    figure, axes = canvas(1.0 + 0.34 * len(table), left=1.0, top=0.62, bottom=0.3, columns=2)
    pairs = (("customers", "customers_before", "customers", 1), ("aum_wan", "aum_before_fen", "aum_fen", _FEN_IN_WAN))
    for ax, (title, before, after, unit) in zip(axes, pairs, strict=True):
        reach = max(float(table[[before, after]].to_numpy().max()) / unit, 1)
        for shift, column, colour, name in ((0.2, before, "#a9bccd", "before"), (-0.2, after, theme.ACCENT, "after")):
            values, places = table[column].clip(lower=0) / unit, [i + shift for i in range(len(table))]
            ax.barh(places, values, height=0.36, color=colour, label=labels[name])
            bar_labels(ax, [f"{value:,.0f}" for value in values], values, places, reach=reach)
        ax.set(xlim=(0, reach * 1.25))
        ax.set_title(labels[title], fontsize=9)
        ax.grid(visible=False, axis="y")
    axes[0].set_yticks(range(len(table)), list(table["staff_id"]))
    axes[1].set_yticks(range(len(table)), [])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="upper right", ncols=2, frameon=False, fontsize=8)
    return figure
