"""Charts of contacts made and planned."""

import pandas as pd
from matplotlib.figure import Figure

from kit import theme
from kit.analysis.plan import PlanLoads, PlanSummary
from kit.charts.canvas import Labels, canvas, heat_map, stack

_MOST_WEEKS = 10  # that have room for their full name


def plan_weeks(result: PlanSummary, *, labels: Labels) -> Figure:
    """Planned contacts of each week, stacked by class."""
    weeks = result.by_week.loc[:, result.by_week.sum() > 0]
    figure, ax = canvas(3.1, top=0.65, bottom=0.5)
    stack(ax, [(weeks[k], colour, labels[f"class.{k}"]) for k, colour in zip(weeks, theme.CYCLE, strict=False)])
    ax.set_xticks(range(len(weeks)), [labels["week"].format(n=w) for w in weeks.index])
    ax.set(ylabel=labels["contacts"])
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
