"""Whether customers bank here first: product families, primary account, likely merchants (R9, R46, R47, R51)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import needs, share, total
from kit.analysis.tiers import by_tier
from kit.params import Params

__all__ = ["GRADES", "Merchants", "PrimaryAccounts", "Products", "merchants", "primary_accounts", "products"]

GRADES = ("strong", "medium", "weak")
_EVIDENCE = {
    "payroll": col.PRIMARY_PAYROLL, "active": col.PRIMARY_ACTIVE, "autopay": col.PRIMARY_AUTOPAY,
    "mobile": col.PRIMARY_MOBILE, "demand": col.PRIMARY_DEMAND, "same_name_out": col.PRIMARY_SAME_NAME_OUT,
    "pass_through": col.PRIMARY_PASS_THROUGH,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Products:
    """Product families held: customers with 0, 1, 2, 3 and more of them, and the mean a tier (highest first)."""

    distribution: pd.DataFrame
    by_tier: pd.DataFrame
    mean: float | None
    single_share: float | None


@dataclass(frozen=True, slots=True)
class PrimaryAccounts:
    """Primary-account grades.

    Attributes
    ----------
    grades
        A row a grade: customers, aum_fen and their shares.
    by_tier
        Share of each grade among the customers of a tier, highest tier first.
    reasons
        A row a piece of evidence: its points, the customers it applies to, their share; None where it was not sent.
    focus
        Upper tiers with a weak grade, a row a tier: the money that lives elsewhere.
    """

    grades: pd.DataFrame
    by_tier: pd.DataFrame
    reasons: pd.DataFrame
    focus: pd.DataFrame
    focus_customers: int
    focus_fen: int
    strong_share: float | None


@dataclass(frozen=True, slots=True)
class Merchants:
    """Customers with evidence of being merchants, by tier (highest first)."""

    table: pd.DataFrame
    customers: int
    aum_fen: int


@needs(col.PRODUCT_COUNT)
def products(customers: pd.DataFrame, params: Params) -> Products:
    """交叉销售: product families a customer holds; the families counted are printed with the figure."""
    count = customers[col.PRODUCT_COUNT].fillna(0).astype("int64")
    sizes = count.clip(upper=3).value_counts().reindex(range(4), fill_value=0).sort_index()
    counted = customers.assign(**{col.PRODUCT_COUNT: count.astype(float)})
    return Products(
        distribution=pd.DataFrame({
            "families": sizes.index, "customers": sizes.to_numpy(), "share": sizes.to_numpy() / max(len(count), 1),
        }),
        by_tier=by_tier(counted, params)[col.PRODUCT_COUNT].mean().rename_axis(col.TIER).reset_index(name="mean"),
        mean=float(count.mean()) if len(count) else None,
        single_share=share((count <= 1).sum(), len(count)),
    )  # fmt: skip


@needs(col.PRIMARY_GRADE)
def primary_accounts(customers: pd.DataFrame, params: Params) -> PrimaryAccounts:
    """主账户: grades from points for and against; there is no standard rule, so the evidence is printed beside them."""
    grade = pd.Categorical(customers[col.PRIMARY_GRADE], categories=list(GRADES), ordered=True)
    groups = customers.groupby(grade, observed=False)
    grades = pd.DataFrame({"customers": groups.size(), "aum_fen": groups[col.AUM_FEN].apply(total).astype("int64")})
    grades["share_of_customers"] = grades["customers"] / max(len(customers), 1)
    whole = int(grades["aum_fen"].sum())
    grades["share_of_aum"] = grades["aum_fen"] / whole if whole > 0 else float("nan")
    tier = pd.Categorical(customers[col.TIER], categories=list(reversed(params.tier_codes())), ordered=True)
    counts = pd.crosstab(tier, grade, dropna=False).reindex(columns=list(GRADES), fill_value=0)
    reasons = [
        {
            "evidence": name,
            "points": getattr(params.primary, name),
            "customers": int(customers[column].sum()) if column in customers else None,
            "share": share(customers[column].sum(), len(customers)) if column in customers else None,
        }
        for name, column in _EVIDENCE.items()
    ]
    weak = customers[(customers[col.PRIMARY_GRADE] == "weak") & customers[col.TIER].isin(params.upper_tiers())]
    focus = by_tier(weak, params)[col.AUM_FEN].agg(["size", total]).loc[list(reversed(params.upper_tiers()))]
    return PrimaryAccounts(
        grades=grades.rename_axis("grade").reset_index(),
        by_tier=counts.div(counts.sum(axis=1).where(counts.sum(axis=1) > 0), axis=0)
        .rename_axis(col.TIER)
        .reset_index(),
        reasons=pd.DataFrame(reasons).astype({"customers": "Int64"}),
        focus=focus.set_axis(["customers", "aum_fen"], axis=1).rename_axis(col.TIER).reset_index(),
        focus_customers=len(weak),
        focus_fen=total(weak[col.AUM_FEN]),
        strong_share=share((customers[col.PRIMARY_GRADE] == "strong").sum(), len(customers)),
    )


@needs(col.MERCHANT_LIKE)
def merchants(customers: pd.DataFrame, params: Params) -> Merchants:
    """Likely merchants, on evidence and never as an anti-money-laundering finding."""
    likely = customers[customers[col.MERCHANT_LIKE].fillna(value=False).astype(bool)]
    groups = by_tier(likely, params)[col.AUM_FEN]
    table = pd.DataFrame({"customers": groups.size(), "aum_fen": groups.apply(total).astype("int64")})
    return Merchants(
        table=table.rename_axis(col.TIER).reset_index(), customers=len(likely), aum_fen=total(likely[col.AUM_FEN])
    )
