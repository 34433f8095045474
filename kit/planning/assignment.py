"""分户: one main owner for every customer, by tier, rule and even load, a branch at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.result import flagged
from kit.params import Params
from kit.planning.limits import ASSETS, KEPT, capacities, gave_way, limits
from kit.planning.optimum import loads_of, optimise
from kit.planning.rules import claims, keepers, reasons
from kit.planning.solver import Model

Array = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_READ = (
    col.CUSTOMER_ID, col.BRANCH_ID, col.STAFF_ID, col.OWNER_ROLE, col.ORPHAN, col.OWNERS, col.HOUSEHOLD_ID,
    col.AUM_FEN, col.TIER, col.TIER_RANK, col.ALLOCATION_RULE, col.RULE_STAFF_ID, col.ASSISTING_ID,
)  # fmt: skip
_BRANCH = (
    col.BRANCH_ID, "customers", "owners", "placed", "moved", "nobody", "families", "value_share", "bound_share",
    "gap_share", "clash",
)  # fmt: skip
_REMARK = (col.BRANCH_ID, "remark", col.TIER, col.ROLE, col.STAFF_ID, "customers", "stated", "reached")


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Who keeps whom, and how well.

    Attributes
    ----------
    rows
        A row a customer, in their order: customer_id, branch_id, staff_id_before, staff_id, role, tier, reason
        (`kit.planning.rules.REASONS`), moved.
    branches
        A row a branch: customers, owners who take any, placed, moved, nobody, families, the objective and its proven
        bound (``value_share``, ``bound_share``, of all customers and assets), ``gap_share``, and the families of bounds
        that clash (joined by ``+``, empty where all hold).
    remarks
        What could not be done as it stands: branch_id, remark, and the tier, role, staff_id, customers that it is
        about; a bound that gave way has what is stated and what is reached.
    """

    rows: pd.DataFrame
    branches: pd.DataFrame
    remarks: pd.DataFrame


def assignment(
    customers: pd.DataFrame,
    staff: pd.DataFrame,
    params: Params,
    *,
    each: Callable[..., Iterable[Assigned]] = map,
) -> Assigned:
    """Main owner of each customer (R12, R22, R26, R27).

    An owner who is there and may keep the customer's tier stays, unless an even load needs the move; whoever has
    none, or one who may not, goes where rule, tier and load are served best. A household goes together, by the tier
    of its richest member. A customer whose tier nobody at the branch may keep stays where he is.

    Parameters
    ----------
    customers
        ``kit.features`` customers.
    staff
        ``staff_id``, ``branch_id``, ``role`` and, where the bank gives it, ``capacity_customers`` of those who are
        there; may be empty.
    each
        ``map`` or that of an executor: a branch is independent of the others.
    """
    read = customers.reindex(columns=list(_READ))
    if col.ORPHAN in customers:
        read[col.ORPHAN] = flagged(customers, col.ORPHAN)
    else:  # without owners that can be judged, everybody is without
        read = read.assign(**{col.STAFF_ID: None, col.ORPHAN: True})
    # The order of the rows must not matter.
    groups = [(branch, rows.sort_values(col.CUSTOMER_ID)) for branch, rows in read.groupby(col.BRANCH_ID)]
    people = staff.sort_values([col.STAFF_ID, col.BRANCH_ID, col.ROLE])
    teams = [people[people[col.BRANCH_ID] == branch] for branch, _ in groups]
    done = list(each(_branch, [rows for _, rows in groups], teams, [params] * len(groups)))
    return Assigned(
        pd.concat([one.rows for one in done]).reindex(customers.index) if done else _rows(read.iloc[:0]),
        pd.concat([one.branches for one in done], ignore_index=True) if done else pd.DataFrame(columns=list(_BRANCH)),
        pd.concat([one.remarks for one in done], ignore_index=True) if done else pd.DataFrame(columns=list(_REMARK)),
    )


def _rows(customers: pd.DataFrame) -> pd.DataFrame:
    """Everybody as he is."""
    there = customers[col.STAFF_ID].notna() & ~customers[col.ORPHAN]
    return pd.DataFrame({
        col.CUSTOMER_ID: customers[col.CUSTOMER_ID],
        col.BRANCH_ID: customers[col.BRANCH_ID],
        col.STAFF_ID_BEFORE: customers[col.STAFF_ID].astype("str"),
        col.STAFF_ID: customers[col.STAFF_ID].where(there).astype("str"),
        col.ROLE: customers[col.OWNER_ROLE].where(there).astype("str"),
        col.TIER: customers[col.TIER],
        col.REASON: pd.Series("nobody", index=customers.index, dtype="str").mask(there, "kept"),
        col.MOVED: False,
    })  # fmt: skip


def _branch(customers: pd.DataFrame, staff: pd.DataFrame, params: Params) -> Assigned:
    """One branch: who takes customers, whose place is open, the optimum, and what is to be said of it."""
    rows = _rows(customers)
    remarks: list[dict[str, Any]] = []
    people = staff.drop_duplicates(col.STAFF_ID)
    team, closed = _team(people, params)
    rank = customers[col.TIER_RANK].fillna(0).astype(int).to_numpy()
    may = keepers(team[col.ROLE], params)
    unkept = np.asarray(~may.any(axis=1))
    stays = _stays(customers, rows, team, params)
    open_ = customers[~(stays | unkept[rank])] if len(team) else customers.iloc[:0]
    figures: dict[str, Any] = {"families": 0, "value_share": 0.0, "bound_share": 0.0, "gap_share": 0.0, "clash": ""}
    if len(open_):
        made, found, relaxed = _solved(open_, rows.loc[open_.index], team, may, params)
        rows.loc[open_.index] = made
        figures |= found
        remarks += relaxed
    remarks = [*_faults(customers, rows, staff, people, team, closed, unkept[rank], params), *remarks]
    figures |= {
        col.BRANCH_ID: customers[col.BRANCH_ID].iloc[0],
        "customers": len(rows),
        "owners": len(team),
        "placed": int(rows[col.STAFF_ID].notna().sum()),
        "moved": int(rows[col.MOVED].sum()),
        "nobody": int(rows[col.STAFF_ID].isna().sum()),
    }
    frame = pd.DataFrame(remarks).reindex(columns=list(_REMARK)).assign(**{col.BRANCH_ID: figures[col.BRANCH_ID]})
    return Assigned(rows, pd.DataFrame([figures])[list(_BRANCH)], frame)


def _team(people: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those who may take customers, and those who take none: of a role that keeps no tier, or without room."""
    useful = keepers(people[col.ROLE], params).any(axis=0) & ~(capacities(people) <= 0)
    return people[useful].reset_index(drop=True), people[~useful]


def _stays(customers: pd.DataFrame, rows: pd.DataFrame, team: pd.DataFrame, params: Params) -> Bits:
    """Customers of an owner who is there but takes nobody, and of whom nobody knows that he may not keep them."""
    role = customers[col.OWNER_ROLE].astype("object")
    rank = customers[col.TIER_RANK].fillna(0).astype(int).to_numpy()
    wrong = role.notna().to_numpy() & ~keepers(role, params)[rank, np.arange(len(rank))]
    outside = rows[col.STAFF_ID].notna() & ~rows[col.STAFF_ID].isin(team[col.STAFF_ID])
    return np.asarray(outside.to_numpy() & ~wrong)


def _solved(
    customers: pd.DataFrame, rows: pd.DataFrame, team: pd.DataFrame, may: Bits, params: Params
) -> tuple[pd.DataFrame, dict[str, Any], list[dict[str, Any]]]:
    """The open places of a branch filled; figures of the optimum; the bounds that gave way."""
    families = _families(customers, params)
    rank = customers[col.TIER_RANK].fillna(0).astype(int).to_numpy()
    top = pd.Series(rank).groupby(families).transform("max").to_numpy()
    allowed = may[top]
    ids = pd.Index(team[col.STAFF_ID])
    place = ids.get_indexer(rows[col.STAFF_ID].astype("object").where(rows[col.STAFF_ID].notna(), ""))
    present = np.where(rows[col.STAFF_ID].isna(), -1, np.where(place < 0, -2, place))
    at = np.arange(len(customers))
    home = np.where((place >= 0) & allowed[at, place], place, -1)
    claim = claims(customers, team, allowed, home, params)
    held = customers[col.AUM_FEN].fillna(0).clip(lower=0).to_numpy(dtype=float)
    assets = held / (held.mean() or 1.0)
    model, scale = _model(team, families, allowed, home, assets, claim.weight[:, None] * ~claim.owners, params)
    answer = optimise(model, ASSETS, scale)
    owner = answer.owner[families]
    role = rows[col.ROLE].astype("object")
    own_tier = role.isna().to_numpy() | keepers(role, params)[rank, at]
    made = rows.assign(**{
        col.STAFF_ID: ids.to_numpy()[owner],
        col.ROLE: team[col.ROLE].to_numpy()[owner],
        col.REASON: reasons(claim, owner, present, home, own_tier, families).to_numpy(),
        col.MOVED: owner != present,
    })  # fmt: skip
    relaxed = gave_way(team, loads_of(model, answer.owner), model.loads[KEPT].sum(axis=0), params)
    return made, {
        "families": int((np.bincount(families) > 1).sum()),
        "value_share": answer.value / len(customers),
        "bound_share": answer.bound / len(customers),
        "gap_share": answer.gap,
        "clash": "+".join(answer.clash),
    }, [{"remark": f"relaxed_{row.pop('bound')}"} | row for row in relaxed]  # fmt: skip


def _families(customers: pd.DataFrame, params: Params) -> Ints:
    """The unit that goes together: a household, else the customer alone; numbered from 0 without a gap."""
    number = customers[col.HOUSEHOLD_ID].astype("object")
    size = number.groupby(number).transform("size")
    family = number.notna() & (size > 1) & (size <= params.allocation.family_at_most)
    alone = customers[col.CUSTOMER_ID].astype("object")
    return np.asarray(pd.factorize(("f" + number.where(family)).fillna("c" + alone))[0], dtype=np.int64)


def _model(
    team: pd.DataFrame, families: Ints, allowed: Bits, home: Ints, assets: Array, missed: Array, params: Params
) -> tuple[Model, Array]:
    """The model, and what each unit counts: half by its heads, half by its assets.

    Half of what it costs to miss a claim is by head, half by assets, both in customers of average assets. A family's
    home is where most of it is; what its other members give up for it counts as no move.
    """
    order = np.argsort(families, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(families[order]) > 0])

    def by_family(values: Array) -> Array:
        return np.asarray(np.add.reduceat(values[order], starts, axis=0), dtype=float)

    weight = (1 + assets[:, None]) / 2
    at_home = (np.arange(len(team)) == home[:, None]).astype(float)
    members, held = by_family(np.ones(len(families))), by_family(assets)
    main = by_family(at_home * weight)
    kept = np.where(np.arange(len(team)) == main.argmax(axis=1)[:, None], by_family(at_home), 0.0)
    cost = np.where(allowed[order][starts], by_family(missed * weight), np.inf)
    cost -= cost.min(axis=1, keepdims=True)  # what cannot be helped is no cost
    loads = np.stack([np.broadcast_to(members[:, None], cost.shape), np.broadcast_to(held[:, None], cost.shape), kept])
    bounds = limits(team, float(members.sum()), kept.sum(axis=0), params)
    model = Model(cost, loads, bounds, np.ones(len(cost), dtype=np.bool_))
    return model, (members + held) / 2


def _faults(
    customers: pd.DataFrame, rows: pd.DataFrame, staff: pd.DataFrame, people: pd.DataFrame,
    team: pd.DataFrame, closed: pd.DataFrame, unkept: Bits, params: Params,
) -> list[dict[str, Any]]:  # fmt: skip
    """What the input does not allow, each with whom it is about."""
    found: list[dict[str, Any]] = []
    keeps = rows[col.STAFF_ID].value_counts()
    if len(team) < 2:
        found.append({"remark": "one_staff" if len(team) else "no_staff", "customers": len(rows)})
    if len(team):
        tiers = customers.loc[unkept, col.TIER].value_counts()
        found += [
            {"remark": "no_role", col.TIER: t, "customers": int(tiers[t])} for t in params.tier_codes() if t in tiers
        ]
    for who in closed.to_dict("records"):
        roomless = np.nan_to_num(capacities(pd.DataFrame([who]))[0], nan=1.0) <= 0
        kept = int(keeps.get(who[col.STAFF_ID], 0))
        named = {col.STAFF_ID: who[col.STAFF_ID], "customers": kept}
        role = {} if pd.isna(who[col.ROLE]) else {col.ROLE: who[col.ROLE]}
        found.append({"remark": "no_room" if roomless else "other_role" if role else "unknown_role"} | role | named)
    twice = staff[col.STAFF_ID][staff[col.STAFF_ID].duplicated()].unique()
    found += [{"remark": "staff_twice", col.STAFF_ID: who} for who in twice]
    doubles = int((customers[col.OWNERS].fillna(0) > 1).sum())
    if doubles:
        found.append({"remark": "doubles", "customers": doubles})
    elsewhere = rows[col.STAFF_ID].notna() & ~rows[col.STAFF_ID].isin(people[col.STAFF_ID])
    if len(people) and elsewhere.any():
        found.append({"remark": "elsewhere", "customers": int(elsewhere.sum())})
    sizes = customers[col.HOUSEHOLD_ID].value_counts()
    crowd = sizes[sizes > params.allocation.family_at_most]
    if len(crowd):
        found.append({"remark": "crowd", "customers": int(crowd.sum())})
    return found
