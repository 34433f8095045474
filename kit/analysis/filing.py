"""How full the customers' files are, the occupation first, and whose are to be filled in first (R39, R40, R43)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.branches import Standing, place
from kit.analysis.products import valued
from kit.analysis.result import Result, listed, needs, richest, share, tally, total
from kit.analysis.tiers import ladder
from kit.params import Params

_LISTED = 6  # owners in a chapter


@dataclass(frozen=True, slots=True)
class Completeness(Result):
    """How far the files of the branch's customers are filled in (of the bank's, where ``branch_id`` is empty).

    Attributes
    ----------
    share
        Filled fields of all fields that the bank sends of all customers; ``standing`` among the branches.
    occupation_share
        Customers whose occupation says something; None where the bank sends none.
    by_field
        ``field``, ``customers``, ``filled``, ``share``, ``bank_share``; the occupation, then the emptiest first.
    by_tier
        ``field`` by tier code, lowest first: shares, none for a tier of fewer than ten customers;
        ``tier_customers`` are the customers of each.
    by_owner
        ``staff_id`` (of a branch) or ``branch_id`` (of the bank), ``customers``, ``filled_share``,
        ``occupation_share``; fewest occupations first, those of fewer than ten customers left out. ``owners`` is
        how many there are.
    """

    customers: int
    field_count: int
    share: float | None
    standing: Standing
    occupation_share: float | None
    occupation_standing: Standing
    emptiest: str | None
    emptiest_share: float | None
    by_field: pd.DataFrame
    by_tier: pd.DataFrame
    tier_customers: pd.Series
    by_owner: pd.DataFrame
    owners: int


@dataclass(frozen=True, slots=True)
class Backlog(Result):
    """Files to be filled in, of customers at the value floor and above, by tier (highest first).

    ``table``: ``customers`` with a field missing, ``no_occupation`` of them, ``aum_fen``; ``others`` have a field
    missing and are below the value floor.
    """

    table: pd.DataFrame
    customers: int
    no_occupation: int
    aum_fen: int
    share: float | None
    others: int


def _filled(rows: pd.DataFrame, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers whose file says something, and all: a row a field, a column a code of ``by``."""
    known = rows[rows[by].notna()]
    at, codes = pd.factorize(known[by], sort=True)
    of, fields = pd.factorize(known["field"], sort=True)

    def sums(amounts: pd.Series) -> pd.DataFrame:
        cells = np.bincount(of * len(codes) + at, amounts, len(fields) * len(codes)).astype("int64")
        return pd.DataFrame(cells.reshape(len(fields), len(codes)), index=fields, columns=codes)

    return sums(known["filled"]), sums(known["customers"])


def completeness(rows: pd.DataFrame, branch_id: str, params: Params) -> Completeness:
    """Share of customers whose files say something, by field, tier and owner (R39, R40).

    Parameters
    ----------
    rows
        ``data/completeness.parquet`` of the whole bank.
    branch_id
        A branch of it; another text is the bank.
    """
    mine = rows[rows[col.BRANCH_ID] == branch_id]
    own, owner = (rows, col.BRANCH_ID) if mine.empty else (mine, col.STAFF_ID)
    (bank_filled, bank), (filled, asked) = _filled(rows, col.BRANCH_ID), _filled(own, col.TIER)
    by_field = pd.DataFrame({"customers": asked.sum(axis=1), "filled": filled.sum(axis=1)}).rename_axis("field")
    by_field["share"] = by_field["filled"] / by_field["customers"]
    by_field["bank_share"] = bank_filled.sum(axis=1) / bank.sum(axis=1)
    by_field = by_field.sort_values("share", kind="stable").reset_index()
    worst = by_field.iloc[0] if len(by_field) else None
    by_field = by_field.sort_values("field", key=lambda field: field != "occupation", kind="stable", ignore_index=True)
    tiers = [tier for tier in params.tier_codes() if tier in asked]
    held = asked.loc[by_field["field"].iloc[0], tiers] if len(by_field) else asked.sum()
    shown = held >= params.compared.smallest
    occupation = by_field[by_field["field"] == "occupation"]
    known = bank_filled.index.intersection(["occupation"])
    occupations = bank_filled.loc[known] / bank.loc[known]
    owners = _by_owner(own, owner, params)
    return Completeness(
        customers=int(held.sum()),
        field_count=len(by_field),
        share=share(by_field["filled"].sum(), by_field["customers"].sum()),
        standing=place(bank_filled.sum() / bank.sum(), branch_id, bank.max(), params),
        occupation_share=share(occupation["filled"].sum(), occupation["customers"].sum()),
        occupation_standing=place(occupations.sum(min_count=1), branch_id, bank.max(), params),
        emptiest=None if worst is None else str(worst["field"]),
        emptiest_share=None if worst is None else float(worst["share"]),
        by_field=by_field,
        by_tier=(filled / asked).reindex(by_field["field"])[tiers].where(shown, axis="columns"),
        tier_customers=held,
        by_owner=owners.head(_LISTED),
        owners=len(owners),
    )


def _by_owner(own: pd.DataFrame, key: str, params: Params) -> pd.DataFrame:
    """Customers and completeness of each owner, or branch; customers without an owner have an empty name."""
    filled, asked = _filled(own, key)
    table = pd.DataFrame({"customers": asked.max(), "filled_share": filled.sum() / asked.sum()}).rename_axis(key)
    if "occupation" in filled.index:
        table["occupation_share"] = filled.loc["occupation"] / asked.loc["occupation"]
    first = "occupation_share" if "occupation" in filled.index else "filled_share"
    table = table[table["customers"] >= params.compared.smallest].sort_values([first, key], kind="stable").reset_index()
    return table.assign(**{key: table[key].where(table[key] != "", None)})


def _to_file(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Valued customers whose files lack a field."""
    columns = [col.CUSTOMER_ID, col.TIER, col.AUM_FEN, col.MISSING]
    return customers.loc[valued(customers, params) & (customers[col.MISSING] != ""), columns]


@needs(col.MISSING)
def backlog(customers: pd.DataFrame, params: Params) -> Backlog:
    """建档待补: customers worth a call whose files lack a field (R43)."""
    rows = _to_file(customers, params)
    rows = rows.assign(no_occupation=rows[col.MISSING].str.startswith("occupation").astype("int64"))
    table = tally(rows, ladder(rows, params), no_occupation="no_occupation", aum_fen=col.AUM_FEN)
    return Backlog(
        table=table[table["customers"] > 0].reset_index(),
        customers=len(rows),
        no_occupation=int(rows["no_occupation"].sum()),
        aum_fen=total(rows[col.AUM_FEN]),
        share=share(len(rows), valued(customers, params).sum()),
        others=int((customers[col.MISSING] != "").sum()) - len(rows),
    )


@needs(col.MISSING)
def filing_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """建档待补名单: `backlog` one by one, the richest first; the reason names the fields (R43)."""
    rows = richest(_to_file(customers, params))
    return listed(
        rows, rows[col.AUM_FEN], "missing_" + rows[col.MISSING].str.replace(",", "+missing_").astype("object")
    )
