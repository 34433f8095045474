"""Charts of contacts made and planned."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kit import theme
from kit.analysis.contact import ContactPractice
from kit.analysis.plan import PlanLoads, PlanSummary
from kit.charts.canvas import Labels, bar_labels, canvas, heat_map, names, percent_axis

__all__ = ["contacted", "load_map", "plan_weeks"]

_MOST_WEEKS = 10  # that have room for their full name


def contacted(result: ContactPractice, *, labels: Labels) -> Figure:
    """Share of each tier with a recorded contact and, where known, of familiar customers."""
    table = result.table.dropna(subset="contacted_share").iloc[::-1]
    columns = [c for c in ("contacted_share", "familiar_share") if c in table]
    figure, ax = canvas(0.95 + 0.45 * len(table), left=1.05, top=0.4, bottom=0.45)
    height = 0.7 / len(columns)
    for i, (column, colour) in enumerate(zip(columns, (theme.ACCENT, theme.TEAL), strict=False)):
        at = [p + (len(columns) - 1) * height / 2 - i * height for p in range(len(table))]
        shares = table[column].to_numpy(dtype=float)
        ax.barh(at, shares, height=height * 0.9, color=colour, label=labels[column])
        bar_labels(ax, [f"{s:.1%}" for s in shares], shares, at, reach=1)
    ax.set_yticks(range(len(table)), names(list(table["tier"]), labels, "tier"))
    ax.set(xlim=(0, 1.08))
    ax.grid(visible=False, axis="y")
    percent_axis(ax.xaxis)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, borderaxespad=0)
    return figure


def plan_weeks(result: PlanSummary, *, labels: Labels) -> Figure:
    """Planned contacts of each week, stacked by class."""
    weeks = result.by_week.loc[:, result.by_week.sum() > 0]
    figure, ax = canvas(3.1, top=0.65, bottom=0.5)
    start = np.zeros(len(weeks))
    for kind, colour in zip(weeks, theme.CYCLE, strict=False):
        counts = weeks[kind].to_numpy(dtype=float)
        ax.bar(range(len(weeks)), counts, bottom=start, width=0.68, color=colour, label=labels[f"class.{kind}"])
        start += counts
    for i, value in enumerate(start):
        ax.text(i, value + start.max() * 0.015, f"{value:,.0f}", ha="center", fontsize=8)
    ax.set_xticks(range(len(weeks)), [labels["week"].format(n=w) for w in weeks.index])
    ax.set(ylabel=labels["contacts"], ylim=(0, max(start.max() * 1.1, 1)))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, fontsize=8, borderaxespad=0, handlelength=1)
    return figure


def load_map(result: PlanLoads, branches: pd.DataFrame, *, labels: Labels) -> Figure:
    """Calls planned over calls possible: a row an owner, or a branch by its name, a column a week."""
    grid = result.grid
    figure, ax = canvas(0.5 + 0.26 * len(grid), left=1.3, top=0.4, bottom=0.1)
    texts = grid.map(lambda share: "" if pd.isna(share) else f"{share:.0%}")
    known = dict(zip(branches["branch_id"], branches["branch_name"], strict=True))
    weeks = [labels["week"].format(n=week) if len(grid.columns) <= _MOST_WEEKS else str(week) for week in grid.columns]
    heat_map(ax, grid.fillna(0).clip(upper=1), texts, rows=[known.get(row, row) for row in grid.index], columns=weeks)
    return figure
