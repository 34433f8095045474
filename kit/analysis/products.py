"""Product families held: how many a customer has, which go together, where there is room (R9, R44)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit import columns as col
from kit.analysis.result import Result, Unavailable, flagged, listed, needs, richest, share
from kit.analysis.tiers import at_the_floor, by_tier
from kit.params import Params

FAMILIES = {
    "demand": col.HOLDS_DEMAND, "time": col.HOLDS_TIME, "structured": col.HOLDS_STRUCTURED, "wmp": col.HOLDS_WMP,
    "fund": col.HOLDS_FUND, "insurance": col.HOLDS_INSURANCE, "bond": col.HOLDS_BOND, "gold": col.HOLDS_GOLD,
    "custody": col.HOLDS_CUSTODY, "loan": col.HOLDS_LOAN, "card": col.HOLDS_CARD,
}  # fmt: skip
GATES = ("suited", "unsuited", "lapsed", "unassessed")


@dataclass(frozen=True, slots=True)
class Products(Result):
    """Product families held.

    Attributes
    ----------
    by_tier
        A row a tier that has customers, highest first, and all of them (``all``): customers, shares with none, one,
        two, three and more families, and the mean.
    families
        Those counted: codes of the families that the bank sent; empty where it sent its own count alone.
    mean, single_share
        Of all ``customers`` of whom it is known, the dormant among them; ``awake_mean`` of those known to be awake.
    """

    by_tier: pd.DataFrame
    families: tuple[str, ...]
    customers: int
    mean: float | None
    single_share: float | None
    awake_mean: float | None
    dormant: int | None


@dataclass(frozen=True, slots=True)
class ProductMatrix(Result):
    """Customers who hold both of two families, and their share of the holders of the row's; ``base``: who holds each.

    ``first`` suggests ``second`` most: of its holders ``share`` hold it, ``lift`` times as many as of all customers.
    """

    counts: pd.DataFrame
    shares: pd.DataFrame
    base: pd.Series
    holders: int
    pairs: int
    first: str | None
    second: str | None
    share: float | None
    base_share: float | None
    lift: float | None


@dataclass(frozen=True, slots=True)
class Whitespace(Result):
    """Customers who are awake and do not hold a family, a row a family, by what their risk level allows.

    ``suited`` may be offered it, ``unsuited`` have a level below the product's, ``lapsed`` and ``unassessed`` must be
    assessed first. ``awake`` customers are looked at; of them ``reassess`` have no assessment in force. Where the bank
    sends no risk levels, all are ``unrated``, and what they allow is not known.
    """

    table: pd.DataFrame
    awake: int
    unrated: int
    reassess: int | None
    reassess_share: float | None
    widest: str | None
    widest_suited: int


def known_families(customers: pd.DataFrame) -> tuple[str, ...]:
    """Codes of the families of which something is known."""
    sent = (item for item in FAMILIES.items() if item[1] in customers)
    return tuple(family for family, column in sent if customers.empty or customers[column].notna().any())


def valued(customers: pd.DataFrame, params: Params) -> pd.Series:
    """Whether a customer stands at the value floor or above and is awake: those whom it pays to list one by one."""
    return at_the_floor(customers, params) & ~flagged(customers, col.DORMANT)


def held(customers: pd.DataFrame, families: tuple[str, ...]) -> pd.DataFrame:
    """Whether each customer is known to hold each family."""
    return pd.DataFrame({f: flagged(customers, FAMILIES[f]) for f in families}, index=customers.index)


@needs(of_most=col.PRODUCT_COUNT)
def products(customers: pd.DataFrame, params: Params) -> Products:
    """交叉销售: customers by the number of product families they hold, and the mean, by tier (R9)."""
    customers = customers[customers[col.PRODUCT_COUNT].notna()]
    count = customers[col.PRODUCT_COUNT].astype("int64")
    told = customers.get(col.DORMANT, pd.Series(index=customers.index, dtype="object"))
    awake = told.eq(other=False)
    kinds = pd.DataFrame({name: count == n for n, name in enumerate(("none_share", "one_share", "two_share"))})
    kinds = kinds.assign(more_share=count >= 3, mean=count).astype(float)
    tier = by_tier(kinds.assign(**{col.TIER: customers[col.TIER]}), params)
    table = tier[list(kinds)].mean()
    table.insert(0, "customers", tier.size())
    whole = pd.DataFrame([{"customers": len(count), **kinds.mean()}], index=["all"])
    table = pd.concat([whole, table[table["customers"] > 0]]) if len(count) else table.iloc[:0]
    return Products(
        by_tier=table.rename_axis(col.TIER).reset_index(),
        families=known_families(customers),
        customers=len(count),
        mean=float(count.mean()) if len(count) else None,
        single_share=share((count <= 1).sum(), len(count)),
        awake_mean=float(count[awake].mean()) if awake.any() else None,
        dormant=int(flagged(customers, col.DORMANT).sum()) if told.notna().any() else None,
    )


def product_matrix(customers: pd.DataFrame, params: Params) -> ProductMatrix | Unavailable:
    """产品交叉: of those who hold a family, how many hold another; families that nobody holds are left out (R44)."""
    families = known_families(customers)
    if len(families) < 2:
        return Unavailable((col.HOLDS_WMP, col.HOLDS_FUND, col.HOLDS_INSURANCE))
    holds = held(customers, families)
    holds = holds.loc[:, holds.any()]
    grid = holds.to_numpy(dtype="int64")
    known = customers[[FAMILIES[str(f)] for f in holds]].notna().to_numpy(dtype="int64")
    counts = pd.DataFrame(grid.T @ grid, index=holds.columns, columns=holds.columns)
    shares = counts / np.maximum(grid.T @ known, 1)
    base = holds.sum() / np.maximum(known.sum(axis=0), 1)
    many = (counts >= params.compared.smallest) & ~np.eye(len(base), dtype=bool)
    lifts = shares.div(base, axis=1).where(many).to_numpy(dtype=float)
    pairs = int((~np.isnan(lifts)).sum())
    row, column = divmod(int(np.nanargmax(lifts)), len(base)) if pairs else (0, 0)
    return ProductMatrix(
        counts=counts,
        shares=shares,
        base=base,
        holders=int(grid.any(axis=1).sum()),
        pairs=pairs,
        first=str(base.index[row]) if pairs else None,
        second=str(base.index[column]) if pairs else None,
        share=float(shares.to_numpy()[row, column]) if pairs else None,
        base_share=float(base.iloc[column]) if pairs else None,
        lift=float(lifts[row, column]) if pairs else None,
    )


def risk_gate(customers: pd.DataFrame, level: int) -> NDArray[np.int64]:
    """What each customer's risk level says to a product of ``level`` (0: no gate): places in `GATES`."""
    suited, unsuited, lapsed, unassessed = range(len(GATES))
    if not level:
        return np.full(len(customers), suited)
    if col.RISK_RANK not in customers:
        return np.full(len(customers), unassessed)
    state = customers[col.RISK_STATE]
    given = [customers[col.RISK_RANK] >= level, state == "lapsed", state == "unknown"]
    return np.select([each.to_numpy(dtype=bool) for each in given], [suited, lapsed, unassessed], unsuited)


def whitespace(customers: pd.DataFrame, params: Params) -> Whitespace | Unavailable:
    """产品空白: who lacks a family, and whether his risk level allows it: a C1 customer is offered no R2 (R44)."""
    families = known_families(customers)
    if not families:
        return Unavailable((col.HOLDS_WMP, col.HOLDS_FUND, col.HOLDS_INSURANCE))
    awake, holds = ~flagged(customers, col.DORMANT).to_numpy(), held(customers, families)
    rows = []
    for family in families:
        has, lacks = holds[family].to_numpy(), customers[FAMILIES[family]].eq(other=False).to_numpy()
        level = params.offers.risk.get(family, 0)  # type: ignore[call-overload]
        gate = np.bincount(risk_gate(customers, level)[awake & lacks], minlength=len(GATES))
        holders = int((awake & has).sum())
        rows.append({
            col.FAMILY: family, "risk_level": f"R{level}" if level else None, "holders": holders,
            "holder_share": share(holders, (awake & (has | lacks)).sum()),
            **dict(zip(GATES, gate.tolist(), strict=True)),
        })  # fmt: skip
    table, rated = pd.DataFrame(rows), col.RISK_RANK in customers
    gated = table[table["risk_level"].notna() & rated].sort_values("suited", ascending=False, kind="stable")
    if not rated:
        table[list(GATES)] = table[list(GATES)].astype("Int64").mask(table["risk_level"].notna())
    reassess = int(np.isin(risk_gate(customers, 1)[awake], (GATES.index("lapsed"), GATES.index("unassessed"))).sum())
    return Whitespace(
        table=table,
        awake=int(awake.sum()),
        unrated=0 if rated else int(awake.sum()),
        reassess=reassess if rated else None,
        reassess_share=share(reassess, awake.sum()) if rated else None,
        widest=str(gated[col.FAMILY].iloc[0]) if len(gated) else None,
        widest_suited=int(gated["suited"].iloc[0]) if len(gated) else 0,
    )


@needs(col.RISK_STATE)
def reassess_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """重新风评名单: valued customers without a risk assessment in force, the richest first (R44)."""
    columns = [col.CUSTOMER_ID, col.AUM_FEN, col.RISK_STATE]
    rows = customers.loc[valued(customers, params) & (customers[col.RISK_STATE] != "valid"), columns]
    rows = richest(rows)
    return listed(rows, rows[col.AUM_FEN], "risk_" + rows[col.RISK_STATE].astype("object"))
