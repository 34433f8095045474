"""Proposals, deals and what they bring: the gate of suitability, the close rate, existing customers beside others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.products import GATES, risk_gate
from kit.analysis.proportions import rates
from kit.analysis.result import Result, Unavailable, flagged, joined, listed, needs, ordered, ratio, share, tally, total
from kit.params import Params

SOURCES = ("existing", "salon", "activated", "outside", "other")
UNNAMED = "unnamed"  # a product that the log does not name: there is no gate to pass


@dataclass(frozen=True, slots=True)
class Proposals(Result):
    """Opportunities still open and what the customers' risk levels say to them.

    ``table`` has a row a product family, most of them first: opportunities, expected_fen, and how many the gate lets
    pass (``suited``), stops (``unsuited``, ``lapsed``, ``unassessed``) or cannot judge (``unnamed``).
    """

    table: pd.DataFrame
    opportunities: int
    expected_fen: int
    suited: int
    suited_share: float | None
    suited_fen: int
    stopped: int
    unnamed: int


@dataclass(frozen=True, slots=True)
class Deals(Result):
    """Deals of the months that are looked back on.

    ``by_role``: who sold, most money first: opportunities, deals, deal_fen, raw_share (none of few) and shrunk_share
    closed. ``close_share`` is None where nothing open is on record: a log of deals alone closes everything.
    ``median_days`` lie between the customer's first contact on record and the deal.
    """

    by_role: pd.DataFrame
    opportunities: int
    deals: int
    deal_fen: int
    deal_each_fen: float | None
    close_share: float | None
    reached_share: float | None
    median_days: float | None
    timed: int


@dataclass(frozen=True, slots=True)
class Yields(Result):
    """Deals by where they came from; existing customers are those kept, activated or met at a salon.

    ``table``: deals, deal_fen, deal_each_fen and, where contacts have dates, how many were made before the deals with
    those who bought (``contacts``) and what one of them brought (``deal_contact_fen``).
    """

    table: pd.DataFrame
    deals: int
    existing: int
    existing_share: float | None
    existing_each_fen: float | None
    outside: int
    outside_each_fen: float | None
    unstated: int


def _open(sales: pd.DataFrame, customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Open opportunities with ``gate``, of `GATES` or `UNNAMED`."""
    known = [col.CUSTOMER_ID, *([col.RISK_RANK, col.RISK_STATE] if col.RISK_STATE in customers else [])]
    rows = sales[~flagged(sales, col.CLOSED)].merge(customers[known], on=col.CUSTOMER_ID, validate="many_to_one")
    levels = rows[col.DEAL_FAMILY].map(params.offers.risk).fillna(0).astype("int64")
    gate = np.full(len(rows), UNNAMED, dtype="object")
    for level in np.unique(levels):
        those = ((levels == level) & rows[col.DEAL_FAMILY].notna()).to_numpy()
        gate[those] = np.array(GATES, dtype="object")[risk_gate(rows[those], int(level))]
    return rows.assign(gate=gate, **{col.EXPECTED_FEN: rows[col.EXPECTED_FEN].fillna(0).astype("int64")})


@needs(col.EXPECTED_FEN, col.CLOSED, col.DEAL_FAMILY)
def proposals(sales: pd.DataFrame, params: Params, customers: pd.DataFrame) -> Proposals:
    """方案与适当性: open opportunities by product, and whether the customer's risk level allows the product (R101)."""
    rows = _open(sales, customers, params)
    groups = rows.groupby(rows[col.DEAL_FAMILY].fillna("other"))
    table = pd.DataFrame({"opportunities": groups.size(), "expected_fen": groups[col.EXPECTED_FEN].sum()})
    gates = pd.crosstab(rows[col.DEAL_FAMILY].fillna("other"), rows["gate"])
    table = table.join(gates.reindex(columns=[*GATES, UNNAMED], fill_value=0))
    suited = rows[rows["gate"] == "suited"]
    unnamed = int((rows["gate"] == UNNAMED).sum())
    return Proposals(
        table=table.sort_values("opportunities", ascending=False, kind="stable").rename_axis(col.FAMILY).reset_index(),
        opportunities=len(rows),
        expected_fen=int(rows[col.EXPECTED_FEN].sum()),
        suited=len(suited),
        suited_share=share(len(suited), len(rows)),
        suited_fen=int(suited[col.EXPECTED_FEN].sum()),
        stopped=len(rows) - len(suited) - unnamed,
        unnamed=unnamed,
    )


def proposal_list(customers: pd.DataFrame, params: Params, sales: pd.DataFrame) -> pd.DataFrame | Unavailable:
    """方案名单: customers with open opportunities and what the gate says, those who may buy first (R101).

    The amount is what is expected of all of them.
    """
    lacking = tuple(c for c in (col.EXPECTED_FEN, col.CLOSED, col.DEAL_FAMILY) if c not in sales)
    if lacking:
        return Unavailable(lacking)
    rows = _open(sales, customers, params)
    said = pd.DataFrame({f"gate_{gate}": rows["gate"] == gate for gate in (*GATES, UNNAMED)})
    made = said.groupby(rows[col.CUSTOMER_ID]).any()
    amount = rows.groupby(col.CUSTOMER_ID)[col.EXPECTED_FEN].sum()
    order = made[["gate_suited"]].assign(amount=amount).sort_values(
        ["gate_suited", "amount"], ascending=False, kind="stable"
    )  # fmt: skip
    made = made.loc[order.index]
    return listed(made.reset_index(), order["amount"], joined(made))


@needs(col.CLOSED, col.DEAL_FEN)
def deals(sales: pd.DataFrame, params: Params, contacts: pd.DataFrame) -> Deals:
    """成交: deals, their amount, the share of the opportunities that were closed, and the days that it took (R102)."""
    closed = sales[flagged(sales, col.CLOSED)]
    days = pd.Series(dtype=float)
    if col.CONTACT_DATE in contacts and col.DEAL_DATE in closed:
        first = contacts.groupby(col.CUSTOMER_ID, as_index=False)[col.CONTACT_DATE].min()
        both = closed.merge(first, on=col.CUSTOMER_ID, validate="many_to_one")
        days = (both[col.DEAL_DATE] - both[col.CONTACT_DATE]).dt.days
        days = days[days >= 0]
    hoped = closed.get(col.EXPECTED_FEN, pd.Series(0, index=closed.index)).fillna(0)
    return Deals(
        by_role=_by_role(sales, params),
        opportunities=len(sales),
        deals=len(closed),
        deal_fen=total(closed[col.DEAL_FEN]),
        deal_each_fen=share(total(closed[col.DEAL_FEN]), len(closed)),
        close_share=share(len(closed), len(sales)) if len(closed) < len(sales) else None,
        reached_share=share(total(closed.loc[hoped > 0, col.DEAL_FEN]), total(hoped)),
        median_days=float(days.median()) if len(days) else None,
        timed=len(days),
    )


def _by_role(sales: pd.DataFrame, params: Params) -> pd.DataFrame:
    if col.DEAL_ROLE not in sales:
        return pd.DataFrame(columns=["role"])
    closed = flagged(sales, col.CLOSED)
    groups = sales.assign(deals=closed, **{col.DEAL_FEN: sales[col.DEAL_FEN].where(closed)}).groupby(
        sales[col.DEAL_ROLE].fillna("unknown")
    )
    table = pd.DataFrame({
        "opportunities": groups.size(),
        "deals": groups["deals"].sum().astype("int64"),
        "deal_fen": groups[col.DEAL_FEN].apply(total).astype("int64"),
    })  # fmt: skip
    if closed.sum() < len(sales):
        table = rates(table, "deals", "opportunities", params)
    return table.sort_values("deal_fen", ascending=False, kind="stable").rename_axis("role").reset_index()


@needs(col.DEAL_SOURCE, col.DEAL_FEN)
def yields(sales: pd.DataFrame, _params: Params, contacts: pd.DataFrame) -> Yields:
    """存量与外拓的产出: deals, amount and amount a deal and a contact, by where the deal came from (R72).

    The model has no log of hours, so that what an hour brings cannot be told.
    """
    deals = sales[flagged(sales, col.CLOSED)].reset_index(drop=True)
    told = deals.dropna(subset=col.DEAL_SOURCE)
    table = tally(told, ordered(told[col.DEAL_SOURCE], SOURCES), of="deals", deal_fen=col.DEAL_FEN)
    table["deal_each_fen"] = ratio(table["deal_fen"], table["deals"])
    if col.CONTACT_DATE in contacts and col.DEAL_DATE in told:
        keys = told[[col.CUSTOMER_ID, col.DEAL_DATE, col.DEAL_SOURCE]].dropna()
        before = keys.merge(contacts[[col.CUSTOMER_ID, col.CONTACT_DATE]], on=col.CUSTOMER_ID, validate="many_to_many")
        before = before[before[col.CONTACT_DATE] <= before[col.DEAL_DATE]]
        table["contacts"] = before[col.DEAL_SOURCE].value_counts().reindex(SOURCES, fill_value=0).to_numpy()
        table["deal_contact_fen"] = ratio(table["deal_fen"], table["contacts"])
    inside = table.loc[["existing", "salon", "activated"]].sum()
    return Yields(
        table=table[table["deals"] > 0].reset_index(),
        deals=len(told),
        existing=int(inside["deals"]),
        existing_share=share(inside["deal_fen"], table["deal_fen"].sum()),
        existing_each_fen=share(inside["deal_fen"], inside["deals"]),
        outside=int(table["deals"]["outside"]),
        outside_each_fen=share(table["deal_fen"]["outside"], table["deals"]["outside"]),
        unstated=len(deals) - len(told),
    )
