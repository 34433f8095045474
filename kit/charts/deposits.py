"""Charts of deposits."""

from matplotlib.figure import Figure

from kit import columns as col
from kit import theme
from kit.analysis.deposits import MaturityLadder, PersonalShare
from kit.charts.canvas import Labels, canvas, stack
from kit.charts.concentration import peers
from kit.params import WAN

_COLOURS = {
    "demand": theme.ACCENT, "time": "#a9bccd", "cd": theme.TEAL, "structured": theme.WARM, "other": "#d9d9d9",
}  # fmt: skip


def personal_shares(result: PersonalShare, branch_id: str, *, labels: Labels) -> Figure:
    """Persons' share of the deposits of each branch, this one marked."""
    return peers(result.table, branch_id, col.PERSONAL_DEPOSIT_SHARE, labels=labels)


def ladder(result: MaturityLadder, *, labels: Labels) -> Figure:
    """Amounts that fall due at each step, in 万元: deposits to win again, those that renew themselves, products."""
    figure, ax = canvas(2.6, left=0.75, top=0.4)
    table, colours = result.table, {"deposit_fen": theme.ACCENT, "rolling_fen": "#a9bccd", "product_fen": theme.TEAL}
    stack(ax, [(table[name] / WAN, colours[name], labels[f"due.{name}"]) for name in colours if name in table])
    ax.set_yticks(ax.get_yticks(), [f"{tick:,.0f}" for tick in ax.get_yticks()])
    ax.set_xticks(range(len(table)), list(table["days_left"]))
    ax.set(xlabel=labels["days_left"], ylabel=labels["amount_wan"])
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8, borderaxespad=0)
    return figure
