"""The contact log: a year, mostly reminders to the rich; some calls that an SMS announced, few after a hang-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kit.demo.balances import Balances, tier_of
from kit.demo.files import NO_DAY, days, pick, yes_no
from kit.demo.people import People
from kit.demo.plan import Bits, Calendar, Ints
from kit.demo.relations import Owners

_RATE = (0.03, 1.0, 4.0, 7.0)  # contacts a year, by tier
_STAGES = (
    "到期提醒", "特殊日提醒", "建立联系", "需求排查", "邀约", "面谈", "方案", "售后跟踪", "转介绍",
)  # fmt: skip
_STAGE_SHARES = (0.42, 0.26, 0.08, 0.07, 0.07, 0.04, 0.02, 0.03, 0.01)  # what most branches do is to remind
_FIRST, _REFER = _STAGES.index("建立联系"), _STAGES.index("转介绍")
_WAYS, _WAY_SHARES = ("电话", "短信", "微信", "上门"), (0.55, 0.27, 0.14, 0.04)
_CALL, _SMS = 0, 1
_RESULTS = ("接通", "未接通", "挂机", "已发送", "已回复", "已见面", "空号")
_REACHED, _HUNG_UP = 0, 2
_ANNOUNCED, _WARMER = 7, 0.4  # days: a call that soon after an SMS is taken more often, by so much
_QUIET = 90  # days after a hang-up in which nobody ought to call


@dataclass(frozen=True, slots=True)
class Contacts:
    """A place in each array per contact, by customer and day; one a customer and day."""

    who: Ints
    staff: Ints
    day: Ints
    way: Ints
    result: Ints
    objection: Ints
    stage: Ints
    texted: Bits


def _soon_after(who: Ints, day: Ints, what: Bits, within: int) -> Bits:
    """Whether something of the same customer lies at most so many days before; rows by customer and day."""
    at = np.maximum.accumulate(np.where(what, np.arange(len(who)), -1))
    before = np.r_[-1, at[:-1]][: len(who)]
    return np.asarray((before >= 0) & (who[before] == who) & (day - day[before] <= within))


def _one_a_day(rows: Ints) -> Ints:
    """The first contact of each customer and day, in their order."""
    return np.asarray(rows[:, np.unique(rows[0] * 100_000 + rows[1], return_index=True)[1]])


def draw_contacts(rng: np.random.Generator, people: People, held: Balances, owners: Owners, cal: Calendar) -> Contacts:
    """Draw a year of contacts, one a customer and day."""
    n, office = len(people), people.plan.staff
    rate = np.array(_RATE)[tier_of(held.average[:, -1])] * np.where(owners.orphan, 0.15, 1.0)
    who = np.repeat(np.arange(n), rng.poisson(rate))
    m = len(who)
    day = cal.as_of - rng.integers(0, 365, m)
    way = rng.choice(len(_WAYS), m, p=_WAY_SHARES)
    stage = rng.choice(len(_STAGES), m, p=_STAGE_SHARES)
    own = (owners.desk[who] >= 0) & ~owners.orphan[who] & (rng.random(m) < 0.85)
    desks = np.array([i for i, s in enumerate(office) if not s.virtual and not s.left])
    staff = np.where(own, owners.desk[who], desks[rng.integers(0, len(desks), m)])
    # Some calls are announced: an SMS of the same member of staff a few days before.
    warm = np.flatnonzero((way == _CALL) & (rng.random(m) < 0.25))
    brought = np.flatnonzero((people.referrer >= 0) & (rng.random(n) < 0.5))
    asked, before = people.referrer[brought], people.open_day[brought] - rng.integers(3, 40, len(brought))
    rows = np.array([
        np.concatenate([who, who[warm], asked]),
        np.concatenate([day, day[warm] - rng.integers(1, 6, len(warm)), before]),
        np.concatenate([way, np.full(len(warm), _SMS), np.full(len(asked), _CALL)]),
        np.concatenate([stage, stage[warm], np.full(len(asked), _REFER)]),
        np.concatenate([staff, staff[warm], desks[rng.integers(0, len(desks), len(asked))]]),
    ])  # fmt: skip
    rows = rows[:, (rows[1] >= people.open_day[rows[0]]) & (rows[1] > cal.as_of - 365)]
    who, day, way, stage, staff = _one_a_day(rows)
    # The elderly and the rich answer a call, the young of no account let it ring.
    likely = 0.2 + 0.12 * tier_of(held.average[:, -1]) + 0.45 * (people.age >= 55) + 0.1 * ~people.mobile
    way, result = _results(rng, who, day, way, np.clip(likely, 0.1, 0.95)[who])
    # Some do not leave it at that and call again all the same.
    hung = np.flatnonzero((result == _HUNG_UP) & (rng.random(len(who)) < 0.35))
    later = day[hung] + rng.integers(2, 25, len(hung))
    once_more = np.array([who[hung], later, way[hung], stage[hung], staff[hung], rng.integers(0, 2, len(hung))])
    rows = np.concatenate([[who, day, way, stage, staff, result], once_more[:, later <= cal.as_of]], axis=1)
    who, day, way, stage, staff, result = _one_a_day(rows)
    m = len(who)
    objection = np.where(
        result == _HUNG_UP, 3,
        np.where((way == _CALL) & (result == _REACHED) & (rng.random(m) < 0.2), rng.integers(1, 3, m), 0),
    )  # fmt: skip
    texted = (way == _SMS) | (rng.random(m) < np.where(stage == _FIRST, 0.6, 0.3))
    return Contacts(who, staff, day, way, result, objection, stage, texted)


def _results(
    rng: np.random.Generator, who: Ints, day: Ints, way: Ints, likely: NDArray[np.float64]
) -> tuple[Ints, Ints]:
    """What came of each contact; most calls that would follow a hang-up become an SMS."""
    m = len(who)
    announced = _soon_after(who, day, way == _SMS, _ANNOUNCED)
    luck, kind = rng.random(m), rng.random(m)
    call = np.where(
        luck < likely + _WARMER * announced, _REACHED, np.where(kind < 0.72, 1, np.where(kind < 0.78, 6, _HUNG_UP))
    )
    hung_up = (way == _CALL) & (call == _HUNG_UP)
    way = np.where(_soon_after(who, day, hung_up, _QUIET) & (way == _CALL) & (rng.random(m) < 0.6), _SMS, way)
    return way, np.where(way == _CALL, call, np.array([0, 3, 4, 5])[way])


def contact_file(rng: np.random.Generator, people: People, made: Contacts) -> dict[str, pa.Array | Sequence[Any]]:
    """Rows of 联系记录 for one branch."""
    m = len(made.who)
    spoke = ~np.isin(made.result, (1, 2, 6))
    grade = np.where(spoke & (rng.random(m) < 0.4), rng.choice(4, m, p=(0.1, 0.2, 0.3, 0.4)) + 1, 0)
    follow = np.where((grade > 0) & (grade < 4), made.day + np.array([0, 7, 21, 60, 0])[grade], NO_DAY)
    return {
        "客户号": people.ids(made.who),
        "联系人员": pick(made.staff, [who.staff_id for who in people.plan.staff]),
        "联系日期": days(made.day),
        "联系方式": pick(made.way, _WAYS),
        "联系结果": pick(made.result, _RESULTS),
        "环节": pick(made.stage, _STAGES),
        "异议类型": pick(made.objection, ("", "O1疑诈", "O2冷淡", "O3挂机")),
        "短信已发": yes_no(made.texted),
        "意向等级": pick(grade, ("", "A", "B", "C", "D")),
        "下次跟进": days(follow),
    }
