"""Bounds of an even load, as limits of the model; and which of them gave way, as it came out."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.params import Params
from kit.planning.solver import Limit, Steps

Array = npt.NDArray[np.float64]

COUNT, ASSETS, KEPT = range(3)  # measures of a load: customers, their assets, and those whom one keeps from before
_OPEN = float("inf")
# Beyond a share: the first tenth of it costs once the price, beyond by all of it twice, by thrice of it four times.
_REACHES = (*np.arange(0.0, 1.0, 0.1), *np.arange(1.0, 3.0, 0.25), 3.0)
# What gives way first where not all can hold: evenness of assets, of numbers, capacity, the promise to move few.
_GIVES = {"assets": 1.0, "count": 2.0, "capacity": 4.0, "moves": 16.0}
_WHOLE = 1 - 1e-6  # a fair share of customers is rounded up to a whole one


def capacities(team: pd.DataFrame) -> Array:
    """Customers whom each may keep, NaN where the bank does not say."""
    given = team[col.CAPACITY_CUSTOMERS] if col.CAPACITY_CUSTOMERS in team else pd.Series(np.nan, index=team.index)
    return np.asarray(given.astype("Float64").to_numpy(dtype=float, na_value=np.nan), dtype=float)


def fair_shares(capacity: Array, groups: npt.NDArray[np.object_] | None = None) -> Array:
    """Share of each in what his group keeps: by capacity, and an average one where it is not said (R22)."""
    by = groups if groups is not None else np.zeros(len(capacity))
    room = pd.Series(capacity)
    room = room.fillna(room.groupby(by).transform("mean")).fillna(room.mean()).fillna(1.0)
    return np.asarray(room / room.groupby(by).transform("sum"), dtype=float)


def limits(team: pd.DataFrame, customers: float, kept: Array, params: Params) -> tuple[Limit, ...]:
    """Bounds and evenness of the owners' loads (R22).

    Within a role the customers and the assets of each stay within so much of his fair share; nobody keeps more than
    his capacity, nor gives up more than the stated share of whom he may keep. What is beyond an even share costs more
    the further it is.

    Parameters
    ----------
    customers, kept
        How many there are, and how many each owner may keep of those that he has.
    """
    rule, many = params.allocation, len(team)
    roles, capacity = team[col.ROLE].to_numpy(dtype="object"), capacities(team)
    mine, each = np.eye(many), range(many)
    fair = fair_shares(capacity, roles)[:, None] * (roles[:, None] == roles)  # of what all of the role keep
    found = []

    def add(name: str, measure: int, weights: Array, at_most: float, steps: Steps = (), gives: Steps = ()) -> None:
        loads = np.zeros((3, many))
        loads[measure] = weights
        gives = gives or (() if steps else ((_OPEN, _GIVES[name]),))
        found.append(Limit(name, loads, at_most, steps, gives))

    for who in (who for who in each if (roles == roles[who]).sum() > 1):
        for name, measure, within, rounded in (
            ("count", COUNT, rule.count_within, _WHOLE), ("assets", ASSETS, rule.assets_within, 0.0),
        ):  # fmt: skip
            add(name, measure, mine[who] - (1 + within) * fair[who], rounded)
            add(name, measure, (1 - within) * fair[who] - mine[who], rounded)
        add("even", ASSETS, mine[who] - fair[who], 0.0, ((_OPEN, rule.evenness),))
    even = fair_shares(capacity) * customers
    for who in each:
        add("even", COUNT, mine[who], even[who], _steps(even[who], rule.evenness))
        add("moves", KEPT, -mine[who], -np.ceil((1 - rule.moves_at_most) * kept[who] - 1e-9))
        if not np.isnan(capacity[who]):
            add("capacity", COUNT, mine[who], capacity[who], gives=_steps(capacity[who], _GIVES["capacity"]))
    return tuple(found)


def _steps(reach: float, price: float) -> Steps:
    """Rising prices, so that what is too much for all is borne by all alike."""
    widths = [*np.diff(_REACHES), _OPEN]
    return tuple((width * reach, (1 + at) * price) for width, at in zip(widths, _REACHES, strict=True))


def gave_way(team: pd.DataFrame, loads: Array, kept: Array, params: Params) -> list[dict[str, Any]]:
    """Each bound that does not hold in the end: a row a role, what is stated and what is reached.

    Shares for ``count``, ``assets`` (of the fair share) and ``moves``, customers for ``capacity``.
    """
    rule, capacity = params.allocation, capacities(team)
    roles = team[col.ROLE].to_numpy(dtype="object")
    share, found = fair_shares(capacity, roles), []

    def tell(name: str, role: str, stated: float, reached: float, beyond: bool) -> None:  # noqa: FBT001  # a local
        if beyond:
            found.append({"bound": name, col.ROLE: role, "stated": stated, "reached": reached})

    for role in sorted(set(roles)):
        own = roles == role
        for name, measure, within, rounded in (
            ("count", COUNT, rule.count_within, _WHOLE), ("assets", ASSETS, rule.assets_within, 0.0),
        ):  # fmt: skip
            fair = loads[measure][own].sum() * share[own]
            off = np.abs(loads[measure][own] - fair)
            beyond = bool((off > within * fair + rounded + 1e-6).any()) and own.sum() > 1
            tell(name, role, within, float((off / np.where(fair > 0, fair, 1)).max()), beyond)
        given = own & (kept > 0)
        left = (kept[given] - loads[KEPT][given]) / kept[given]
        at_most = kept[given] - np.ceil((1 - rule.moves_at_most) * kept[given] - 1e-9)
        beyond = bool((kept[given] - loads[KEPT][given] > at_most + 1e-6).any())
        tell("moves", role, rule.moves_at_most, float(left.max(initial=0)), beyond)
        room = own & ~np.isnan(capacity)
        beyond = bool((loads[COUNT][room] > capacity[room] + 1e-6).any())
        tell("capacity", role, float(capacity[room].sum()), float(loads[COUNT][room].sum()), beyond)
    return found
