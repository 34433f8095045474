"""Plan of the invented bank: its branches, its staff, its calendar, and the kinds of customers."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]


class Kind(IntEnum):
    """The part that a customer plays; exactly one each, so that a planted truth is never an accident."""

    ORDINARY = 0
    SAVER = 1  # elderly, time deposits, few transactions
    PRIMARY = 2  # lives out of this account
    PASSING = 3  # looks like a primary account, but the money leaves for the same name elsewhere
    MERCHANT = 4
    DORMANT = 5
    NEW = 6
    LOST = 7  # took everything away within the last months
    CLOSED = 8
    NEGATIVE = 9


_MIX = {
    "城区": {
        Kind.SAVER: 0.20, Kind.PRIMARY: 0.15, Kind.PASSING: 0.06, Kind.MERCHANT: 0.040, Kind.DORMANT: 0.15,
        Kind.NEW: 0.05, Kind.LOST: 0.025, Kind.CLOSED: 0.015, Kind.NEGATIVE: 0.004,
    },
    "县域": {
        Kind.SAVER: 0.25, Kind.PRIMARY: 0.11, Kind.PASSING: 0.05, Kind.MERCHANT: 0.045, Kind.DORMANT: 0.19,
        Kind.NEW: 0.04, Kind.LOST: 0.020, Kind.CLOSED: 0.015, Kind.NEGATIVE: 0.003,
    },
    "乡镇": {
        Kind.SAVER: 0.32, Kind.PRIMARY: 0.07, Kind.PASSING: 0.04, Kind.MERCHANT: 0.030, Kind.DORMANT: 0.24,
        Kind.NEW: 0.03, Kind.LOST: 0.015, Kind.CLOSED: 0.020, Kind.NEGATIVE: 0.003,
    },
}  # fmt: skip

_BRANCHES = (
    ("城东支行", "城区"), ("开发区支行", "城区"), ("河口镇支行", "乡镇"), ("文昌路支行", "县域"),
    ("青石镇支行", "乡镇"), ("滨江支行", "县域"), ("高铁新城支行", "城区"), ("柳树镇支行", "乡镇"),
    ("农贸市场支行", "县域"), ("城西支行", "城区"), ("白沙镇支行", "乡镇"), ("学院路支行", "县域"),
)  # fmt: skip
_WEALTH = {"城区": 1.5, "县域": 1.0, "乡镇": 0.65}
_GROWTH = {"城区": 0.011, "县域": 0.007, "乡镇": 0.004}

# role, how many customers one may keep, contacts a day
_DESKS = (
    ("支局长", 80, 6), ("贵宾理财经理", 300, 15), ("理财经理", 600, 15), ("理财经理", 600, 15),
    ("大堂经理", 800, 12), ("高柜柜员", 500, 6), ("低柜柜员", 500, 8), ("市场经理", 300, 10),
    ("理财经理", 600, 15),
)  # fmt: skip
_DESK_SURNAMES = "严华金魏陶姜戚谢邹"
CYCLE = tuple("甲乙丙丁戊己庚辛壬癸"[i % 10] + "子丑寅卯辰巳午未申酉戌亥"[i % 12] for i in range(60))


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works, or worked, at a branch."""

    staff_id: str
    name: str
    role: str
    virtual: bool = False
    left: bool = False
    capacity: int | None = None
    daily: int | None = None


@dataclass(frozen=True, slots=True)
class BranchPlan:
    """One branch before it has customers."""

    number: int
    branch_id: str
    name: str
    setting: str  # 城区, 县域, 乡镇
    wealth: float  # scale of AUM
    growth: float  # of AUM, a month
    staff: tuple[Staff, ...]

    def desks(self, role: str) -> Ints:
        """Places in ``staff`` of those in office with this role; 虚拟 and 离职 name those who are not."""
        roles = ["虚拟" if who.virtual else "离职" if who.left else who.role for who in self.staff]
        return np.flatnonzero(np.array(roles) == role)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the panel, as days since 1970-01-01; the last end is the as-of date."""

    as_of: int
    starts: Ints
    ends: Ints
    months: tuple[str, ...]  # 202610

    @property
    def count(self) -> int:
        """How many months there are."""
        return len(self.ends)

    @property
    def window(self) -> int:
        """The first month that has a transaction file: three months are sent."""
        return self.count - 3


def calendar(as_of: date, months: int) -> Calendar:
    """Lay out ``months`` months, the last of them ending on ``as_of``."""
    last = np.datetime64(as_of, "M")
    firsts = np.arange(last - months + 1, last + 1)
    ends = (firsts + 1).astype("datetime64[D]") - 1
    ends[-1] = np.datetime64(as_of, "D")
    return Calendar(
        as_of=int(ends[-1].astype(np.int64)),
        starts=firsts.astype("datetime64[D]").astype(np.int64),
        ends=ends.astype(np.int64),
        months=tuple(str(first).replace("-", "") for first in firsts),
    )


def _staff(branch_id: str, number: int, desks: int) -> tuple[Staff, ...]:
    given = [CYCLE[(number * 7 + i) % len(CYCLE)] for i in range(len(_DESKS))]
    working = [
        Staff(f"{branch_id}{i + 1:02d}", _DESK_SURNAMES[i] + given[i], role, capacity=capacity, daily=daily)
        for i, (role, capacity, daily) in enumerate(_DESKS[:desks])
    ]
    left = Staff(f"{branch_id}90", "孔" + given[0], "理财经理", left=True)
    pool = Staff(f"{branch_id}99", "公共池", "理财经理", virtual=True)
    return (*working, left, pool)


def branch_plans(count: int) -> list[BranchPlan]:
    """Plan ``count`` branches; beyond the list of names they are numbered."""
    plans = []
    for number in range(1, count + 1):
        name, setting = _BRANCHES[(number - 1) % len(_BRANCHES)]
        if number > len(_BRANCHES):
            name = f"第{number}支行"
        branch_id = f"{100 + number:04d}"
        drift = 1 + 0.04 * ((number * 7) % 5 - 2)  # branches of one setting are not alike
        wealth, growth = _WEALTH[setting] * drift, _GROWTH[setting] * drift
        staff = _staff(branch_id, number, 8 if setting == "乡镇" else 9)
        plans.append(BranchPlan(number, branch_id, name, setting, wealth, growth, staff))
    return plans


def draw_kinds(rng: np.random.Generator, setting: str, customers: int) -> Ints:
    """Draw the kind of each customer: the setting's shares, in random order; the rest are ordinary."""
    kinds = np.full(customers, Kind.ORDINARY, dtype=np.int64)
    at = 0
    for kind, share in _MIX[setting].items():
        quota = round(share * customers)
        kinds[at : at + quota] = kind
        at += quota
    return rng.permutation(kinds)
