"""Charts of what customers hold, own and live on."""

import pandas as pd
from matplotlib.figure import Figure

from kit.analysis.balance_sheet import Funds
from kit.analysis.products import ProductMatrix
from kit.charts.canvas import Labels, canvas, heat_map, names


def families_held_together(result: ProductMatrix, *, labels: Labels) -> Figure:
    """Of the holders of the row's family, the share who hold the column's, and how many they are."""
    families = list(result.shares.index)
    figure, ax = canvas(0.5 + 0.42 * len(families), left=1.15, top=0.4, bottom=0.05, right=0.05)
    shares, counts = result.shares.copy(), result.counts
    texts = pd.DataFrame(
        [[f"{shares.loc[a, b]:.0%}\n{counts.loc[a, b]:,}" for b in families] for a in families],
        index=families, columns=families,
    )  # fmt: skip
    for family in families:  # of himself every holder holds all: his cell has the number alone
        shares.loc[family, family] = 0
        texts.loc[family, family] = f"{counts.loc[family, family]:,}"
    told = names(families, labels, "family")
    heat_map(ax, shares, texts, rows=told, columns=told)
    return figure


def purposes_by_occupation(result: Funds, side: str, *, labels: Labels) -> Figure:
    """Share of the customers of each occupation whose largest sum in (``sources``) or out (``uses``) was for it."""
    shares = getattr(result, side).dropna(how="all")
    figure, ax = canvas(0.45 + 0.3 * len(shares), left=1.15, top=0.35, bottom=0.05, right=0.05)
    texts = shares.map(lambda value: f"{value:.0%}" if value else "·")
    rows, columns = names(list(shares.index), labels, "sector"), names(list(shares.columns), labels, "purpose")
    heat_map(ax, shares, texts, rows=rows, columns=columns)
    return figure
