"""Charts of the segments."""

from matplotlib.figure import Figure

from kit.analysis.cards import Salons
from kit.analysis.segments import Segments
from kit.charts.canvas import Labels, canvas, heat_map, names


def segments_by_tier(result: Segments, *, labels: Labels) -> Figure:
    """Customers by segment and tier; colour is the share within the tier, so that a small tier can be read."""
    counts = result.by_tier.loc[:, list(reversed(result.by_tier.columns))]
    figure, ax = canvas(0.75 + 0.3 * len(counts), left=1.5, bottom=0.2, top=0.4)
    shares = counts / counts.sum().where(counts.sum() > 0, 1)
    rows, columns = names(list(counts.index), labels, "segment"), names(list(counts.columns), labels, "tier")
    heat_map(ax, shares, counts.map("{:,}".format), rows=rows, columns=columns)
    return figure


def salon_themes(result: Salons, *, labels: Labels) -> Figure:
    """Customers by segment and theme; colour is the share of the segment, so that each row shows its favourite."""
    counts = result.table.set_index("segment")
    figure, ax = canvas(0.9 + 0.3 * len(counts), left=1.5, bottom=0.2, top=0.55)
    shares = counts.div(counts.sum(axis=1).where(counts.sum(axis=1) > 0, 1), axis=0)
    rows, columns = names(list(counts.index), labels, "segment"), names(list(counts.columns), labels, "hobby")
    heat_map(ax, shares, counts.map("{:,}".format), rows=rows, columns=_narrow(columns))
    return figure


def _narrow(heads: list[str]) -> list[str]:
    """Heads of narrow columns, broken at their first blank."""
    return [head.replace(" ", "\n", 1) for head in heads]
