"""Who is likely to buy a key product, and who must not be offered it: the sandbox list of each (R45)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit import columns as col
from kit.analysis.products import (
    FAMILIES,
    ProductMatrix,
    held,
    known_families,
    product_matrix,
    risk_gate,
)
from kit.analysis.result import Result, Unavailable, flagged, listed, share
from kit.params import WAN, KeyProduct, Params

# What makes a likely buyer, the strongest first; the last is no more than being eligible.
REASONS = ("maturing", "idle", "pair", "eligible")
# What becomes of an eligible customer.
_STATES = ("holders", "prospects", "unsuited", "reassess", "do_not_call")
_BORROWED = ("loan", "card")  # not paid for out of the customer's own money


@dataclass(frozen=True, slots=True)
class KeyProducts(Result):
    """A row a key product that the bank sends: eligible = holders + prospects + unsuited + reassess + do_not_call.

    Attributes
    ----------
    reasons
        Prospects of each product by the reason that ranks them: a row a product, a column each of `REASONS`.
    prospects, customers
        Rows of all lists, and the customers on any of them.
    unsent
        Key products of which the bank sent no holdings.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    products: int
    prospects: int
    customers: int
    unsent: int


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What becomes of each customer (a place in `_STATES`, -1: not eligible), and the prospects, ranked."""

    family: str
    state: NDArray[np.int64]
    places: NDArray[np.int64]
    why: NDArray[np.int64]
    amount_fen: NDArray[np.int64]


def _eligible(customers: pd.DataFrame, product: KeyProduct) -> NDArray[np.bool_]:
    """Awake, with AUM enough, and neither of an age nor of a segment known to be another."""
    fits = ~flagged(customers, col.DORMANT)
    if product.from_wan:
        fits &= customers[col.AUM_FEN] >= round(product.from_wan * WAN)
    if product.ages and col.AGE in customers:
        fits &= customers[col.AGE].between(*product.ages) | customers[col.AGE].isna()
    if product.segments and col.SEGMENT in customers:
        fits &= customers[col.SEGMENT].isin(product.segments)
    eligible: NDArray[np.bool_] = fits.to_numpy(dtype=bool)
    return eligible


def _state(customers: pd.DataFrame, product: KeyProduct, holds: pd.DataFrame, params: Params) -> NDArray[np.int64]:
    gate = risk_gate(customers, params.offers.risk.get(product.family, 0))
    allowed = np.array([_STATES.index(state) for state in ("prospects", "unsuited", "reassess", "reassess")])[gate]
    state = np.where(flagged(customers, col.DO_NOT_CALL), _STATES.index("do_not_call"), allowed)
    state = np.where(holds[product.family], _STATES.index("holders"), state)
    known = customers[FAMILIES[product.family]].notna().to_numpy()
    return np.where(known & _eligible(customers, product), state, -1)


def _suggested(
    holds: pd.DataFrame, matrix: ProductMatrix | Unavailable, family: str, params: Params
) -> NDArray[np.bool_]:
    """Whether a customer holds a family whose holders hold this one more often than others do."""
    if isinstance(matrix, Unavailable) or family not in matrix.shares:
        return np.zeros(len(holds), dtype=bool)
    base = matrix.base[family]
    often = matrix.shares[family] >= params.offers.pair_lift * base
    often &= matrix.counts[family] >= params.compared.smallest
    others = [other for other in matrix.shares.index[often] if other != family]
    return np.asarray(holds[others].any(axis=1), dtype=np.bool_)


def _sorted_out(customers: pd.DataFrame, params: Params, *, only: str = "") -> Iterator[_Sorted]:
    """Each key product that the bank sends (``only`` one): prospects by reason, money at hand, AUM and row.

    Whom a risk level would keep from it nobody knows where none were sent.
    """
    families = known_families(customers)
    wanted = [
        p for p in params.offers.key if p.family in families and only in ("", p.family)
        and (col.RISK_RANK in customers or not params.offers.risk.get(p.family))
    ]  # fmt: skip
    if not wanted:
        return
    holds, matrix = held(customers, families), product_matrix(customers, params)
    names = [col.AUM_FEN, col.MATURING_FEN, col.DEMAND_SPOT_FEN]
    aum, maturing, demand = customers.reindex(columns=names).fillna(0).to_numpy(dtype="int64").T
    idle = np.where(demand >= round(params.offers.idle_wan * WAN), demand, 0)
    for product in wanted:
        state = _state(customers, product, holds, params)
        pair = _suggested(holds, matrix, product.family, params)
        own = product.family not in _BORROWED
        why = np.select([own & (maturing > 0), own & (idle > 0), pair], [0, 1, 2], 3)
        amount = np.select([why == 0, why == 1], [maturing, idle], 0)
        found = np.flatnonzero(state == _STATES.index("prospects"))
        places = found[np.lexsort((-aum[found], -amount[found], why[found]))]
        yield _Sorted(product.family, state, places, why[places], amount[places])


def prospect_list(customers: pd.DataFrame, params: Params, *, family: str) -> pd.DataFrame | Unavailable:
    """沙盘名单: of one key product whom to call, ranked, each with his reason and the money due or idle (R45)."""
    if FAMILIES[family] not in customers:
        return Unavailable((FAMILIES[family],))
    made = [listed(customers.iloc[:0], customers[col.AUM_FEN].iloc[:0], "")]
    key = family in {product.family for product in params.offers.key}
    for _, branch in customers.groupby(col.BRANCH_ID) if key else ():
        for found in _sorted_out(branch, params, only=family):
            reasons = "offer_" + np.array(REASONS, dtype="object")[found.why]
            made.append(listed(branch.iloc[found.places], pd.Series(found.amount_fen), reasons))
    return pd.concat(made, ignore_index=True)


def key_products(customers: pd.DataFrame, params: Params) -> KeyProducts | Unavailable:
    """重点产品沙盘: eligible, holding, and of the gap how many may be called for each key product (R45)."""
    made = list(_sorted_out(customers, params))
    if params.offers.key and not made:
        lacking = [FAMILIES[product.family] for product in params.offers.key]
        return Unavailable(tuple(name for name in lacking if name not in customers) or (col.RISK_RANK,))
    rows, reasons = [], []
    for found in made:
        states = np.bincount(found.state[found.state >= 0], minlength=len(_STATES)).tolist()
        rows.append({
            col.FAMILY: found.family, "eligible": sum(states), "holder_share": share(states[0], sum(states)),
            **dict(zip(_STATES, states, strict=True)),
        })  # fmt: skip
        counts = np.bincount(found.why, minlength=len(REASONS)).tolist()
        reasons.append({col.FAMILY: found.family} | dict(zip(REASONS, counts, strict=True)))
    listed = [found.places for found in made]
    order = [col.FAMILY, "eligible", "holders", "holder_share", *_STATES[1:]]
    return KeyProducts(
        table=pd.DataFrame(rows, columns=order),
        reasons=pd.DataFrame(reasons, columns=[col.FAMILY, *REASONS]),
        products=len(made),
        prospects=sum(map(len, listed)),
        customers=len(np.unique(np.concatenate(listed))) if listed else 0,
        unsent=len(params.offers.key) - len(made),
    )
