"""Charts of products and primary accounts."""

from __future__ import annotations

import seaborn as sns
from matplotlib.figure import Figure

from kit import theme
from kit.analysis import PrimaryAccounts, Products
from kit.analysis.primary import GRADES
from kit.charts.canvas import Labels, canvas, names, percent_axis, shares_by_tier

__all__ = ["families", "grades_by_tier"]


def families(result: Products, *, labels: Labels) -> Figure:
    """Customers by number of product families, and the mean of each tier."""
    figure, (left, right) = canvas(2.5, columns=2, top=0.4, left=0.65)
    sns.barplot(
        x=result.distribution["families"], y=result.distribution["share"], color=theme.ACCENT, width=0.65, ax=left
    )
    for i, value in enumerate(result.distribution["share"]):
        left.text(i, value + 0.012, f"{value:.1%}", ha="center", fontsize=8)
    left.set_xticks(range(4), ["0", "1", "2", "3+"])
    left.set(
        xlabel=labels["families"],
        ylabel=labels["share_of_customers"],
        ylim=(0, result.distribution["share"].max() * 1.15 + 0.01),
    )
    percent_axis(left.yaxis)
    table = result.by_tier.dropna().iloc[::-1]
    right.barh(range(len(table)), table["mean"], height=0.6, color=theme.TEAL)
    for i, value in enumerate(table["mean"]):
        right.text(value + 0.04, i, f"{value:.2f}", va="center", fontsize=8)
    right.set_yticks(range(len(table)), names(list(table["tier"]), labels, "tier"))
    right.set(xlabel=labels["mean_families"], xlim=(0, max(table["mean"].max() * 1.18, 0.1) if len(table) else 1))
    for ax, axis in ((left, "x"), (right, "y")):
        ax.grid(visible=False, axis=axis)
    return figure


def grades_by_tier(result: PrimaryAccounts, *, labels: Labels) -> Figure:
    """Share of strong, medium and weak primary accounts in each tier that has customers."""
    looks = ((theme.ACCENT, "white"), ("#a9bccd", theme.INK), (theme.WARM, "white"))
    parts = {grade: (labels[f"grade.{grade}"], *look) for grade, look in zip(GRADES, looks, strict=True)}
    return shares_by_tier(result.by_tier.dropna(), parts, labels=labels)
