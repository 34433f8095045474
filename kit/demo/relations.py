"""Who keeps whom and what was done about it: owners, contact log, sales and salons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kit.demo.balances import Balances, tier_of
from kit.demo.files import NO_DAY, days, money, pick, yes_no
from kit.demo.people import People
from kit.demo.plan import Bits, BranchPlan, Calendar, Ints, Kind

__all__ = [
    "Owners",
    "assignment_file",
    "contact_file",
    "draw_owners",
    "event_file",
    "sale_file",
    "staff_file",
]

Cells = dict[str, pa.Array | Sequence[Any]]

# By tier: how likely a customer has an owner, and who (role, share); 虚拟 and 离职 leave him an orphan.
_OWNED = (0.10, 0.72, 0.93, 0.97)
_OWNERS = (
    (
        ("大堂经理", 0.40),
        ("高柜柜员", 0.20),
        ("低柜柜员", 0.12),
        ("理财经理", 0.13),
        ("市场经理", 0.05),
        ("虚拟", 0.10),
    ),
    (
        ("理财经理", 0.62),
        ("大堂经理", 0.14),
        ("贵宾理财经理", 0.05),
        ("低柜柜员", 0.03),
        ("离职", 0.09),
        ("虚拟", 0.07),
    ),
    (("贵宾理财经理", 0.55), ("理财经理", 0.28), ("支局长", 0.08), ("离职", 0.06), ("虚拟", 0.03)),
    (("贵宾理财经理", 0.60), ("支局长", 0.28), ("理财经理", 0.06), ("离职", 0.04), ("虚拟", 0.02)),
)
_CONTACTS = (0.03, 1.0, 4.0, 7.0)  # a year, by tier
_STAGES = ("到期提醒", "特殊日提醒", "建立联系", "需求排查", "邀约", "面谈", "售后跟踪")
_STAGE_SHARES = (0.44, 0.28, 0.08, 0.07, 0.06, 0.04, 0.03)  # what most branches do is to remind
_WAYS, _WAY_SHARES = ("电话", "短信", "微信", "上门"), (0.55, 0.27, 0.14, 0.04)
_RESULTS = ("接通", "未接通", "挂机", "已发送", "已回复", "已见面")


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


def contact_file(rng: np.random.Generator, people: People, held: Balances, owners: Owners, cal: Calendar) -> Cells:
    """Rows of 联系记录 for one branch: a year, mostly reminders to the rich, one a day at most."""
    n = len(people)
    rate = np.array(_CONTACTS)[tier_of(held.average[:, -1])] * np.where(owners.orphan, 0.15, 1.0)
    who = np.repeat(np.arange(n), rng.poisson(rate))
    day = cal.as_of - rng.integers(0, 365, len(who))
    keep = np.unique(who * 100_000 + day, return_index=True)[1]
    keep = keep[day[keep] >= people.open_day[who[keep]]]
    who, day = who[keep], day[keep]
    m = len(who)
    way = rng.choice(len(_WAYS), m, p=_WAY_SHARES)
    call, sms = way == 0, way == 1
    reached = np.where(rng.random(m) < _answering(people, held)[who], 0, np.where(rng.random(m) < 0.75, 1, 2))
    result = np.where(call, reached, np.where(sms, 3, np.where(way == 2, 4, 5)))
    objection = np.where(
        result == 2, 3, np.where(call & (result == 0) & (rng.random(m) < 0.2), rng.integers(1, 3, m), 0)
    )
    grade = np.where(
        (result != 1) & (result != 2) & (rng.random(m) < 0.4), rng.choice(4, m, p=(0.1, 0.2, 0.3, 0.4)) + 1, 0
    )
    own = (owners.desk[who] >= 0) & ~owners.orphan[who] & (rng.random(m) < 0.85)
    desks = np.array([i for i, s in enumerate(people.plan.staff) if not s.virtual and not s.left])
    staff = np.where(own, owners.desk[who], desks[rng.integers(0, len(desks), m)])
    follow = np.where((grade > 0) & (grade < 4), day + np.array([0, 7, 21, 60, 0])[grade], NO_DAY)
    return {
        "客户号": people.ids(who),
        "联系人员": _ids(people.plan, staff),
        "联系日期": days(day),
        "联系方式": pick(way, _WAYS),
        "联系结果": pick(result, _RESULTS),
        "环节": pick(rng.choice(len(_STAGES), m, p=_STAGE_SHARES), _STAGES),
        "异议类型": pick(objection, ("", "O1疑诈", "O2冷淡", "O3挂机")),
        "短信已发": yes_no(sms | (rng.random(m) < 0.35)),
        "意向等级": pick(grade, ("", "A", "B", "C", "D")),
        "下次跟进": days(follow),
    }


def _answering(people: People, held: Balances) -> NDArray[np.float64]:
    """How likely each customer answers a call: the elderly and the rich do, the young of no account let it ring."""
    tier = tier_of(held.average[:, -1])
    likely = 0.2 + 0.14 * tier + 0.45 * (people.age >= 55) + 0.1 * ~people.mobile
    return np.asarray(np.clip(likely, 0.1, 0.95))


def sale_file(rng: np.random.Generator, people: People, held: Balances, owners: Owners, cal: Calendar) -> Cells:
    """Rows of 成交记录 for one branch, at most one a customer."""
    n = len(people)
    rate = np.array((0.004, 0.06, 0.22, 0.35))[tier_of(held.average[:, -1])]
    who = np.flatnonzero((rng.random(n) < rate) & (people.open_day < cal.as_of - 1))
    m = len(who)
    expected = (rng.lognormal(10.6, 0.8, m) // 1000 * 1000 + 1000).astype(np.int64)
    got = (expected * rng.choice((0.5, 0.8, 1.0, 1.2), m)).astype(np.int64)
    day = np.maximum(cal.as_of - rng.integers(0, 365, m), people.open_day[who])
    desks = np.array([i for i, s in enumerate(people.plan.staff) if not s.virtual and not s.left])
    staff = np.where(owners.orphan[who], desks[rng.integers(0, len(desks), m)], owners.desk[who])
    return {
        "客户号": people.ids(who),
        "员工号": _ids(people.plan, staff),
        "成交产品": pick(rng.integers(0, 5, m), ("定期存款", "理财", "保险", "基金", "大额存单")),
        "预计金额": money(expected * 100),
        "达成金额": money(got * 100),
        "成交日期": days(day),
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
