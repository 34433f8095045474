"""分户方案: what the assignment changes: who comes to whom and why, and how even the load is (R12, R22, R26, R27)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.coverage import covered_share_of_aum, is_kept, loads, misheld
from kit.analysis.result import Result, Unavailable, listed, ordered, richest, share, tally, total
from kit.params import Params

REASONS = ("kept", "R1", "R2", "R3", "R4", "tier", "household", "balance", "orphan", "nobody")
_MEASURES = ("cv", "max_min", "gini")


@dataclass(frozen=True, slots=True)
class Handover(Result):
    """Customers before and after the assignment.

    Attributes
    ----------
    by_reason
        A row a reason that occurs: allocation_reason, customers, aum_fen, moved.
    by_owner
        A row an owner before or after, most assets after first: staff_id, role, customers_before, customers,
        aum_before_fen, aum_fen, received, given.
    moved, moved_fen, moved_share
        Customers who come to another owner than before, or to their first.
    covered_before, covered_after
        Share of AUM with an owner who is there; None without AUM, or where no owners were sent and none were given.
    misheld_before, misheld_after
        Customers whose owner's role may not keep their tier; None before where no owners were sent.
    kept, nobody
        Customers who stay with their owner, and those who are given none.
    """

    by_reason: pd.DataFrame
    by_owner: pd.DataFrame
    customers: int
    moved: int
    moved_fen: int
    moved_share: float | None
    covered_before: float | None
    covered_after: float | None
    misheld_before: int | None
    misheld_after: int
    kept: int
    nobody: int


@dataclass(frozen=True, slots=True)
class Evenness(Result):
    """Load over the owners of a role, before and after.

    ``table``: role, measure (customers or aum), owners, and cv, max_min and gini, each ``_before`` and after.
    ``uneven`` is the largest coefficient of variation before, ``evened`` that after.
    """

    table: pd.DataFrame
    roles: int
    uneven: float | None
    evened: float | None


@dataclass(frozen=True, slots=True)
class Proof(Result):
    """How near the assignment comes to the proven bound of the best (the farthest branch's), and what gave way.

    ``remarks`` has a row a remark: remark, tier, role, staff_id, customers, and of a bound what is stated and reached,
    as a share or, for a capacity, customers.
    """

    branches: int
    gap_share: float | None
    solved: int
    relaxed: pd.DataFrame
    remarks: pd.DataFrame
    bounds_relaxed: int
    remarked: int


def assigned(customers: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The customers as the assignment leaves them: owner, his role, and nobody with an owner who is not there."""
    after = customers[[col.CUSTOMER_ID]].merge(
        rows[[col.CUSTOMER_ID, col.STAFF_ID, col.ROLE]], on=col.CUSTOMER_ID, validate="one_to_one"
    )
    owner = after[col.STAFF_ID].set_axis(customers.index)
    return customers.assign(**{
        col.STAFF_ID: owner,
        col.OWNER_ROLE: after[col.ROLE].set_axis(customers.index),
        col.ORPHAN: owner.isna().astype("boolean").mask(owner.isna() & customers.get(col.ORPHAN, owner).isna()),
    })  # fmt: skip


def _before(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers as they are; where no owners were sent, it is not known who has one."""
    if col.ORPHAN in customers:
        return customers if col.OWNER_ROLE in customers else customers.assign(**{col.OWNER_ROLE: None})
    return customers.assign(**{col.STAFF_ID: None, col.OWNER_ROLE: None, col.ORPHAN: None})


def handover(customers: pd.DataFrame, rows: pd.DataFrame, params: Params) -> Handover:
    """Who is to keep whom: customers and assets of each owner before and after, and why (R12, R21, R23, R24, R25, R26).

    Parameters
    ----------
    rows
        The assignment of these customers (`kit.planning.assignment`).
    """
    before, after = _before(customers), assigned(customers, rows)
    facts = customers[[col.CUSTOMER_ID, col.AUM_FEN]].merge(
        rows[[col.CUSTOMER_ID, col.REASON, col.MOVED]], on=col.CUSTOMER_ID, validate="one_to_one"
    )
    reason = ordered(facts[col.REASON].rename("allocation_reason"), REASONS)
    by_reason = tally(facts, reason, aum_fen=col.AUM_FEN, moved=col.MOVED)
    moved = facts[facts[col.MOVED]]
    return Handover(
        by_reason=by_reason[by_reason["customers"] > 0].reset_index(),
        by_owner=_by_owner(before, after, params),
        customers=len(customers),
        moved=len(moved),
        moved_fen=total(moved[col.AUM_FEN]),
        moved_share=share(len(moved), len(facts)),
        covered_before=covered_share_of_aum(before),
        covered_after=covered_share_of_aum(after),
        misheld_before=int(misheld(before, params).sum()) if before[col.ORPHAN].notna().any() else None,
        misheld_after=int(misheld(after, params).sum()),
        kept=len(customers) - len(moved) - int((~is_kept(after)).sum()),
        nobody=int((~is_kept(after)).sum()),
    )


def _by_owner(before: pd.DataFrame, after: pd.DataFrame, params: Params) -> pd.DataFrame:
    was, now = (frame[col.STAFF_ID].where(is_kept(frame)).astype("object") for frame in (before, after))
    other = was.notna() | now.notna()
    changed = (was.fillna("") != now.fillna("")) & other
    found = {name: _load(frame, params) for name, frame in (("before", before), ("after", after))}
    owners = found["before"].index.union(found["after"].index)
    made = {name: table.reindex(owners) for name, table in found.items()}
    table = pd.DataFrame({
        col.ROLE: made["after"][col.OWNER_ROLE].fillna(made["before"][col.OWNER_ROLE]),
        "customers_before": made["before"]["customers"],
        "customers": made["after"]["customers"],
        "aum_before_fen": made["before"]["aum_fen"],
        "aum_fen": made["after"]["aum_fen"],
        "received": now[changed].value_counts().reindex(owners),
        "given": was[changed].value_counts().reindex(owners),
    })  # fmt: skip
    figures = table.columns.drop(col.ROLE)
    table[figures] = table[figures].fillna(0).astype("int64")
    order = table.rename_axis(col.STAFF_ID).reset_index()
    return order.sort_values(["aum_fen", col.STAFF_ID], ascending=[False, True], ignore_index=True)


def _load(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    found = loads(customers, params)
    table = pd.DataFrame() if isinstance(found, Unavailable) else found.table.set_index(col.STAFF_ID)
    return table.rename(columns={col.ROLE: col.OWNER_ROLE}).reindex(columns=[col.OWNER_ROLE, "customers", "aum_fen"])


def _balance(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    found = loads(customers, params)
    if isinstance(found, Unavailable):
        return pd.DataFrame(columns=[*_MEASURES])
    return found.balance.set_index("measure")


def evenness(customers: pd.DataFrame, rows: pd.DataFrame, params: Params) -> Evenness:
    """户数与资产均衡: how even the load is over the owners of each role, before and after (R22)."""
    before, after = _before(customers), assigned(customers, rows)
    staffed = after[is_kept(after)].groupby(col.OWNER_ROLE)[col.STAFF_ID].nunique()
    made = []
    for role in staffed[staffed > 1].index:
        was, now = (_balance(frame[frame[col.OWNER_ROLE] == role], params) for frame in (before, after))
        for measure in now.index:
            pairs = {
                name: value
                for each in _MEASURES
                for name, value in ((f"{each}_before", was[each].get(measure)), (each, now[each].get(measure)))
            }
            made.append({col.ROLE: role, "measure": measure, "owners": int(staffed[role])} | pairs)
    names = [name for each in _MEASURES for name in (f"{each}_before", each)]
    table = pd.DataFrame(made, columns=[col.ROLE, "measure", "owners", *names])
    table[names] = table[names].astype("float64")
    return Evenness(
        table=table,
        roles=table[col.ROLE].nunique(),
        uneven=None if table["cv_before"].isna().all() else float(table["cv_before"].max()),
        evened=None if table["cv"].isna().all() else float(table["cv"].max()),
    )


def proof(allocation: pd.DataFrame, remarks: pd.DataFrame) -> Proof:
    """How near the best the assignment is, and which bounds gave way to let everybody have an owner (R22).

    Parameters
    ----------
    allocation, remarks
        ``data/allocation.parquet`` and ``data/remarks.parquet``.
    """
    solved = allocation[(allocation["owners"] > 0) & (allocation["placed"] > 0)]
    gave = remarks["remark"].astype("object").str.startswith("relaxed_").fillna(value=False).astype(bool)
    relaxed, others = remarks[gave], remarks[~gave]
    shown = [c for c in others if c not in ("stated", "reached") and others[c].notna().any()]
    bounds = relaxed.assign(
        stated_share=relaxed["stated"].where(relaxed["remark"] != "relaxed_capacity"),
        reached_share=relaxed["reached"].where(relaxed["remark"] != "relaxed_capacity"),
        stated=relaxed["stated"].where(relaxed["remark"] == "relaxed_capacity"),
        reached=relaxed["reached"].where(relaxed["remark"] == "relaxed_capacity"),
    )[[col.BRANCH_ID, "remark", col.ROLE, "stated_share", "reached_share", "stated", "reached"]]
    one = len(allocation) == 1
    return Proof(
        branches=len(allocation),
        gap_share=None if solved.empty else float(solved["gap_share"].max()),
        solved=len(solved),
        relaxed=(bounds.drop(columns=col.BRANCH_ID) if one else bounds).dropna(axis=1, how="all"),
        remarks=others[[c for c in shown if not (one and c == col.BRANCH_ID)]],
        bounds_relaxed=len(relaxed),
        remarked=len(others),
    )


def handover_list(customers: pd.DataFrame, assignment: pd.DataFrame | None = None) -> pd.DataFrame | Unavailable:
    """移交名单: valued customers who come to another owner than before, the richest first (R26)."""
    if assignment is None:
        return Unavailable((col.STAFF_ID,))
    rows = assignment.set_index(col.CUSTOMER_ID)
    why = customers[col.CUSTOMER_ID].map(rows[col.REASON])
    moves = customers[col.CUSTOMER_ID].map(rows[col.MOVED]).fillna(value=False).astype(bool)
    chosen = richest(customers[moves & (customers[col.TIER_RANK].fillna(0) > 0)])
    return listed(chosen, chosen[col.AUM_FEN], "handover_" + why.loc[chosen.index].astype("object"))
