"""Other ways to divide the customers, beside the rules: what each is worth, and whether occupation tells assets."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, needs, ordered, share, tally
from kit.analysis.segments import overlap_share
from kit.params import Params

# Balance columns of the families that can be a customer's main one, in the order in which a tie is settled.
_BALANCES = {
    "demand": (col.DEMAND_SPOT_FEN,), "time": (col.TIME_SPOT_FEN, col.CD_SPOT_FEN),
    "structured": (col.STRUCTURED_SPOT_FEN,), "wmp": (col.WMP_SPOT_FEN,), "fund": (col.FUND_SPOT_FEN,),
    "insurance": (col.INSURANCE_SPOT_FEN,), "bond": (col.BOND_SPOT_FEN,), "gold": (col.GOLD_SPOT_FEN,),
    "custody": (col.CUSTODY_SPOT_FEN,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schemes(Result):
    """A row a way to divide the customers (``rules``, ``product``, ``occupation``, ``risk``).

    ``table``: groups that have customers; overlap_share; unplaced_share; largest_group_share of the placed; balance,
    the normalised entropy of the placed (1: groups of one size); separation. A way without its columns has none.
    ``apart`` is the way that tells the assets best apart; ``rules_balance`` and the others are the rules' own.
    """

    table: pd.DataFrame
    rules_overlap: float | None
    rules_balance: float | None
    rules_separation: float | None
    product_overlap: float | None
    apart: str | None


@dataclass(frozen=True, slots=True)
class Occupations(Result):
    """AUM by sector of the occupation: customers, quartiles and shares; none where fewer than ten are known.

    ``separation`` is that of the known sectors; ``highest`` and ``lowest`` those with the largest and the smallest
    median.
    """

    table: pd.DataFrame
    known: int
    separation: float | None
    highest: str | None
    lowest: str | None


def separation(amounts: pd.Series, groups: pd.Series) -> float | None:
    """Share of the variance of the amounts' ranks that the groups explain, less what chance would.

    Eta-squared of ranks (Kruskal-Wallis H over n - 1) in Kelley's correction, not below 0. Ranks, since AUM is
    heavy-tailed and may be negative. None where there are not two groups, or no more customers than groups, or all
    amounts are equal.
    """
    known = groups.notna() & amounts.notna()
    ranks = amounts[known].rank().to_numpy()
    group, names = pd.factorize(groups[known])
    n, k = len(ranks), len(names)
    around = float(((ranks - ranks.mean()) ** 2).sum()) if n else 0.0
    if k < 2 or n <= k or around == 0:
        return None
    means = np.bincount(group, ranks) / np.bincount(group)
    within = float(((ranks - means[group]) ** 2).sum())
    return max(0.0, 1 - (within / (n - k)) / (around / (n - 1)))


def _balances(customers: pd.DataFrame) -> pd.DataFrame:
    """A column a product family whose balance was sent."""
    sent = {family: [c for c in columns if c in customers] for family, columns in _BALANCES.items()}
    return pd.DataFrame({
        family: sum(customers[column].fillna(0) for column in columns) for family, columns in sent.items() if columns
    }, index=customers.index)  # fmt: skip


def _by_product(customers: pd.DataFrame) -> tuple[pd.Series | None, float | None]:
    """主力产品: the family with a customer's largest balance; nothing to compare where at most one family was sent."""
    held = _balances(customers)
    if held.shape[1] < 2:
        return None, None
    values = held.to_numpy()
    families = pd.Series(np.asarray(held.columns, dtype="object")[values.argmax(axis=1)], index=customers.index)
    several = (values > 0).sum(axis=1)
    return families.where(several > 0), share((several > 1).sum(), len(customers))


def _by_occupation(customers: pd.DataFrame) -> tuple[pd.Series | None, float | None]:
    sector = customers.get(col.OCCUPATION_SECTOR)
    return None if sector is None else sector.where(sector != "unknown"), 0.0


def _by_risk(customers: pd.DataFrame) -> tuple[pd.Series | None, float | None]:
    return customers.get(col.RISK_RANK), 0.0


# One occupation or risk level each: only the rules and the products can place a customer twice.
_OTHERS: dict[str, Callable[[pd.DataFrame], tuple[pd.Series | None, float | None]]] = {
    "product": _by_product, "occupation": _by_occupation, "risk": _by_risk,
}  # fmt: skip


def _judged(customers: pd.DataFrame, groups: pd.Series | None, overlap: float | None) -> dict[str, object]:
    if groups is None:
        return {}
    sizes = groups.value_counts()
    parts = sizes / max(int(sizes.sum()), 1)
    several = len(sizes) > 1
    return {
        "groups": len(sizes),
        "overlap_share": overlap,
        "unplaced_share": share(groups.isna().sum(), len(groups)),
        "largest_group_share": float(parts.max()) if len(sizes) else None,
        "balance": float(-(parts * np.log(parts)).sum() / np.log(len(sizes))) if several else None,
        "separation": separation(customers[col.AUM_FEN], groups),
    }


@needs(col.SEGMENT)
def schemes(customers: pd.DataFrame, params: Params) -> Schemes:
    """按什么分: the rules, main product, occupation and risk level on the same measures (R33)."""
    ruled = customers[col.SEGMENT].where(customers[col.SEGMENT] != params.segments.rest)
    rows = {"rules": _judged(customers, ruled, overlap_share(customers) if len(customers) else None)}
    rows |= {name: _judged(customers, *divide(customers)) for name, divide in _OTHERS.items()}
    columns = ["groups", "overlap_share", "unplaced_share", "largest_group_share", "balance", "separation"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float).astype({"groups": "Int64"})
    known = table["separation"].dropna()

    def told(row: str, column: str) -> float | None:
        value = table[column][row]
        return None if pd.isna(value) else float(value)

    return Schemes(
        table=table.rename_axis("scheme").reset_index(),
        rules_overlap=told("rules", "overlap_share"),
        rules_balance=told("rules", "balance"),
        rules_separation=told("rules", "separation"),
        product_overlap=told("product", "overlap_share"),
        apart=str(known.idxmax()) if len(known) else None,
    )


@needs(col.OCCUPATION_SECTOR)
def occupations(customers: pd.DataFrame, params: Params) -> Occupations:
    """按职业看资产: quartiles of AUM by sector, and how much of its ranks the occupation explains (R35)."""
    order = [*params.segments.occupations, "other", "unknown"]
    sector = ordered(customers[col.OCCUPATION_SECTOR], order)
    groups = customers.groupby(sector, observed=True)[col.AUM_FEN]
    table = tally(customers, sector, aum_fen=col.AUM_FEN)
    table = table[table["customers"] > 0]
    table.insert(1, "share_of_customers", table["customers"] / max(len(customers), 1))
    many = table["customers"] >= params.compared.smallest
    quartiles = groups.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    for name, quantile in (("lower_fen", 0.25), ("median_fen", 0.5), ("upper_fen", 0.75)):
        table[name] = quartiles[quantile].where(many) if len(table) else None
    known = customers[col.OCCUPATION_SECTOR].where(customers[col.OCCUPATION_SECTOR] != "unknown")
    medians = table["median_fen"].drop("unknown", errors="ignore").dropna()
    compared = len(medians) > 1
    return Occupations(
        table=table.reset_index(),
        known=int(known.notna().sum()),
        separation=separation(customers[col.AUM_FEN], known),
        highest=str(medians.idxmax()) if compared else None,
        lowest=str(medians.idxmin()) if compared else None,
    )
