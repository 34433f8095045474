"""Charts of unit accounts."""

from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.units import UnitActivity, YearAverages
from kit.charts.canvas import Labels, bars, canvas, name_rows, names
from kit.charts.concentration import peers

_COLOURS = {"due": theme.ALARM, "due_unknown": theme.ALARM, "soon": theme.WARM, "idle": theme.WARM}


def units_idle(result: UnitActivity, branch_id: str, *, labels: Labels) -> Figure:
    """Share of the accounts of each branch that are still, this branch marked."""
    return peers(result.branches, branch_id, col.UNIT_IDLE_SHARE, labels=labels)


def units_by_state(result: UnitActivity, *, labels: Labels) -> Figure:
    """Accounts by the time since their last receipt or payment, the most pressing on top."""
    table = result.table.iloc[::-1]
    figure, ax = canvas(0.7 + 0.36 * len(table), left=1.9, top=0.15, bottom=0.5)
    colours = [_COLOURS.get(state, "#a9bccd") for state in table["unit_state"]]
    bars(ax, [(table["accounts"], colours, labels["accounts"])], "{:,.0f}", reach=table["accounts"].max())
    name_rows(ax, names(list(table["unit_state"]), labels, "unit_state"))
    ax.set(xlabel=labels["accounts"], xlim=(0, table["accounts"].max() * 1.1))
    return figure


def units_on_lines(result: YearAverages, *, labels: Labels) -> Figure:
    """Accounts on each line now and, as projected, at the year's end."""
    table, colours = result.table.iloc[::-1], {"standing": "#a9bccd", "projected": theme.ACCENT}
    figure, ax = canvas(0.9 + 0.55 * len(table), left=1.0, top=0.4, bottom=0.5)
    reach = max(int(table[["standing", "projected"]].max().max()), 1)
    series = [(table[column], colour, labels[f"on_line.{column}"]) for column, colour in colours.items()]
    bars(ax, series, "{:,.0f}", reach=reach)
    name_rows(ax, names(list(table["unit_line"]), labels, "unit_line"), legend=2)
    ax.set(xlabel=labels["accounts"], xlim=(0, reach * 1.1))
    return figure
