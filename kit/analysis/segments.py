"""Segments by ordered rules, life cycle first and then occupation, with their overlap (R30-R36, R40)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import needs, share, total
from kit.params import Params

__all__ = ["SEGMENTS", "Segments", "segments"]

# In the order of the rules (requirements H3).
SEGMENTS = ("retired", "business", "public", "payroll", "family", "young", "farming", "other")


@dataclass(frozen=True, slots=True)
class Segments:
    """A row a segment in the order of the rules, and how cleanly they part the customers.

    ``overlap`` is the share of customers whom two rules or more fit, ``unidentified`` that of 其他/待识别,
    ``occupation_known`` the share with an occupation other than a default code (None where none was sent).
    ``by_tier`` counts customers: a row a segment, a column a tier.
    """

    table: pd.DataFrame
    by_tier: pd.DataFrame
    overlap: float | None
    unidentified: float | None
    occupation_known: float | None


@needs(col.SEGMENT)
def segments(customers: pd.DataFrame, params: Params) -> Segments:
    """Customers and AUM of each segment; the first rule that fits wins."""
    category = pd.Categorical(customers[col.SEGMENT], categories=list(SEGMENTS), ordered=True)
    groups = customers.groupby(category, observed=False)
    table = pd.DataFrame({
        "customers": groups.size(),
        "aum_fen": groups[col.AUM_FEN].apply(total).astype("int64"),
        "mean_fen": groups[col.AUM_FEN].mean(),
    })  # fmt: skip
    upper = customers[col.TIER].isin(params.upper_tiers())
    table["upper_customers"] = upper.groupby(category, observed=False).sum()
    table["share_of_customers"] = table["customers"] / max(len(customers), 1)
    whole = int(table["aum_fen"].sum())
    table["share_of_aum"] = table["aum_fen"] / whole if whole > 0 else float("nan")
    tier = pd.Categorical(customers[col.TIER], categories=list(params.tier_codes()), ordered=True)
    known = customers.get(col.OCCUPATION_KNOWN)
    return Segments(
        table=table.rename_axis(col.SEGMENT).reset_index(),
        by_tier=pd.crosstab(category, tier, dropna=False).rename_axis(index=col.SEGMENT, columns=col.TIER),
        overlap=share((customers[col.SEGMENTS_FITTING] > 1).sum(), len(customers)),
        unidentified=share((customers[col.SEGMENT] == "other").sum(), len(customers)),
        occupation_known=None if known is None else share(known.fillna(value=False).sum(), len(customers)),
    )
