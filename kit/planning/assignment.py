"""One main owner a customer: present owners stay, orphans go to those who may keep their tier (R12, R22, R27)."""

from __future__ import annotations

import heapq

import pandas as pd

from kit import columns as col
from kit.params import Params

__all__ = ["assignment"]


def assignment(customers: pd.DataFrame, staff: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Main owner of each customer (R22, R27).

    An owner who is there stays. A customer without one (none, virtual, or gone) goes to the member of staff of his
    branch who may keep his tier and has the fewest assets so far, the richest first; where nobody may, he stays
    without owner and the reason says so.

    Parameters
    ----------
    customers
        ``kit.features`` customers.
    staff
        ``staff_id``, ``branch_id``, ``role`` of those who are there; may be empty.

    Returns
    -------
    DataFrame
        customer_id, branch_id, staff_id_before, staff_id, role, tier, reason (``kept``, ``orphan``, ``nobody``), moved.
    """
    before = (
        customers[col.STAFF_ID] if col.ORPHAN in customers else pd.Series(pd.NA, index=customers.index, dtype="str")
    )
    orphan = customers[col.ORPHAN].astype(bool) if col.ORPHAN in customers else before.isna()
    given = _spread(customers[orphan], customers[~orphan], staff, params)
    after = before.where(~orphan, customers.index.map(given).to_series(index=customers.index)).astype("str")
    roles = staff.set_index(col.STAFF_ID)["role"] if len(staff) else pd.Series(dtype="str")
    return pd.DataFrame({
        col.CUSTOMER_ID: customers[col.CUSTOMER_ID],
        col.BRANCH_ID: customers[col.BRANCH_ID],
        "staff_id_before": before,
        col.STAFF_ID: after,
        "role": after.map(roles),
        col.TIER: customers[col.TIER],
        "reason": pd.Series("kept", index=customers.index).mask(orphan, "orphan").mask(after.isna(), "nobody"),
        "moved": orphan & after.notna(),
    })  # fmt: skip


def _spread(orphans: pd.DataFrame, kept: pd.DataFrame, staff: pd.DataFrame, params: Params) -> dict[object, str]:
    """Index of an orphan → the owner he is given, so that assets stay level over those who may keep his tier."""
    if not len(staff) or not len(orphans):
        return {}
    held = kept.groupby(col.STAFF_ID)[col.AUM_FEN].sum() if col.STAFF_ID in kept else pd.Series(dtype="int64")
    given: dict[object, str] = {}
    loads = {str(s): int(held.get(s, 0)) for s in staff[col.STAFF_ID]}
    roles = {tier.code: set(tier.roles) for tier in params.tiers}
    teams = {
        (branch, tier): sorted(group.loc[group["role"].isin(names), col.STAFF_ID])
        for branch, group in staff.groupby(col.BRANCH_ID)
        for tier, names in roles.items()
    }
    order = orphans.sort_values([col.AUM_FEN, col.CUSTOMER_ID], ascending=[False, True], na_position="last")
    for (branch, tier), group in order.groupby([col.BRANCH_ID, col.TIER], sort=False):
        heap = [(loads[s], s) for s in teams.get((branch, tier), [])]
        heapq.heapify(heap)
        for index, aum in group[col.AUM_FEN].items():
            if not heap:
                break
            load, owner = heap[0]
            given[index] = owner
            # A customer without assets still costs his owner time: he weighs a yuan, so that counts level as well.
            heapq.heapreplace(heap, (load + max(int(aum), 100), owner))
        loads |= {owner: load for load, owner in heap}
    return given
