"""Charts of unit accounts."""

from __future__ import annotations

from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.units import UnitActivity, YearAverages
from kit.charts.canvas import Labels, bar_labels, canvas, names
from kit.charts.concentration import peers

__all__ = ["units_by_state", "units_idle", "units_on_lines"]

_COLOURS = {"due": theme.ALARM, "due_unknown": theme.ALARM, "soon": theme.WARM, "idle": theme.WARM}


def units_idle(result: UnitActivity, branch_id: str, *, labels: Labels) -> Figure:
    """Share of the accounts of each branch that are still, this branch marked."""
    return peers(result.branches, branch_id, col.UNIT_IDLE_SHARE, labels=labels)


def units_by_state(result: UnitActivity, *, labels: Labels) -> Figure:
    """Accounts by the time since their last receipt or payment, the most pressing on top."""
    table = result.table.iloc[::-1]
    figure, ax = canvas(0.7 + 0.36 * len(table), left=1.9, top=0.15, bottom=0.5)
    colours = [_COLOURS.get(state, "#a9bccd") for state in table["unit_state"]]
    ax.barh(range(len(table)), table["accounts"], height=0.62, color=colours)
    ax.set_yticks(range(len(table)), names(list(table["unit_state"]), labels, "unit_state"))
    bar_labels(
        ax, [f"{n:,}" for n in table["accounts"]], table["accounts"], range(len(table)), reach=table["accounts"].max()
    )
    ax.set(xlabel=labels["accounts"], xlim=(0, table["accounts"].max() * 1.1))
    ax.grid(visible=False, axis="y")
    return figure


def units_on_lines(result: YearAverages, *, labels: Labels) -> Figure:
    """Accounts on each line now and, as projected, at the year's end."""
    table = result.table.iloc[::-1].reset_index(drop=True)
    figure, ax = canvas(0.9 + 0.55 * len(table), left=1.0, top=0.4, bottom=0.5)
    reach = max(int(table[["standing", "projected"]].max().max()), 1)
    for column, at, colour in (("standing", 0.19, "#a9bccd"), ("projected", -0.19, theme.ACCENT)):
        places = [i + at for i in range(len(table))]
        ax.barh(places, table[column], height=0.34, color=colour, label=labels[f"on_line.{column}"])
        bar_labels(ax, [f"{n:,}" for n in table[column]], table[column], places, reach=reach)
    ax.set_yticks(range(len(table)), names(list(table["unit_line"]), labels, "unit_line"))
    ax.set(xlabel=labels["accounts"], xlim=(0, reach * 1.1))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, borderaxespad=0)
    return figure
