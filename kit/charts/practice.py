"""Charts of what came of contacts: calls reached, the order of call and SMS, invitations, the whole flow."""

import pandas as pd
from matplotlib.figure import Figure

from kit import theme
from kit.analysis.invitations import Invitations
from kit.analysis.practice import CallResults
from kit.charts.canvas import Labels, bar_labels, canvas, name_rows, names, percent_axis

_SHOWN = 20  # bars that still can be read


def reached_by_caller(result: CallResults, branches: pd.DataFrame, *, labels: Labels) -> Figure:
    """Connect rate of each caller with enough customers, or branch by its name: shrunk, and calls; dots are raw."""
    known = dict(zip(branches["branch_id"], branches["branch_name"], strict=True))
    table = result.by_caller.head(_SHOWN).iloc[::-1].reset_index(drop=True)
    figure, ax = canvas(0.85 + 0.27 * len(table), left=1.2, top=0.4, bottom=0.4)
    shares = table["shrunk_share"].to_numpy(dtype=float)
    ax.barh(table.index, shares, height=0.6, color=theme.TEAL, label=labels["shrunk_share"])
    raw = table.dropna(subset="raw_share")
    ax.scatter(raw["raw_share"], raw.index, s=16, color=theme.WARM, zorder=3, label=labels["raw_share"])
    texts = [f"{s:.1%} · {n:,}" for s, n in zip(shares, table["calls"], strict=True)]
    bar_labels(ax, texts, [1.0] * len(table), table.index, reach=1)
    ax.axvline(result.connected_share, color=theme.MUTED, lw=0.9, ls=(0, (4, 3)))
    name_rows(ax, [str(known.get(code, code)) for code in table.iloc[:, 0]], legend=2)
    ax.set(xlim=(0, 1.18))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    percent_axis(ax.xaxis)
    return figure


def came_by_segment(result: Invitations, *, labels: Labels) -> Figure:
    """Invitations of each segment and how many of them were followed by the customer's coming."""
    table = result.by_segment.iloc[::-1].reset_index(drop=True)
    figure, ax = canvas(0.7 + 0.3 * len(table), left=1.2, top=0.4, bottom=0.2, right=1.2)
    ax.barh(table.index, table["invited"], height=0.62, color="#a9bccd", label=labels["invited"])
    ax.barh(table.index, table["came"], height=0.62, color=theme.ACCENT, label=labels["came"])
    texts = [f"{row.came:,} / {row.invited:,} · {row.came_share:.1%}" for row in table.itertuples()]
    bar_labels(ax, texts, table["invited"], table.index, reach=float(table["invited"].max()))
    name_rows(ax, names(list(table["segment"]), labels, "segment"), legend=2)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    return figure
