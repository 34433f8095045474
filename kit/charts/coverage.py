"""Charts of who keeps whom."""

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kit import theme
from kit.analysis.coverage import Roles
from kit.charts.canvas import Labels, canvas, name_cells, names

_BLUES = LinearSegmentedColormap.from_list("kit", [theme.PAPER, "#a9bccd"])


def tiers_by_role(result: Roles, *, labels: Labels) -> Figure:
    """Customers by role and tier; colour is the share within the tier, red a role not allowed."""
    counts, allowed = result.by_role, result.allowed.to_numpy(dtype=bool)
    shares = (counts / counts.sum().where(counts.sum() > 0, 1)).to_numpy(dtype=float)
    figure, ax = canvas(0.7 + 0.26 * len(counts), left=1.5, bottom=0.2, top=0.4)
    for row, column in ((r, c) for r in range(len(counts)) for c in range(counts.shape[1])):
        count = int(counts.to_numpy()[row, column])
        wrong = count > 0 and not allowed[row, column]
        ax.add_patch(Rectangle((column, row), 0.97, 0.94, facecolor=_BLUES(shares[row, column]), edgecolor="none"))
        ax.text(
            column + 0.49, row + 0.48, f"{count:,}", ha="center", va="center", fontsize=8,
            color=theme.ALARM if wrong else theme.INK if count else theme.MUTED,
        )  # fmt: skip
    name_cells(ax, names(list(counts.index), labels, "role"), names(list(counts.columns), labels, "tier"))
    return figure
