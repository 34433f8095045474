"""What customers own and owe, whence their money comes and where it goes, and who is in which table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, Unavailable, counted, needs, ordered, share, tally, total
from kit.analysis.tiers import ladder
from kit.params import Params

# Part of the assets → the balances that it is made of.
ASSETS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "demand": (col.DEMAND_SPOT_FEN,),
    "time": (col.TIME_SPOT_FEN, col.CD_SPOT_FEN, col.STRUCTURED_SPOT_FEN),
    "wmp": (col.WMP_SPOT_FEN,),
    "fund": (col.FUND_SPOT_FEN,),
    "insurance": (col.INSURANCE_SPOT_FEN,),
    "other": (col.BOND_SPOT_FEN, col.GOLD_SPOT_FEN, col.CUSTODY_SPOT_FEN),
})  # fmt: skip
_FLOWS = ("in", "out")


@dataclass(frozen=True, slots=True)
class BalanceSheet(Result):
    """Assets by part, loans and what is left, a row a tier (highest first) and in all.

    ``table``: customers, asset_fen, and where loans were sent loan_fen, net_asset_fen, loan_share (of assets) and
    borrowers; ``by_tier``: the share of each part in the assets of a tier. ``rest_fen`` is what the parts leave of the
    bank's own sum of AUM at the date; it counts as other.
    """

    table: pd.DataFrame
    by_tier: pd.DataFrame
    parts: tuple[str, ...]
    customers: int
    asset_fen: int
    loan_fen: int | None
    net_asset_fen: int | None
    rest_fen: int
    wealth_share: float | None


@dataclass(frozen=True, slots=True)
class Funds(Result):
    """Where the money of each occupation comes from and goes to.

    Attributes
    ----------
    table
        A row an occupation that moved money: ``occupation_sector``, ``customers``, ``inflow_each_fen`` and
        ``outflow_each_fen`` (the median customer's month), ``source`` and ``use`` (what most customers' largest sum was
        for) with the share of customers, ``regular_share``: to whom some one kind of money came in every month.
    sources, uses
        Customers by the purpose of their largest sum in, and out, as shares: a row an occupation, a column a purpose.
    months
        That the transactions reach over; at most the profile's.
    told_share
        Of the amount, what a purpose could be told of; ``undirected`` transactions are neither in nor out.
    regular
        The known occupation with the largest ``regular_share``.
    """

    table: pd.DataFrame
    sources: pd.DataFrame
    uses: pd.DataFrame
    customers: int
    months: int
    told_share: float | None
    undirected: int
    regular: str | None
    regular_share: float | None


@dataclass(frozen=True, slots=True)
class ThreeTables(Result):
    """Customers who can be found in each of the tables that a customer card is joined from, and in all of them."""

    table: pd.DataFrame
    customers: int
    complete: int
    complete_share: float | None
    no_balance: int


def _parts(customers: pd.DataFrame) -> pd.DataFrame:
    """The known parts of each customer's assets, in 分."""
    known = {
        part: [column for column in columns if column in customers and customers[column].notna().any()]
        for part, columns in ASSETS.items()
    }
    return pd.DataFrame(
        {part: customers[columns].fillna(0).astype("int64").sum(axis=1) for part, columns in known.items() if columns},
        index=customers.index,
    )


def balance_sheet(customers: pd.DataFrame, params: Params) -> BalanceSheet | Unavailable:
    """资产负债: asset mix, loans, and assets less loans of each tier, at the month's end (R48)."""
    if not any(column in customers for columns in ASSETS.values() for column in columns):
        return Unavailable((col.DEMAND_SPOT_FEN, col.TIME_SPOT_FEN, col.WMP_SPOT_FEN))
    parts = _parts(customers)
    rest = 0
    if customers[col.SPOT_FEN].notna().any():
        left = customers[col.SPOT_FEN].fillna(0).astype("int64") - parts.sum(axis=1)
        rest = total(left)
        if rest:
            parts = parts.assign(other=parts.get("other", 0) + left)
    loans = customers.get(col.LOAN_SPOT_FEN)
    loans = loans if loans is not None and (loans.empty or loans.notna().any()) else None
    rows = parts.assign(asset_fen=parts.sum(axis=1), **{col.TIER: customers[col.TIER]})
    if loans is not None:
        rows = rows.assign(loan_fen=loans.fillna(0).astype("int64"), borrowers=(loans > 0).astype("int64"))
    sums = tally(rows, ladder(rows, params), **{name: name for name in map(str, rows) if name != col.TIER})
    sums = sums[sums["customers"] > 0]
    assets = sums["asset_fen"].where(sums["asset_fen"] > 0)
    table = sums[["customers", "asset_fen"]].copy()
    if loans is not None:
        table["loan_fen"], table["borrowers"] = sums["loan_fen"], sums["borrowers"]
        table["loan_share"] = sums["loan_fen"] / assets
        table["net_asset_fen"] = sums["asset_fen"] - sums["loan_fen"]
    mix = sums[list(parts)].div(assets, axis=0).add_suffix("_share").assign(asset_fen=sums["asset_fen"])
    owned = int(sums["asset_fen"].sum())
    owed = None if loans is None else int(sums["loan_fen"].sum())
    wealth = [part for part in ("wmp", "fund", "insurance") if part in parts]
    return BalanceSheet(
        table=table.reset_index(),
        by_tier=mix.reset_index(),
        parts=tuple(map(str, parts)),
        customers=len(customers),
        asset_fen=owned,
        loan_fen=owed,
        net_asset_fen=None if owed is None else owned - owed,
        rest_fen=rest,
        wealth_share=share(sums[wealth].sum().sum(), owned) if wealth and owned > 0 else None,
    )


@needs(col.FLOW, col.PURPOSE)
def funds(flows: pd.DataFrame, params: Params, customers: pd.DataFrame) -> Funds | Unavailable:
    """资金来源与去向: source, use, size and regularity of the money of each occupation (R41).

    Parameters
    ----------
    flows
        A row a customer, direction and purpose (``data/flows.parquet``).
    """
    if col.OCCUPATION_SECTOR not in customers:
        return Unavailable((col.OCCUPATION_SECTOR,))
    order = [*params.segments.occupations, "other", "unknown"]
    directed = flows[col.FLOW].isin(_FLOWS)
    rows = flows.loc[directed, [col.CUSTOMER_ID, col.FLOW, col.PURPOSE, col.FLOW_FEN, col.MONTHS]]
    place, moving = pd.factorize(rows[col.CUSTOMER_ID])
    sector = ordered(customers.set_index(col.CUSTOMER_ID)[col.OCCUPATION_SECTOR].reindex(moving.astype("str")), order)
    purpose = ordered(rows[col.PURPOSE], sorted(rows[col.PURPOSE].dropna().unique()))
    rows[col.CUSTOMER_ID], rows[col.OCCUPATION_SECTOR], rows[col.PURPOSE] = place, sector[place], purpose
    months = int(rows[col.MONTHS].max()) if len(rows) else 0
    table = pd.Series(sector).groupby(sector, observed=True).size().to_frame("customers")
    ways = {flow: rows[rows[col.FLOW] == flow] for flow in _FLOWS}
    main = {flow: _main_purpose(moved).reindex(table.index) for flow, moved in ways.items()}
    for flow, amount, name in zip(_FLOWS, ("inflow", "outflow"), ("source", "use"), strict=True):
        each = ways[flow].groupby(col.CUSTOMER_ID)[col.FLOW_FEN].sum()
        told = main[flow].dropna(how="all")
        table[f"{amount}_each_fen"] = each.groupby(sector[each.index], observed=True).median() / max(months, 1)
        table[name] = told.idxmax(axis=1) if len(told) else None
        table[f"{name}_share"] = told.max(axis=1)
    steady = ways["in"].loc[(ways["in"][col.MONTHS] == months) & (months > 1), col.CUSTOMER_ID].unique()
    regular = pd.Series(sector[steady]).value_counts()
    table["regular_share"] = regular.reindex(table.index, fill_value=0) / table["customers"]
    amount_fen = int(rows[col.FLOW_FEN].sum())
    told_fen = int(rows.loc[rows[col.PURPOSE] != "other", col.FLOW_FEN].sum())
    steadiest = table.drop(index="unknown", errors="ignore")["regular_share"]
    found = bool(len(steadiest)) and steadiest.max() > 0
    return Funds(
        table=table.reset_index().astype({col.OCCUPATION_SECTOR: str}),
        sources=main["in"],
        uses=main["out"],
        customers=len(moving),
        months=months,
        told_share=share(told_fen, amount_fen) if amount_fen > 0 else None,
        undirected=int(flows.loc[~directed, "txns"].sum()),
        regular=str(steadiest.idxmax()) if found else None,
        regular_share=float(steadiest.max()) if found else None,
    )


def _main_purpose(rows: pd.DataFrame) -> pd.DataFrame:
    """Customers by what their largest sum was for, as shares of the occupation's; the commonest purpose first."""
    who = rows[col.CUSTOMER_ID].to_numpy()
    order = np.lexsort((rows[col.PURPOSE].cat.codes, -rows[col.FLOW_FEN].to_numpy(), who))
    largest = order[np.diff(who[order], prepend=-1) > 0]
    made = counted(*(pd.CategoricalIndex(rows[name].array[largest]) for name in (col.OCCUPATION_SECTOR, col.PURPOSE)))
    made = made.loc[made.any(axis=1), made.any()]
    commonest = made.sum().sort_values(ascending=False, kind="stable").index
    return made[commonest].div(made.sum(axis=1), axis=0)


def three_tables(customers: pd.DataFrame, _params: Params) -> ThreeTables:
    """三张表合起来看: of the customers on file, who has products and a balance sheet too (R38, R49)."""
    sent = {"customer_month": col.IN_MONTH, "account": col.IN_ACCOUNT, "holding": col.IN_HOLDING, "txn": col.IN_TXN}
    told = customers[[c for c in sent.values() if c in customers and (customers.empty or customers[c].notna().any())]]
    found, not_found = told.eq(other=True), told.eq(other=False)
    products = told.columns.intersection([col.IN_ACCOUNT, col.IN_HOLDING])
    known = told[products].notna().any(axis=1) | products.empty
    complete = found[col.IN_MONTH] & known & (found[products].any(axis=1) | products.empty)
    rows = [
        {
            "table": name,
            "customers": int(found[column].sum()),
            "share": share(found[column].sum(), told[column].count()),
            "not_found": int(not_found[column].sum()),
            "aum_not_found_fen": total(customers.loc[not_found[column], col.AUM_FEN]),
        }
        for name, column in sent.items()
        if column in told
    ]
    return ThreeTables(
        table=pd.DataFrame(rows),
        customers=len(customers),
        complete=int(complete.sum()),
        complete_share=share(complete.sum(), known.sum()),
        no_balance=int(not_found[col.IN_MONTH].sum()),
    )
