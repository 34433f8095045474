"""Charts of unit accounts."""

from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.units import UnitActivity
from kit.charts.canvas import Labels
from kit.charts.concentration import peers

_COLOURS = {"due": theme.ALARM, "due_unknown": theme.ALARM, "soon": theme.WARM, "idle": theme.WARM}


def units_idle(result: UnitActivity, branch_id: str, *, labels: Labels) -> Figure:
    """Share of the accounts of each branch that are still, this branch marked."""
    return peers(result.branches, branch_id, col.UNIT_IDLE_SHARE, labels=labels)
