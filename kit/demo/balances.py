"""What customers hold at each month end: a heavy-tailed AUM, its path and its parts, to the 分."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kit.demo.people import People
from kit.demo.plan import Bits, Calendar, Ints, Kind

# The rural-postal ladder, [low, high), in 分: 5, 30 and 300 万元.
LADDER = {"basic": 0, "core": 5_000_000, "vip": 30_000_000, "private": 300_000_000}

# part: smallest amount, step (分), AUM (元) from which one may have it, how likely, mean weight
PARTS = {
    "time": (100_000, 10_000, 3_000, 0.42, 1.5),
    "cd": (20_000_000, 1_000_000, 400_000, 0.40, 1.2),
    "wmp": (1_000_000, 100_000, 30_000, 0.30, 1.1),
    "fund": (10_000, 1, 20_000, 0.10, 0.5),
    "insurance": (1_000_000, 100_000, 30_000, 0.12, 0.5),
    "bond": (10_000, 10_000, 50_000, 0.06, 0.6),
}
# AUM against that of an ordinary customer
_SCALE = {
    Kind.SAVER: 2.4, Kind.PRIMARY: 1.8, Kind.PASSING: 0.25, Kind.MERCHANT: 3.0, Kind.NEW: 0.9, Kind.LOST: 2.0,
}  # fmt: skip
_SPIKES = {3: 1.02, 6: 1.03, 9: 1.02, 12: 1.05}  # 季末 and 年末: money that is there for the last day only
_HOMECOMING = {1: 1.05, 2: 1.07}  # in a township those who work away come home for 春节


@dataclass(frozen=True, slots=True)
class Balances:
    """Amounts in 分, shape (customers, months). ``spot`` is the sum of the parts by construction."""

    demand: Ints
    parts: dict[str, Ints]
    loan: Ints
    average: Ints
    demand_average: Ints
    present: Bits

    @property
    def deposit(self) -> Ints:
        """Demand, time and certificates of deposit."""
        return self.demand + self.parts["time"] + self.parts["cd"]

    @property
    def spot(self) -> Ints:
        """AUM on the last day of the month."""
        return np.asarray(np.sum([self.demand, *self.parts.values()], axis=0))


def tier_of(aum_fen: Ints) -> Ints:
    """Place on ``LADDER``: 0 basic … 3 private; a negative amount is basic."""
    return np.searchsorted(list(LADDER.values())[1:], aum_fen, side="right").astype(np.int64)


def draw_balances(rng: np.random.Generator, people: People, cal: Calendar) -> Balances:
    """Draw the panel backwards from the as-of date, so that the last month is the one that was planned."""
    n, months = len(people), np.arange(cal.count)
    final = _final_yuan(rng, people)
    base = np.rint(final[:, None] * _level(rng, people, cal) * 100)
    gone = months >= people.end_month[:, None]
    base[gone] = 0
    month_numbers = np.array([int(m[4:]) for m in cal.months])
    spike = np.array([_SPIKES.get(int(m), 1.0) for m in month_numbers])
    if people.plan.setting == "乡镇":
        spike = spike * np.array([_HOMECOMING.get(int(m), 1.0) for m in month_numbers])
    asleep = people.kind == Kind.DORMANT
    spot = np.rint(base * np.where(asleep[:, None], 1.0, spike)).astype(np.int64)
    parts = _parts(rng, people, final, base)
    demand = spot - np.sum([*parts.values()], axis=0)
    overdrawn = people.kind == Kind.NEGATIVE
    debt = -rng.integers(100, 60_000, n)
    demand = np.where(overdrawn[:, None] & (months >= cal.count - 2), debt[:, None], demand)
    spot = np.sum([demand, *parts.values()], axis=0)
    average = _average(rng, people, spot / spike, spot)
    share = np.divide(demand, spot, out=np.ones(spot.shape), where=spot != 0)
    loan = np.where(rng.random(n) < np.where(people.kind == Kind.MERCHANT, 0.3, 0.07), rng.lognormal(11.3, 0.8, n), 0)
    loan[people.is_kind(Kind.DORMANT, Kind.CLOSED)] = 0
    return Balances(
        demand=demand,
        parts=parts,
        loan=np.rint(loan[:, None] * (1 + 0.01 * (cal.count - 1 - months)) * 100).astype(np.int64),
        average=average,
        demand_average=np.rint(share * average).astype(np.int64),
        present=people.open_day[:, None] <= cal.ends,
    )


def _final_yuan(rng: np.random.Generator, people: People) -> NDArray[np.float64]:
    """AUM at the as-of date: a lognormal body, of which a few become a Pareto tail."""
    n, kind, wealth = len(people), people.kind, people.plan.wealth
    scale = np.array([_SCALE.get(Kind(k), 1.0) for k in range(len(Kind))])[kind]
    yuan = rng.lognormal(np.log(9_500), 1.32, n) * scale * wealth
    tail = np.minimum(800_000 * wealth * rng.random(n) ** (-1 / 1.6), 30_000_000)
    rich = rng.random(n) < 0.011
    yuan = np.where(rich & people.is_kind(Kind.ORDINARY, Kind.SAVER, Kind.PRIMARY, Kind.MERCHANT), tail, yuan)
    yuan = np.where(kind == Kind.PRIMARY, np.maximum(yuan, 6_000), yuan)
    yuan = np.where(kind == Kind.PASSING, np.minimum(yuan, 20_000), yuan)
    yuan = np.where(kind == Kind.MERCHANT, np.maximum(yuan, 28_000), yuan)
    yuan = np.where(kind == Kind.NEGATIVE, np.minimum(yuan, 500), yuan)
    yuan = np.where((kind == Kind.SAVER) & people.still, np.maximum(yuan, 2_000), yuan)
    penniless = (kind == Kind.ORDINARY) & (rng.random(n) < 0.05)
    yuan[penniless] = 0
    asleep = kind == Kind.DORMANT
    crumbs = np.where(rng.random(n) < 0.3, 0, rng.random(n) ** 2 * 98)
    return np.where(asleep, crumbs, yuan)


def _level(rng: np.random.Generator, people: People, cal: Calendar) -> NDArray[np.float64]:
    """Each month's AUM against the last one's: growth, a walk, and now and then a large movement."""
    n, months = len(people), np.arange(cal.count)
    step = rng.normal(0, 0.025, (n, cal.count))
    step[:, -1] = 0
    walk = np.cumsum(step[:, ::-1], axis=1)[:, ::-1]
    level = np.exp(walk - people.plan.growth * (cal.count - 1 - months))
    moved = rng.random(n) < 0.09
    when = rng.integers(1, max(cal.count, 2), n)
    factor = np.exp(rng.normal(-0.25, 0.7, n))
    level = np.where((moved[:, None]) & (months < when[:, None]), level * factor[:, None], level)
    level[people.is_kind(Kind.DORMANT, Kind.PASSING)] = 1
    return level


def _parts(
    rng: np.random.Generator, people: People, final: NDArray[np.float64], base: NDArray[np.float64]
) -> dict[str, Ints]:
    """Products in whole steps; what they leave of the month's AUM lies on demand."""
    n = len(people)
    saver, merchant = people.kind == Kind.SAVER, people.kind == Kind.MERCHANT
    city = 1.5 if people.plan.setting == "城区" else 0.8
    weights: dict[str, NDArray[np.float64]] = {}
    for name, (_, _, from_yuan, likely, weight) in PARTS.items():
        chance = likely * np.where(saver & np.isin(name, ("time", "cd")), 2.2, 1.0)
        chance = chance if name in ("time", "cd") else chance * city
        if name == "fund":  # whoever has wealth products takes to funds
            chance = chance * np.where(weights["wmp"] > 0, 2.5, 0.6)
        held = (final >= from_yuan) & (rng.random(n) < chance)
        weights[name] = np.where(held, rng.gamma(2, weight / 2, n), 0)
    on_demand = rng.gamma(2, 0.25, n) + 0.02
    on_demand = np.where(merchant, np.maximum(on_demand, sum(weights.values())), on_demand)
    total = on_demand + sum(weights.values())
    parts = {}
    for name, (least, step, *_) in PARTS.items():
        amount = np.floor(base * (weights[name] / total)[:, None] / step).astype(np.int64) * step
        parts[name] = np.where(amount >= least, amount, 0)
    return parts


def _average(rng: np.random.Generator, people: People, usual: NDArray[np.float64], spot: Ints) -> Ints:
    """Average of the month: what usually lies there, not the last day's spike; half of what a leaver took."""
    average = np.rint(usual * (1 + rng.normal(0, 0.012, spot.shape))).astype(np.int64)
    still = people.is_kind(Kind.DORMANT, Kind.NEGATIVE)
    average[still] = spot[still]
    leaving = np.flatnonzero(people.kind == Kind.LOST)
    month = people.end_month[leaving]
    average[leaving, month] = spot[leaving, month - 1] // 2
    return average
