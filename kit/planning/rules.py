"""分户四规则: who has the first claim on a customer, and in the end why somebody keeps him."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.params import Params

Bits = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

RULES = ("R1", "R2", "R3", "R4")
REASONS = ("kept", *RULES, "tier", "household", "balance", "orphan", "nobody")


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """The first claim on each customer: its code (empty for none), its weight, and the owners who satisfy it."""

    code: npt.NDArray[np.object_]
    weight: npt.NDArray[np.float64]
    owners: Bits


def keepers(roles: pd.Series, params: Params) -> Bits:
    """Whether each role may keep each tier (R15, R17, R19): tiers, lowest first, by members of staff.

    A tier for which the profile names no role may be kept by any; an unknown role keeps nobody.
    """
    return np.array([roles.isin(tier.roles) if tier.roles else roles.notna() for tier in params.tiers], dtype=np.bool_)


def claims(customers: pd.DataFrame, team: pd.DataFrame, allowed: Bits, home: Ints, params: Params) -> Claims:
    """The first claim in the engagement's order that fits each customer (R21, R23, R24, R25).

    R1: whom chance brought, to the manager who first served him. R2: who was referred, to the teller or lobby manager
    who first served him. R3: who was won outside and is of the tier for it, to any manager. R4: whom a customer
    introduced, to that customer's owner. Each gives way to the tier: only an owner who may keep him satisfies it.

    Parameters
    ----------
    team
        Staff who take customers, with ``staff_id`` and ``role``, in the order of the columns of ``allowed``.
    allowed
        Whether each of them may keep each customer.
    home
        Place in ``team`` of the present owner who may keep him, -1 for none.
    """
    rule = params.allocation
    ids = pd.Index(team[col.STAFF_ID])
    manager, counter = team[col.ROLE].isin(rule.managers), team[col.ROLE].isin(rule.counter)
    named, assisting = _one(ids, customers[col.RULE_STAFF_ID]), _one(ids, customers[col.ASSISTING_ID])
    floor = params.tier_codes().index(rule.floor or params.tier_codes()[1])
    fit = (customers[col.TIER_RANK] >= floor).to_numpy()
    is_rule = {code: (customers[col.ALLOCATION_RULE] == code).to_numpy()[:, None] for code in RULES}
    wanted = {
        "kept": np.arange(len(team)) == home[:, None],
        "R1": is_rule["R1"] & named & manager.to_numpy(),
        "R2": is_rule["R2"] & named & counter.to_numpy(),
        "R3": is_rule["R3"] & fit[:, None] & manager.to_numpy(),
        "R4": is_rule["R4"] & named,
        "assisting": assisting,
    }
    code = np.full(len(customers), "", dtype="object")
    weight = np.zeros(len(customers))
    owners = np.zeros_like(allowed)
    for rank, name in reversed(list(enumerate(rule.order))):
        satisfying = wanted[name] & allowed
        claimed = satisfying.any(axis=1)
        code[claimed], weight[claimed], owners[claimed] = name, 1 - rank / len(rule.order), satisfying[claimed]
    return Claims(code, weight, owners)


def _one(ids: pd.Index, named: pd.Series) -> Bits:
    """A row a customer: the member of staff who is named, if he is there."""
    place = ids.get_indexer(pd.Index(named.astype("object").where(named.notna(), "")))
    return np.asarray(np.arange(len(ids)) == place[:, None])


def reasons(claim: Claims, owner: Ints, present: Ints, home: Ints, own_tier: Bits, family: Ints) -> pd.Series:
    """Why each customer's owner keeps him, one of `REASONS`.

    Parameters
    ----------
    owner, present, home
        Places in the team: the owner that he is given, the one that he had (-1: nobody who is there, -2: somebody
        outside the team), and the one that he had and might have stayed with.
    own_tier
        Whether the one that he had may keep the customer's own tier, be it not that of his family.
    family
        The household of each, so that those who follow their family are told from those whom balance moves.
    """
    at = np.arange(len(owner))
    satisfied = claim.owners[at, owner] & np.isin(claim.code, RULES)
    homes = pd.Series(home).where(home >= 0).groupby(family)
    follows = (homes.transform("nunique") > 1).to_numpy() & _kept_by_family(owner, home, family)
    codes = np.select(
        [owner == present, (present == -1) & satisfied, present == -1, home < 0, satisfied, follows],
        ["kept", claim.code, "orphan", np.where(own_tier, "household", "tier"), claim.code, "household"],
        "balance",
    )
    return pd.Series(codes, dtype="str")


def _kept_by_family(owner: Ints, home: Ints, family: Ints) -> Bits:
    """Whether the new owner kept another of the same family before."""
    before = set(zip(family[home >= 0], home[home >= 0], strict=True))
    return np.array([pair in before for pair in zip(family, owner, strict=True)], dtype=np.bool_)
