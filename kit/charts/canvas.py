"""A figure of the report's width with margins set by hand: the layout engines take twice as long (35 ms a chart)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from kit import theme

__all__ = ["Labels", "bar_labels", "canvas", "names", "percent_axis"]

Labels = Mapping[str, str]
WIDTH = 6.3  # inches: the text width of an A4 page


def canvas(
    height: float = 2.9,
    *,
    left: float = 0.6,
    right: float = 0.25,
    top: float = 0.25,
    bottom: float = 0.55,
    columns: int = 1,
) -> tuple[Figure, Any]:
    """Figure and axes; margins in inches."""
    theme.use()
    with mpl.rc_context(theme.rc()):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.subplots(1, columns, squeeze=False)[0]
    figure.subplots_adjust(
        left=left / WIDTH, right=1 - right / WIDTH, top=1 - top / height, bottom=bottom / height, wspace=0.28
    )
    return figure, axes[0] if columns == 1 else axes


def percent_axis(axis: Any) -> None:
    """Tick labels of an axis of fractions as percentages."""
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def names(codes: Sequence[object], labels: Labels, kind: str) -> list[str]:
    """Printed names of codes: ``names(["vip"], labels, "tier")``."""
    return [labels.get(f"{kind}.{code}", str(code)) for code in codes]


def bar_labels(
    axes: Any, texts: Sequence[str], ends: Sequence[float], places: Sequence[float], *, reach: float
) -> None:
    """Figures at the end of horizontal bars; ``reach`` is the longest bar."""
    for text, end, place in zip(texts, ends, places, strict=True):
        axes.text(end + reach * 0.012, place, text, va="center", ha="left", fontsize=8, color=theme.INK)
