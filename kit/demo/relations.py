"""Who keeps whom and what came of it: owners, sales and salons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from kit.demo.balances import Balances, tier_of
from kit.demo.files import NO_DAY, blank, days, money, pick, yes_no
from kit.demo.people import People
from kit.demo.plan import Bits, BranchPlan, Calendar, Ints, Kind

Cells = dict[str, pa.Array | Sequence[Any]]

# By tier: how likely a customer has an owner, and who (role, share); 虚拟 and 离职 leave him an orphan.
_OWNED = (0.10, 0.72, 0.93, 0.97)
_OWNERS = (
    (("大堂经理", 0.4), ("高柜柜员", 0.2), ("低柜柜员", 0.12), ("理财经理", 0.13), ("市场经理", 0.05), ("虚拟", 0.1)),
    (("理财经理", 0.62), ("大堂经理", 0.14), ("贵宾理财经理", 0.05), ("低柜柜员", 0.03), ("离职", 0.09),
     ("虚拟", 0.07)),
    (("贵宾理财经理", 0.55), ("理财经理", 0.28), ("支局长", 0.08), ("离职", 0.06), ("虚拟", 0.03)),
    (("贵宾理财经理", 0.6), ("支局长", 0.28), ("理财经理", 0.06), ("离职", 0.04), ("虚拟", 0.02)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owners:
    """Main owner of each customer (place in the branch's staff, -1 none) and whether he is left alone."""

    desk: Ints
    orphan: Bits


def draw_owners(rng: np.random.Generator, people: People, held: Balances) -> Owners:
    """Draw main owners: the rich mostly have one, some of them the pool's or one who has left."""
    n, staff = len(people), people.plan
    tier = tier_of(held.average[:, -1])
    desk = np.full(n, -1, dtype=np.int64)
    owned = (rng.random(n) < np.array(_OWNED)[tier]) & ~people.is_kind(Kind.DORMANT, Kind.CLOSED)
    for level, shares in enumerate(_OWNERS):
        chosen = np.flatnonzero(owned & (tier == level))
        roles = rng.choice(len(shares), len(chosen), p=[share for _, share in shares])
        for place, (role, _) in enumerate(shares):
            mine = chosen[roles == place]
            desks = staff.desks(role)
            # The first of several has most: loads are not even, as they are not in life.
            weights = np.array([0.6, 0.3, 0.1])[: len(desks)]
            desk[mine] = rng.choice(desks, len(mine), p=weights / weights.sum())
    alone = np.array([*(who.virtual or who.left for who in staff.staff), True])
    return Owners(desk=desk, orphan=alone[desk])


def staff_file(plan: BranchPlan, cal: Calendar) -> Cells:
    """Rows of 员工表 for one branch; one of its managers is soon on leave."""
    staff = plan.staff
    away = np.arange(len(staff)) == plan.desks("理财经理")[0]
    return {
        "员工号": [who.staff_id for who in staff],
        "员工姓名": [who.name for who in staff],
        "员工手机": ["" if who.virtual else f"198-0000-{plan.number % 100:02d}{i:02d}" for i, who in enumerate(staff)],
        "机构号": [plan.branch_id] * len(staff),
        "岗位": [who.role for who in staff],
        "虚拟行员": ["是" if who.virtual else "否" for who in staff],
        "管户上限": [who.capacity for who in staff],
        "日联系量": [who.daily for who in staff],
        "在岗状态": ["离职" if who.left else "在岗" for who in staff],
        "休假开始日期": days(np.where(away, cal.as_of + 16, NO_DAY)),
        "休假结束日期": days(np.where(away, cal.as_of + 27, NO_DAY)),
    }


def _ids(plan: BranchPlan, desk: Ints) -> pa.Array:
    return pick(desk, [who.staff_id for who in plan.staff])


def assignment_file(rng: np.random.Generator, people: People, owners: Owners, cal: Calendar) -> Cells:
    """Rows of 管户关系 for one branch: a main owner, for some a helper beside him."""
    main = np.flatnonzero(owners.desk >= 0)
    wanted = main[~owners.orphan[main] & (rng.random(len(main)) < 0.08)]
    helper = people.plan.desks("大堂经理")[0]
    helped = wanted[owners.desk[wanted] != helper]
    who = np.concatenate([main, helped])
    desk = np.concatenate([owners.desk[main], np.full(len(helped), helper)])
    given = np.maximum(cal.as_of - rng.integers(5, 900, len(who)), people.open_day[who])
    order = np.lexsort((np.arange(len(who)), who))
    return {
        "客户号": people.ids(who[order]),
        "管户经理": _ids(people.plan, desk[order]),
        "管户类型": pick((np.arange(len(who)) >= len(main))[order].astype(np.int8), ("主办", "协办")),
        "分配日期": days(given[order]),
    }


def sale_file(rng: np.random.Generator, people: People, held: Balances, owners: Owners, cal: Calendar) -> Cells:
    """Rows of 成交记录 for one branch, at most one a customer; some of them are opportunities still open."""
    n = len(people)
    rate = np.array((0.006, 0.09, 0.33, 0.5))[tier_of(held.average[:, -1])]
    who = np.flatnonzero((rng.random(n) < rate) & (people.open_day < cal.as_of - 1))
    m = len(who)
    expected = (rng.lognormal(10.6, 0.8, m) // 1000 * 1000 + 1000).astype(np.int64)
    got = (expected * rng.choice((0.5, 0.8, 1.0, 1.2), m)).astype(np.int64)
    day = np.maximum(cal.as_of - rng.integers(0, 365, m), people.open_day[who])
    desks = np.array([i for i, s in enumerate(people.plan.staff) if not s.virtual and not s.left])
    staff = np.where(owners.orphan[who], desks[rng.integers(0, len(desks), m)], owners.desk[who])
    still = np.arange(m) % 3 == 2
    return {
        "客户号": people.ids(who),
        "员工号": _ids(people.plan, staff),
        "成交产品": pick(rng.integers(0, 5, m), ("定期存款", "理财", "保险", "基金", "大额存单")),
        "预计金额": money(expected * 100),
        "达成金额": blank(money(got * 100), still),
        "成交日期": days(np.where(still, NO_DAY, day)),
        "业绩来源": pick(rng.choice(4, m, p=(0.55, 0.15, 0.18, 0.12)), ("存量", "沙龙", "外拓", "盘活")),
    }


def event_file(rng: np.random.Generator, people: People, held: Balances, cal: Calendar) -> Cells:
    """Rows of 活动记录 for one branch: three salons, a row for each one invited."""
    n = len(people)
    likely = np.array((0.004, 0.05, 0.25, 0.30))[tier_of(held.average[:, -1])] * (people.open_day < cal.as_of - 300)
    who, salon = np.nonzero(rng.random((n, 3)) < likely[:, None])
    day = cal.as_of - np.array([230, 140, 40])
    plan = people.plan
    return {
        "活动编号": pick(salon, [f"HD{plan.branch_id}{i + 1}" for i in range(3)]),
        "活动日期": days(day[salon]),
        "机构号": pick(np.zeros(len(who), dtype=np.int8), (plan.branch_id,)),
        "客户号": people.ids(who),
        "邀约标志": yes_no(np.ones(len(who), dtype=np.bool_)),
        "到场标志": yes_no(rng.random(len(who)) < 0.38),
        "活动费用": money(np.array([180_000, 260_000, 150_000])[salon]),
    }
