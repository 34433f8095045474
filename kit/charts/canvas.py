"""A figure of the report's width with margins set by hand: the layout engines take twice as long (35 ms a chart)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from kit import theme

Labels = Mapping[str, str]
_BLUES = LinearSegmentedColormap.from_list("kit", [theme.PAPER, "#a9bccd", theme.ACCENT])
WIDTH = 6.3  # inches: the text width of an A4 page


def canvas(
    height: float = 2.9,
    *,
    left: float = 0.6,
    right: float = 0.25,
    top: float = 0.25,
    bottom: float = 0.55,
    columns: int = 1,
    rows: int = 1,
) -> tuple[Figure, Any]:
    """Figure and its axes, row by row; margins in inches."""
    theme.use()
    with mpl.rc_context(theme.rc()):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
    figure.subplots_adjust(
        left=left / WIDTH,
        right=1 - right / WIDTH,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=0.28,
        hspace=0.5,
    )
    return figure, axes[0] if len(axes) == 1 else axes


class _Rounded(Formatter):
    """Numbers with as few decimals as tell the ticks of an axis apart, and a unit behind."""

    def __init__(self, scale: float, unit: str) -> None:
        self._scale, self._unit = scale, unit

    def __call__(self, x: float, _pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        for decimals in range(9):
            told = [f"{value * self._scale:z,.{decimals}f}{self._unit}" for value in values]
            if len({*told}) == len({*values}):
                break
        return told


def percent_axis(axis: Any) -> None:
    """Tick labels of an axis of fractions as percentages."""
    axis.set_major_formatter(_Rounded(100, "%"))


def number_axis(axis: Any) -> None:
    """Tick labels of an axis of amounts as whole numbers, where these tell the ticks apart."""
    axis.set_major_formatter(_Rounded(1, ""))


def distinct(named: Iterable[object], ids: Iterable[object]) -> list[str]:
    """Names that are short enough for an axis; where two would read alike, with their id."""
    short = [str(name)[:10] for name in named]
    return [name if short.count(name) == 1 else f"{name[:6]} {own}" for name, own in zip(short, ids, strict=True)]


def names(codes: Sequence[object], labels: Labels, kind: str) -> list[str]:
    """Printed names of codes: ``names(["vip"], labels, "tier")``."""
    return [labels.get(f"{kind}.{code}", str(code)) for code in codes]


def bar_labels(
    axes: Any, texts: Iterable[str], ends: Iterable[float], places: Iterable[float], *, reach: float
) -> None:
    """Figures at the end of horizontal bars; ``reach`` is the longest bar."""
    for text, end, place in zip(texts, ends, places, strict=True):
        axes.text(end + reach * 0.012, place, text, va="center", ha="left", fontsize=8, color=theme.INK)


def bars(axes: Any, series: Sequence[tuple[pd.Series, Any, str]], text: str, *, reach: float) -> None:
    """Horizontal bars beside each other in each row, one a series (values, colour, name), and their figures."""
    height = 0.7 / len(series)
    for i, (values, colour, name) in enumerate(series):
        shown = values.fillna(0).to_numpy(dtype=float)
        at = np.arange(len(shown)) + ((len(series) - 1) / 2 - i) * height
        axes.barh(at, shown, height=height * 0.9, color=colour, label=name)
        bar_labels(axes, map(text.format, shown), shown.clip(min=0), at, reach=reach)


def name_rows(axes: Any, named: Sequence[str], *, legend: int = 0) -> None:
    """Names of the rows of horizontal bars, and above them a legend of so many columns, if any."""
    axes.set_yticks(range(len(named)), named)
    axes.grid(visible=False, axis="y")
    if legend:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=legend, fontsize=8, borderaxespad=0)


def share_bars(table: pd.DataFrame, columns: Mapping[str, str], of: str, *, labels: Labels) -> Figure:
    """Shares of each row beside each other; ``columns``: column → its colour; ``of``: the column of the rows' codes."""
    table, legend = table.iloc[::-1], len(columns) if len(columns) > 1 else 0
    figure, ax = canvas(0.95 + 0.45 * len(table), left=1.05, top=0.4 if legend else 0.2, bottom=0.45)
    bars(ax, [(table[name], colour, labels.get(name, name)) for name, colour in columns.items()], "{:.1%}", reach=1)
    name_rows(ax, names(list(table[of]), labels, of), legend=legend)
    ax.set(xlim=(min(0, table[list(columns)].min().min()), 1.08))
    percent_axis(ax.xaxis)
    return figure


def stack(axes: Any, parts: Sequence[tuple[pd.Series, str, str]]) -> None:
    """Columns of parts (amounts, colour, name) on top of each other, their sum above, with room for it."""
    top = np.zeros(len(parts[0][0]) if parts else 0)
    for amounts, colour, name in parts:
        axes.bar(range(len(top)), amounts, bottom=top, width=0.64, color=colour, label=name)
        top += amounts.to_numpy(dtype=float)
    for i, value in enumerate(top):
        axes.text(i, value + top.max() * 0.015, f"{value:,.0f}", ha="center", fontsize=8, color=theme.INK)
    axes.set(ylim=(0, max(top.max(initial=0) * 1.12, 1e-9)))
    axes.grid(visible=False, axis="x")


def heat_map(
    axes: Any, shares: pd.DataFrame, texts: pd.DataFrame, *, rows: Sequence[str], columns: Sequence[str]
) -> None:
    """Cells coloured by ``shares`` and written over with ``texts``, the columns' names above."""
    sns.heatmap(
        shares.to_numpy(dtype=float),
        annot=texts.to_numpy(),
        fmt="",
        cmap=_BLUES,
        cbar=False,
        ax=axes,
        linewidths=1.5,
        linecolor=theme.PAPER,
        vmin=0,
        vmax=max(float(shares.max().max()), 0.01),
        annot_kws={"fontsize": 8},
    )
    axes.set(xlabel="", ylabel="")
    name_cells(axes, rows, columns)


def name_cells(axes: Any, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Axes of cells one wide and one high, the first row on top: their names, the columns' above, and nothing else."""
    axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    axes.set_yticks([i + 0.5 for i in range(len(rows))], rows, rotation=0)
    axes.set_xticks([i + 0.5 for i in range(len(columns))], columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def shares_by_tier(table: pd.DataFrame, parts: Mapping[str, tuple[str, str, str]], *, labels: Labels) -> Figure:
    """Shares of a whole in each tier, one after the other; ``parts``: column → its name, colour and ink."""
    table = table.iloc[::-1]
    figure, ax = canvas(0.95 + 0.4 * len(table), left=1.05, top=0.4, bottom=0.45)
    start = np.zeros(len(table))
    for column, (name, colour, ink) in parts.items():
        shares = table[column].to_numpy(dtype=float).clip(min=0)
        ax.barh(range(len(table)), shares, left=start, height=0.62, color=colour, label=name)
        for i, (begin, value) in enumerate(zip(start, shares, strict=True)):
            if value >= 0.06:
                ax.text(begin + value / 2, i, f"{value:.0%}", ha="center", va="center", fontsize=8, color=ink)
        start += shares
    name_rows(ax, names(list(table["tier"]), labels, "tier"), legend=len(parts))
    ax.set(xlim=(0, max(1.0, start.max(initial=0))))
    percent_axis(ax.xaxis)
    return figure
