"""Chart of how full the customers' files are."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kit import theme
from kit.analysis.filing import Completeness
from kit.charts.canvas import Labels, canvas, names

_COLOURS = LinearSegmentedColormap.from_list("filled", ["#e3a869", "#f6ead9", "#f7f9fa", "#cfe3e6", "#86bdc4"])


def completeness_map(result: Completeness, *, labels: Labels) -> Figure:
    """Share of customers whose field says something, a row a field and a column a tier, emptiest first.

    The first column is all customers of the branch, the last, set apart, all of the bank.
    """
    fields, tiers = result.by_field, list(result.by_tier.columns)
    branch = result.standing.value is not None
    shares = np.column_stack([fields["share"], result.by_tier, *([fields["bank_share"]] if branch else [])]).astype(
        float
    )
    heads = [
        f"{labels['all_customers']}\n{result.customers:,}",
        *(f"{name}\n{n:,}" for name, n in zip(names(tiers, labels, "tier"), result.tier_customers, strict=True)),
        *([labels["whole_bank"]] if branch else []),
    ]
    figure, ax = canvas(0.6 + 0.195 * len(fields), left=1.15, top=0.5, bottom=0.1, right=0.1)
    left = np.arange(len(heads), dtype=float)
    left[-1] += 0.25 if branch else 0
    for i, row in enumerate(shares):
        for x, value in zip(left, row, strict=True):
            known = not np.isnan(value)
            colour = _COLOURS(value) if known else theme.PAPER
            ax.add_patch(Rectangle((x - 0.48, i - 0.46), 0.96, 0.92, facecolor=colour, linewidth=0))
            ax.text(x, i, f"{value:.0%}" if known else "·", ha="center", va="center", fontsize=7.5, color=theme.INK)
    ax.set(xlim=(-0.5, left[-1] + 0.5), ylim=(len(fields) - 0.5, -0.5))
    ax.set_yticks(range(len(fields)), names(list(fields["field"]), labels, "field"), fontsize=8)
    ax.set_xticks(left, heads, fontsize=8)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return figure
