"""Whether customers fall into the segments of themselves: k-medoids on Gower's distance beside the rules."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, needs
from kit.params import Params

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STEP = 5  # years of age that count as the same, so that customers alike are few rows
_EPSILON = 1e-9  # of the whole cost: a smaller gain is rounding

# What the rules look at: a number, and codes of which none is more than another.
_NUMBER = col.AGE
_FLAGS = {
    "children_share": col.HAS_CHILDREN, "payroll_share": col.PRIMARY_PAYROLL, "trade_share": col.MERCHANT_LIKE,
}  # fmt: skip
_CODES = (col.OCCUPATION_SECTOR, *_FLAGS.values())


@dataclass(frozen=True, slots=True)
class Agreement(Result):
    """Groups that the customers' own likeness makes, beside the segments of the rules.

    Attributes
    ----------
    table
        A row a group, the largest first: customers, their median age, the commonest sector that is known, the shares
        with children, payroll and trade, the segment that most of them have, and its share.
    ari
        Adjusted Rand index, over all customers: 1 the same division, 0 no more alike than by chance; ``compared``
        tells whether there is one.
    groups, profiles
        How many groups, as many as segments that have customers; how many different customers there are in what is
        compared.
    """

    table: pd.DataFrame
    ari: float | None
    compared: bool
    groups: int
    customers: int
    profiles: int


def gower(number: Floats, codes: Ints) -> Floats:
    """Gower's distance (1971) between rows, 0 to 1: the mean over the features that both rows have.

    Parameters
    ----------
    number
        One column of numbers, NaN unknown; two rows differ by their difference over the range.
    codes
        A column a feature, -1 unknown; two rows differ by 1 or by 0.
    """
    known = ~np.isnan(number)
    low, high = (float(number[known].min()), float(number[known].max())) if known.any() else (0.0, 0.0)
    scaled = np.where(known, number - low, 0) / ((high - low) or 1.0)
    both = known[:, None] & known[None, :]
    apart = np.where(both, np.abs(scaled[:, None] - scaled[None, :]), 0.0)
    compared = both.astype(float)
    for column in codes.T:
        both = (column >= 0)[:, None] & (column >= 0)[None, :]
        apart += both & (column[:, None] != column[None, :])
        compared += both
    distance: Floats = np.divide(apart, compared, out=np.ones_like(apart), where=compared > 0)
    np.fill_diagonal(distance, 0)
    return distance


def k_medoids(distance: Floats, weight: Floats, k: int) -> tuple[Ints, Ints]:
    """Medoids and each row's group: BUILD and SWAP of PAM (Kaufman & Rousseeuw), rows counted by their weights.

    A swap is judged for all candidates and medoids at once (FastPAM1; Schubert & Rousseeuw 2021): the best one is made
    while it lessens the cost. Nothing is drawn at random, so the same rows give the same groups.
    """
    medoids = [int((distance @ weight).argmin())]
    for _ in range(1, min(k, len(weight))):
        nearest = distance[:, medoids].min(axis=1)
        gain = np.maximum(nearest[:, None] - distance, 0).T @ weight
        gain[medoids] = -1
        medoids.append(int(gain.argmax()))
    while True:
        group, candidate, change = _best_swap(distance, weight, medoids)
        if change >= -_EPSILON * weight.sum():
            return np.array(medoids), distance[:, medoids].argmin(axis=1)
        medoids[group] = candidate


def _best_swap(distance: Floats, weight: Floats, medoids: list[int]) -> tuple[int, int, float]:
    """The medoid to give up, the row to take instead, and the change of the cost."""
    if len(medoids) == len(weight):
        return 0, medoids[0], 0.0
    ranked = np.sort(distance[:, medoids], axis=1)
    own = distance[:, medoids].argmin(axis=1)
    nearest = ranked[:, 0]
    second = ranked[:, 1] if len(medoids) > 1 else np.full(len(weight), np.inf)
    closer = np.minimum(distance - nearest[:, None], 0).T @ weight
    # Whoever loses his medoid goes to the candidate or to his second medoid, whichever is nearer.
    member = np.eye(len(medoids))[own] * weight[:, None]
    lost = np.minimum(np.maximum(distance, nearest[:, None]), second[:, None]) - nearest[:, None]
    change = closer[:, None] + lost.T @ member
    change[medoids] = np.inf
    candidate, group = np.unravel_index(change.argmin(), change.shape)
    return int(group), int(candidate), float(change[candidate, group])


def adjusted_rand(table: npt.ArrayLike) -> float | None:
    """Adjusted Rand index (Hubert & Arabie 1985) of two divisions from their table; None where chance decides all."""
    counts = np.asarray(table, dtype=float)

    def pairs(sizes: Floats) -> float:
        return float((sizes * (sizes - 1) / 2).sum())

    together, rows, columns = pairs(counts), pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    every = pairs(counts.sum(keepdims=True))
    chance = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return (together - chance) / (most - chance) if most != chance else None


def _described(ages: pd.Series | None, member: Ints, rows: pd.DataFrame, group: Ints) -> pd.DataFrame:
    """What the customers of each group have in common: ages of one customer a row, the rest of those alike a row."""
    weight = rows["weight"]
    table = weight.groupby(group).sum().rename("customers").to_frame()
    if ages is not None:
        table[_NUMBER] = ages.groupby(member).median()
    if col.OCCUPATION_SECTOR in rows:
        sectors = weight.groupby([group, rows[col.OCCUPATION_SECTOR]]).sum().unstack()
        table[col.OCCUPATION_SECTOR] = sectors.idxmax(axis=1) if len(sectors) else None
    for name, flag in _FLAGS.items():
        if flag in rows:
            has = rows[flag].astype(float)
            known = weight.where(has.notna()).groupby(group).sum()
            table[name] = (has * weight).groupby(group).sum() / known
    return table


@needs(col.SEGMENT)
def agreement(customers: pd.DataFrame, _params: Params) -> Agreement:
    """Agreement of the rules with k-medoids on Gower's distance of what the rules look at (R33, R34).

    Customers alike in all of it are one row with their number as weight: the division is that of all customers.
    """
    codes = [name for name in _CODES if name in customers]
    look = customers[codes].mask(customers[codes] == "unknown")
    look.insert(0, _NUMBER, customers[_NUMBER] // STEP * STEP if _NUMBER in customers else np.nan)
    kinds = look.groupby(list(look), dropna=False, sort=False)
    rows = kinds.size().rename("weight").reset_index()
    groups = customers[col.SEGMENT].nunique()
    if groups == 0:
        return Agreement(table=rows, ari=None, compared=False, groups=0, customers=0, profiles=0)
    coded = np.array([pd.factorize(rows[name])[0] for name in codes], dtype=np.int64).reshape(-1, len(rows))
    _, nearest = k_medoids(gower(rows[_NUMBER].to_numpy(), coded.T), rows["weight"].to_numpy(dtype=float), groups)
    # A medoid as near as another to all of its own, since what is unknown is not compared, is a group of nobody.
    group = np.unique(nearest, return_inverse=True)[1]
    member = group[kinds.ngroup().to_numpy()]
    placed, names = pd.factorize(customers[col.SEGMENT])
    counts = np.bincount(member * groups + placed, minlength=(member.max() + 1) * groups).reshape(-1, groups)
    table = _described(customers.get(_NUMBER), member, rows, group)
    table[col.SEGMENT], table["segment_share"] = names[counts.argmax(axis=1)], counts.max(axis=1) / counts.sum(axis=1)
    ari = adjusted_rand(counts)
    return Agreement(
        table=table.sort_values("customers", ascending=False, kind="stable", ignore_index=True),
        ari=ari,
        compared=ari is not None,
        groups=len(table),
        customers=len(customers),
        profiles=len(rows),
    )
