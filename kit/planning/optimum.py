"""Units to owners at the least cost, under limits on the owners' loads: an optimum by HiGHS and the gap to its bound.

Knows nothing of customers. The same code gives the known optima of the generalised assignment problem.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kit.planning.solver import Array, Bits, Found, Model, solve

Ints = npt.NDArray[np.int64]

ALL_WHOLE = 120  # so many units are whole from the start, and of more the largest
PENALTY = 20.0  # for going beyond a limit that already gave way, a unit of it: far above what a move costs
TARGET = 0.003  # of the bound: nearer than this is near enough, and no further search is worth its time
NEAR = 0.005  # of the bound: further off, the relaxed model is taken again, with more whole units
_WHOLE, _WHALES = (40, 200), 12  # of the relaxed model; of the search for the limits that give way
_TURNS = 4  # of the search for a better answer
_GRID, _SMALL = 1.5, 0.2  # sizes of the relaxed model: each half as large again, from a fifth of the mean
_DEAR, _FREE, _LARGE = 80, 240, 120  # units placed anew in a turn: dear ones, divided ones, and large ones
_BASE = 0.1  # of a unit: what the smallest relaxation is measured by
_EPS = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An owner for each unit.

    Attributes
    ----------
    value, bound
        Cost of this answer, and a cost that none can be below, both with the limits as they had to give way.
    gave
        How far each limit had to give way, 0 for most.
    clash
        Names of the limits that cannot hold together; ``indivisible`` where they could, were the units divisible.
    """

    owner: Ints
    value: float
    bound: float
    gave: Array
    clash: tuple[str, ...]

    @property
    def gap(self) -> float:
        """How far above the bound, as a share of it (of 1, where it is less)."""
        return max(self.value - self.bound, 0.0) / max(abs(self.bound), 1.0)


def optimise(model: Model, sized: int | None = None, scale: Array | None = None) -> Answer:
    """The assignment of least cost, proven to within `TARGET` where the search allows; the gap is given in any case.

    A relaxed model, in which the largest units are whole and the others stand for each other, gives the bound; it is
    rounded to whole units, and these are improved a few hundred at a time. Where the few largest weigh so much that
    this leaves more than `NEAR`, more are whole. The limits give way first, if they must.

    Parameters
    ----------
    sized, scale
        The measure by which units that are alike differ, and how their cost grows with it (affine in the measure):
        such units stand for each other. Without, none does.

    Raises
    ------
    ValueError
        If the limits that never give way cannot hold.
    """
    size = np.zeros(len(model.cost)) if sized is None else model.loads[sized].max(axis=1)
    scale = np.ones(len(model.cost)) if scale is None else scale
    gave, clash = _give_way(model, size, sized)
    model = _eased(model, gave)
    kind = _kinds(model, sized, scale)
    owner, value, bound = np.zeros(0, dtype=np.int64), np.inf, -np.inf
    for many in _WHOLE:
        between = _between(size, kind, _largest(size, many))
        found = solve(between.relaxed(model), TARGET / 3)
        if found is None:
            raise ValueError("the limits that never give way cannot hold")
        bound = max(bound, found.bound)
        placed, cost = _rounded(model, between.shares(found.shares), size, kind, bound)
        if cost < value:
            owner, value = placed, cost
        if value - bound <= NEAR * max(abs(bound), 1.0):
            break
    return Answer(owner, value, min(bound, value), gave, clash)


def _rounded(model: Model, shares: Array, size: Array, kind: Ints, bound: float) -> tuple[Ints, float]:
    """Whole units from shares, improved until they are near the bound or the turns are over; and what they cost."""
    owner = _dealt(model, shares, size, kind)
    for turn in range(_TURNS):
        value = _value(model, owner)
        if value - bound <= TARGET * max(abs(bound), 1.0):
            break
        owner = _improved(model, owner, _picked(model, owner, shares, size, turn), value, bound)
    return owner, _value(model, owner)


def loads_of(model: Model, owner: Ints) -> Array:
    """Loads of the owners: measures by owners."""
    units = np.arange(len(owner))
    return np.array([np.bincount(owner, each[units, owner], each.shape[1]) for each in model.loads])


def _value(model: Model, owner: Ints) -> float:
    """Objective of whole units, recomputed without the solver."""
    loads = loads_of(model, owner)
    value = float(model.cost[np.arange(len(owner)), owner].sum())
    for limit in model.limits:
        beyond = float((limit.weights * loads).sum()) - limit.at_most
        for width, price in limit.steps:
            value += price * min(max(beyond, 0.0), width)
            beyond -= width
    return value


def _give_way(model: Model, size: Array, sized: int | None) -> tuple[Array, tuple[str, ...]]:
    """How far the limits must give way, at the least price, and the names of those that clash."""
    # What a unit costs does not matter here, so that many more stand for each other.
    free = replace(model, cost=np.where(np.isfinite(model.cost), 0.0, np.inf))
    between = _between(size, _kinds(free, sized, np.ones(len(size))), _largest(size, _WHALES))
    small = between.relaxed(free)
    # To a hundredth of a tenth of all units, and not to the last of them: a search for nothing would not end.
    base = _BASE * small.loads[0].max(axis=1, keepdims=True)

    def least(whole: Bits, without: str = "") -> Found | None:
        limits = tuple(
            replace(limit, at_most=np.inf)
            if limit.steps or limit.name == without
            else replace(limit, steps=limit.gives)
            for limit in small.limits
        )
        return solve(replace(small, cost=small.cost + base, limits=limits, whole=whole), 0.01)

    found = least(small.whole)
    if found is None or found.beyond.sum() < _EPS:
        return np.zeros(len(model.limits)), ()
    divided = np.zeros_like(small.whole)
    through = least(divided)
    assert through is not None  # it holds with whole units
    much = 0.99 * through.beyond.sum() - _EPS
    gave = {limit.name for limit, beyond in zip(model.limits, found.beyond, strict=True) if beyond > _EPS}
    others = {limit.name for limit in model.limits if limit.gives} - gave
    clash = gave | {name for name in others if (eased := least(divided, name)) and eased.beyond.sum() < much}
    indivisible = through.beyond.sum() < 0.99 * found.beyond.sum() - _EPS
    return found.beyond, (*sorted(clash), *(("indivisible",) if indivisible else ()))


def _eased(model: Model, gave: Array) -> Model:
    """Limits that hold: those that gave way a little further, to a whole number; beyond, the `PENALTY`."""
    further = np.where(gave > _EPS, np.ceil(gave * 1.01), 0.0)
    limits = [
        replace(limit, at_most=limit.at_most + more, steps=((np.inf, PENALTY),)) if limit.gives else limit
        for limit, more in zip(model.limits, further, strict=True)
    ]
    return replace(model, limits=tuple(limits))


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """Units as mixtures of a few of their kind: ``(1 - part)`` of ``low`` and ``part`` of ``high``.

    As cost and loads are affine in size, a unit placed whole is a mixture placed together; to place the two apart is
    more freedom, never less, so that the least cost of the few bounds that of all.
    """

    few: Ints  # the units that stand for others
    low: Ints  # place in ``few``
    high: Ints
    part: Array
    whole: Bits  # of the few

    def relaxed(self, model: Model) -> Model:
        """The few, each as much as the units that it stands for."""
        count = len(self.few)
        mass = np.bincount(self.low, 1 - self.part, count) + np.bincount(self.high, self.part, count)
        return Model(
            model.cost[self.few] * mass[:, None],
            model.loads[:, self.few] * mass[None, :, None],
            model.limits,
            self.whole,
        )

    def shares(self, few: Array) -> Array:
        """Shares of all units from those of the few."""
        mixed: Array = (1 - self.part)[:, None] * few[self.low] + self.part[:, None] * few[self.high]
        mixed[mixed < _EPS] = 0
        mixed /= mixed.sum(axis=1, keepdims=True)
        return mixed


def _kinds(model: Model, sized: int | None, scale: Array) -> Ints:
    """Number of the kind of each unit: alike in all but the one measure, and in cost by its scale."""
    each = model.cost / scale[:, None]
    alike = [np.where(np.isfinite(each), np.round(each, 9), -1.0)]
    alike += [loads for measure, loads in enumerate(model.loads) if measure != sized]
    return np.asarray(np.unique(np.hstack(alike), axis=0, return_inverse=True)[1].ravel(), dtype=np.int64)


def _largest(size: Array, many: int) -> Bits:
    """The largest units, or all where there are few."""
    chosen = np.zeros(len(size), dtype=np.bool_)
    chosen[np.argsort(-size, kind="stable")[: len(size) if len(size) <= ALL_WHOLE else many]] = True
    return chosen


def _between(size: Array, kind: Ints, whole: Bits) -> _Between:
    """The smallest and the largest of each kind stand for the others, and one at each step of a grid of sizes.

    A unit that is ``whole`` is a kind of its own.
    """
    kind = np.where(whole, kind.max(initial=0) + 1 + np.arange(len(size)), kind)
    step = np.ceil(np.log(np.maximum(size, _SMALL) / _SMALL) / np.log(_GRID))
    order = np.lexsort((size, kind))
    sizes, kinds, steps = size[order], kind[order], step[order]
    first = np.r_[True, kinds[1:] != kinds[:-1]]
    last = np.r_[first[1:], True]
    chosen = first | last | np.r_[True, steps[1:] != steps[:-1]]
    at, places = np.cumsum(chosen) - 1, np.arange(len(size))
    few = np.flatnonzero(chosen)
    high = np.where(chosen, at, np.minimum(at + 1, len(few) - 1))
    span = sizes[few[high]] - sizes[few[at]]
    part = np.divide(sizes - sizes[few[at]], span, out=np.zeros(len(size)), where=span > 0)
    back = np.empty(len(size), dtype=np.int64)
    back[order] = places
    return _Between(order[few], at[back], high[back], part[back], whole[order[few]])


def _dealt(model: Model, shares: Array, size: Array, kind: Ints) -> Ints:
    """Whole units: in the order of kind and size, each to the owner who lags most behind his shares."""
    owner: Ints = shares.argmax(axis=1)
    free = np.flatnonzero((shares > 0).sum(axis=1) > 1)
    behind = np.zeros((len(model.loads), model.cost.shape[1]))
    for unit in free[np.lexsort((free, -size[free], kind[free]))]:
        among = np.flatnonzero(shares[unit])
        loads = model.loads[:, unit, among]
        behind[:, among] += loads * shares[unit, among]
        to = (loads * (behind[:, among] - loads / 2)).sum(axis=0).argmax()
        owner[unit] = among[to]
        behind[:, among[to]] -= loads[:, to]
    return owner


def _picked(model: Model, owner: Ints, shares: Array, size: Array, turn: int) -> Ints:
    """Units to place anew: those that cost most more than their shares, and some of all that have the same choice.

    Of these some that were divided, of every size, and the next largest of the others; in each turn others.
    """
    free = np.isfinite(model.cost)
    dear = model.cost[np.arange(len(owner)), owner] - (np.where(free, model.cost, 0) * shares).sum(axis=1)
    group = np.unique(free, axis=0, return_inverse=True)[1].ravel()
    largest = np.lexsort((np.arange(len(size)), -size))
    divided = (shares > 0).sum(axis=1) > 1
    groups = [largest[group[largest] == at] for at in range(group.max() + 1) if free[group == at][0].sum() > 1]
    picked = [np.argsort(-dear, kind="stable")[:_DEAR]]
    for units in groups:
        split, rest = units[divided[units]], units[~divided[units]]
        every, step = max(len(split) * len(groups) // _FREE, 1), _LARGE // len(groups)
        picked += [split[turn % every :: every][: _FREE // len(groups)], rest[turn * step : (turn + 1) * step]]
    return np.unique(np.concatenate(picked))


def _improved(model: Model, owner: Ints, picked: Ints, value: float, bound: float) -> Ints:
    """The picked units placed anew, whole, while all others stay."""
    stay = np.ones(len(owner), dtype=np.bool_)
    stay[picked] = False
    rest = Model(model.cost[stay], model.loads[:, stay], model.limits, model.whole[stay])
    fixed = loads_of(rest, owner[stay])
    limits = tuple(replace(each, at_most=each.at_most - float((each.weights * fixed).sum())) for each in model.limits)
    part = Model(model.cost[picked], model.loads[:, picked], limits, np.ones(len(picked), dtype=np.bool_))
    now = value - float(rest.cost[np.arange(stay.sum()), owner[stay]].sum())
    found = solve(part, min(TARGET / 3 * max(abs(bound), 1.0) / max(now, _EPS), 0.5))
    if found is None:
        return owner
    better = owner.copy()
    better[picked] = found.shares.argmax(axis=1)
    return better if _value(model, better) < value else owner
