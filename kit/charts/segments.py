"""Charts of the segments."""

from __future__ import annotations

from matplotlib.figure import Figure

from kit.analysis import Segments
from kit.charts.canvas import Labels, canvas, heat_map, names

__all__ = ["segments_by_tier"]


def segments_by_tier(result: Segments, *, labels: Labels) -> Figure:
    """Customers by segment and tier; colour is the share within the tier, so that a small tier can be read."""
    counts = result.by_tier.loc[:, list(reversed(result.by_tier.columns))]
    figure, ax = canvas(0.75 + 0.3 * len(counts), left=1.5, bottom=0.2, top=0.4)
    shares = counts / counts.sum().where(counts.sum() > 0, 1)
    rows, columns = names(list(counts.index), labels, "segment"), names(list(counts.columns), labels, "tier")
    heat_map(ax, shares, counts.map("{:,}".format), rows=rows, columns=columns)
    return figure
