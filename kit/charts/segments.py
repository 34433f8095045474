"""Charts of the segments."""

from __future__ import annotations

import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from kit import theme
from kit.analysis import Segments
from kit.charts.canvas import Labels, canvas, names

__all__ = ["segments_by_tier"]

_BLUES = LinearSegmentedColormap.from_list("kit", [theme.PAPER, "#a9bccd", theme.ACCENT])


def segments_by_tier(result: Segments, *, labels: Labels) -> Figure:
    """Customers by segment and tier; colour is the share within the tier, so that a small tier can be read."""
    counts = result.by_tier.loc[:, list(reversed(result.by_tier.columns))]
    shares = counts / counts.sum().where(counts.sum() > 0, 1)
    figure, ax = canvas(0.75 + 0.3 * len(counts), left=1.5, bottom=0.2, top=0.4)
    sns.heatmap(
        shares.to_numpy(dtype=float),
        annot=counts.map("{:,}".format).to_numpy(),
        fmt="",
        cmap=_BLUES,
        cbar=False,
        ax=ax,
        linewidths=1.5,
        linecolor=theme.PAPER,
        vmin=0,
        vmax=max(float(shares.max().max()), 0.01),
        annot_kws={"fontsize": 8},
    )
    ax.set_yticks([i + 0.5 for i in range(len(counts))], names(list(counts.index), labels, "segment"), rotation=0)
    ax.set_xticks([i + 0.5 for i in range(counts.shape[1])], names(list(counts.columns), labels, "tier"))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set(xlabel="", ylabel="")
    ax.grid(visible=False)
    return figure
