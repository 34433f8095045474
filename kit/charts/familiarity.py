"""Charts of familiarity and of contact in time."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kit import theme
from kit.analysis.familiarity import Familiarity
from kit.charts.canvas import Labels, canvas, name_cells, names


def familiar_by_value(result: Familiarity, *, labels: Labels) -> Figure:
    """Four fields, familiar by value, with the share of customers and of AUM in each; red the valued strangers."""
    figure, ax = canvas(2.2, left=1.3, top=0.4, bottom=0.15)
    table, kinds = result.by_value, ("familiar", "strangers")
    assets = float(table[["familiar_fen", "strangers_fen"]].clip(lower=0).to_numpy().sum()) or 1.0
    for row, column in ((r, c) for r in range(2) for c in range(2)):
        customers, fen = table[kinds[column]][row], max(table[f"{kinds[column]}_fen"][row], 0)
        alarm = (row, column) == (0, 1)
        ax.add_patch(Rectangle((column, row), 0.98, 0.95, facecolor="#f6e3e0" if alarm else theme.TINT))
        head = {"ha": "center", "va": "center", "color": theme.ALARM if alarm else theme.INK}
        ax.text(column + 0.49, row + 0.34, f"{customers / max(result.customers, 1):.1%}", fontsize=14, **head)
        ax.text(column + 0.49, row + 0.7, f"{labels['share_of_aum']} {fen / assets:.1%}", fontsize=8, **head)
    name_cells(ax, names(list(table["value"]), labels, "value"), [labels[kind] for kind in kinds])
    return figure
