"""Charts of what came of contacts: calls reached, the order of call and SMS, invitations, the whole flow."""

import pandas as pd
from matplotlib.figure import Figure

from kit import theme
from kit.analysis.flow import Flow
from kit.analysis.invitations import Invitations
from kit.analysis.orders import Orders
from kit.analysis.practice import CallResults
from kit.charts.canvas import Labels, bar_labels, canvas, distinct, name_rows, names, percent_axis

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
    name_rows(ax, distinct([known.get(code, code) for code in table.iloc[:, 0]], table.iloc[:, 0]), legend=2)
    ax.set(xlim=(0, 1.18))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    percent_axis(ax.xaxis)
    return figure


def reached_by_order(result: Orders, *, labels: Labels) -> Figure:
    """Connect rate of first calls with and without an SMS before, each with its interval."""
    table = result.table.iloc[::-1].reset_index(drop=True)
    figure, ax = canvas(1.55, left=1.5, top=0.15, bottom=0.4)
    shares = table["connected_share"].to_numpy(dtype=float)
    around = [shares - table["low_share"], table["high_share"] - shares]
    ax.errorbar(
        shares, table.index, xerr=around, fmt="o", ms=6, color=theme.ACCENT, ecolor=theme.MUTED, capsize=4, lw=1.2
    )
    for i, row in table.iterrows():
        ax.annotate(
            f"{row['connected_share']:.1%} · {row['calls']:,}", (row["connected_share"], i), (0, 7),
            textcoords="offset points", ha="center", fontsize=8,
        )  # fmt: skip
    name_rows(ax, names(list(table["order"]), labels, "order"))
    ax.set(xlim=(0, 1.02), ylim=(-0.5, len(table) - 0.3))
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


def flow_funnel(result: Flow, *, labels: Labels) -> Figure:
    """Customers of each step of the flow, in its order: who has done it, and who has done all before it as well."""
    table = result.table.iloc[::-1].reset_index(drop=True)
    figure, ax = canvas(0.75 + 0.3 * len(table), left=1.5, top=0.4, bottom=0.15, right=1.2)
    ax.barh(table.index, table["done"], height=0.66, color="#c8d5e0", label=labels["done"])
    ax.barh(table.index, table["through"], height=0.66, color=theme.ACCENT, label=labels["through"])
    texts = [f"{row.through:,} / {row.done:,}" for row in table.itertuples()]
    bar_labels(ax, texts, table["done"], table.index, reach=float(max(result.customers, 1)))
    name_rows(ax, names(list(table["flow_step"]), labels, "flow_step"), legend=2)
    ax.set(xlim=(0, max(result.customers, 1)))
    ax.xaxis.set_visible(False)
    ax.spines[:].set_visible(False)
    return figure
