"""Who the invented customers are: kind, age, habits, and the master file a bank keeps of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kit.demo.files import blank, days, numbers, pick, yes_no
from kit.demo.plan import CYCLE, Bits, BranchPlan, Calendar, Ints, Kind, draw_kinds

_FOREVER = np.datetime64("9999-12-31").astype(np.int64)  # how a system writes 长期
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"

OCCUPATIONS = {  # occupation: industry
    "": "", "其他": "", "不便分类的其他从业人员": "", "国家机关、党群组织负责人": "公共管理",
    "事业单位人员": "公共管理", "教师": "教育", "医护人员": "卫生", "企业职工": "制造业",
    "个体工商户": "批发零售", "企业负责人": "批发零售", "农林牧渔生产人员": "农林牧渔",
    "外出务工人员": "建筑业", "退休人员": "", "在校学生": "教育", "军人": "",
}  # fmt: skip
# shares in the order of OCCUPATIONS; a third is a blank or a default code, as in real files
_WORK = {
    "old": (0.10, 0.12, 0.13, 0.00, 0.00, 0.00, 0.00, 0.02, 0.01, 0.00, 0.17, 0.01, 0.44, 0.00, 0.00),
    "merchant": (0.06, 0.08, 0.14, 0.00, 0.00, 0.00, 0.00, 0.02, 0.56, 0.12, 0.02, 0.00, 0.00, 0.00, 0.00),
    "paid": (0.07, 0.10, 0.15, 0.06, 0.12, 0.09, 0.09, 0.30, 0.00, 0.01, 0.00, 0.00, 0.00, 0.00, 0.01),
    "any": (0.12, 0.13, 0.15, 0.01, 0.03, 0.03, 0.03, 0.16, 0.06, 0.02, 0.13, 0.09, 0.00, 0.04, 0.00),
}
_EMPLOYERS = ("示范县第一中学", "示范县人民医院", "示范机械厂", "示范纺织公司", "示范县水务公司", "示范食品公司")
_AGES = {
    Kind.ORDINARY: (18, 70), Kind.SAVER: (55, 90), Kind.PRIMARY: (23, 58), Kind.PASSING: (22, 55),
    Kind.MERCHANT: (26, 60), Kind.DORMANT: (18, 82), Kind.NEW: (18, 60), Kind.LOST: (25, 75),
    Kind.CLOSED: (22, 85), Kind.NEGATIVE: (20, 60),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """The customers of one branch, a place in each array per customer; dates are days since 1970-01-01."""

    plan: BranchPlan
    kind: Ints
    birth_day: Ints
    age: Ints
    open_day: Ints
    end_month: Ints  # the month of the panel from which a lost or closed customer has nothing; else its length
    last_day: Ints  # last active transaction before the panel begins
    name: Ints  # place in ``names()``
    occupation: Ints
    family: Bits
    children: Ints  # -1 where the file says nothing
    payroll_months: Ints  # without a break, up to the as-of month
    payroll_fen: Ints
    mobile: Bits
    autopay: Bits
    referrer: Ints  # place of the customer who brought a new one, -1 if nobody
    still: Bits  # nothing moves: the dormant, and savers who sleep on real money

    def __len__(self) -> int:
        return len(self.kind)

    def ids(self, places: Ints | None = None) -> pa.Array:
        """Make customer numbers: 1, four digits of the branch, seven of the customer."""
        at = np.arange(len(self)) if places is None else places
        return numbers(100_000_000_000 + self.plan.number * 10_000_000 + at + 1)

    def is_kind(self, *kinds: Kind) -> Bits:
        """Whether each customer is of one of these kinds."""
        return np.isin(self.kind, kinds)


@cache
def names() -> tuple[str, ...]:
    """Names nobody bears: a surname before a year of the sexagenary cycle; the last one needs GB18030."""
    return (*(surname + year for surname in _SURNAMES for year in CYCLE), "王䶮")


def draw_people(rng: np.random.Generator, plan: BranchPlan, customers: int, cal: Calendar) -> People:
    """Draw the customers of one branch."""
    kind = draw_kinds(rng, plan.setting, customers)
    n = customers
    low, high = np.array([_AGES[Kind(k)] for k in range(len(Kind))]).T
    age = rng.integers(low[kind], high[kind] + 1)
    birth = cal.as_of - (age * 365.2425).astype(np.int64) - rng.integers(2, 363, n)
    new = kind == Kind.NEW
    before = cal.starts[0] - rng.integers(40, 7000, n)
    opened = np.maximum(before, birth + 16 * 366)
    # Also youths of 18 had their account before they went to sleep, or before the panel.
    opened = np.minimum(opened, min(cal.starts[0] - 41, cal.as_of - 410))
    opened = np.where(new, cal.as_of - rng.integers(3, min(350, cal.as_of - cal.starts[0]), n), opened)
    idle = np.maximum(400, cal.as_of - cal.starts[0] + 5)
    slept = np.maximum(cal.as_of - idle - rng.integers(0, 2500, n), opened)
    awake = np.maximum(cal.starts[0] - rng.integers(1, 300, n), opened)
    still = (kind == Kind.DORMANT) | ((kind == Kind.SAVER) & (rng.random(n) < 0.12))
    last = np.where(still, np.minimum(slept, cal.as_of - 400), awake)
    ends = np.full(n, cal.count, dtype=np.int64)
    leaving = np.isin(kind, (Kind.LOST, Kind.CLOSED))
    # A closing lies before the transaction files and within a year: it is activity, no sleep.
    earliest = max(1, cal.count - 10)
    ends[leaving] = rng.integers(earliest, max(earliest + 1, cal.window), int(leaving.sum()))
    lost = kind == Kind.LOST
    ends[lost] = rng.integers(max(1, cal.count - 4), cal.count, int(lost.sum()))
    months, pay = _payroll(rng, kind, n)
    apart = rng.spawn(1)[0]  # what is drawn of families moves nothing else
    family = (age >= 27) & _some(apart, n, 0.75)
    return People(
        plan=plan,
        kind=kind,
        birth_day=birth,
        age=age,
        open_day=opened,
        end_month=ends,
        last_day=last,
        name=rng.integers(0, len(names()), n),
        occupation=_occupations(rng, kind, age, months > 0),
        family=family,
        children=np.where(family, np.minimum(apart.integers(0, 4, n), 2), -1),
        payroll_months=months,
        payroll_fen=pay,
        mobile=_mobile(rng, kind, age, months),
        autopay=(kind == Kind.PRIMARY)
        | ((months == 0) & ~still & np.isin(kind, (Kind.ORDINARY, Kind.SAVER)) & (rng.random(n) < 0.15)),
        referrer=_referrers(apart, kind),
        still=still,
    )


def _payroll(rng: np.random.Generator, kind: Ints, n: int) -> tuple[Ints, Ints]:
    """Months of payroll and its amount: primary at least six, passing customers often, ordinary ones some."""
    months = np.where(kind == Kind.PRIMARY, rng.integers(6, 72, n), 0)
    u = rng.random(n)
    months = np.where((kind == Kind.PASSING) & (u < 0.7), rng.integers(6, 60, n), months)
    months = np.where((kind == Kind.ORDINARY) & (u < 0.10), rng.integers(1, 48, n), months)
    pay = (rng.lognormal(np.log(5200), 0.35, n) * 100).astype(np.int64)
    return months, np.where(months > 0, pay, 0)


def _mobile(rng: np.random.Generator, kind: Ints, age: Ints, months: Ints) -> Bits:
    """Mobile banking; an ordinary payroll customer has none, so that only the planted ones look primary."""
    likely = rng.random(len(kind)) < np.clip(1.1 - age / 75, 0.05, 0.8)
    plain = np.isin(kind, (Kind.ORDINARY, Kind.SAVER)) & (months > 0)
    asleep = np.isin(kind, (Kind.DORMANT, Kind.CLOSED))
    return np.asarray((kind == Kind.PRIMARY) | (likely & ~plain & ~asleep))


def _occupations(rng: np.random.Generator, kind: Ints, age: Ints, paid: Bits) -> Ints:
    group = np.where(kind == Kind.MERCHANT, 1, np.where(paid, 2, np.where(age >= 60, 0, 3)))
    steps = np.cumsum(list(_WORK.values()), axis=1)[:, :-1]
    return np.asarray((rng.random(len(kind))[:, None] > steps[group]).sum(axis=1), dtype=np.int64)


def _referrers(rng: np.random.Generator, kind: Ints) -> Ints:
    """Four new customers in ten were brought by others, half of these by the same few."""
    n = len(kind)
    older = np.flatnonzero(np.isin(kind, (Kind.ORDINARY, Kind.SAVER, Kind.PRIMARY, Kind.MERCHANT)))
    new = np.flatnonzero((kind == Kind.NEW) & _some(rng, n, 0.4))
    brought = np.full(n, -1, dtype=np.int64)
    if len(older):
        few = older[: max(len(new) // 8, 1)]
        often = _some(rng, len(new), 0.5)
        brought[new] = np.where(often, rng.choice(few, len(new)), rng.choice(older, len(new)))
    return brought


def _some(rng: np.random.Generator, n: int, share: float) -> Bits:
    return np.asarray(rng.random(n) < share)


def master_file(rng: np.random.Generator, people: People, cal: Calendar) -> dict[str, pa.Array]:
    """Columns of 客户信息 for one branch."""
    n, plan, kind = len(people), people.plan, people.kind
    at = np.arange(n)

    def any_of(words: Sequence[str]) -> pa.Array:
        return pick(rng.integers(0, len(words), n), words)

    def all_of(word: str) -> pa.Array:
        return pa.array([word] * n)

    paid = people.payroll_months > 0
    source = np.where(_some(rng, n, 0.62), 0, rng.integers(1, 4, n))
    referrer = np.where(at > 0, rng.integers(0, np.maximum(at, 1)), 0)
    new = kind == Kind.NEW
    source = np.where(new, np.where(people.referrer >= 0, 3, source % 3), source)
    referrer = np.where(new, people.referrer, referrer)
    desks = [who.staff_id for who in plan.staff if not who.virtual]
    phone = pc.binary_join_element_wise("199", "0000", numbers(at % 9_999 + 1, 4), "-")
    income = (rng.lognormal(10.9, 0.6, n) // 1000 * 1000).astype(np.int64)
    expiry = cal.as_of + rng.integers(-400, 6000, n)
    return {
        "客户号": people.ids(),
        "归属机构号": all_of(plan.branch_id),
        "客户名称": pick(people.name, names()),
        "客户类型": all_of("个人"),
        "证件类型": all_of("居民身份证"),
        # No place has the area code 999999; none ends in 000, as one that lost its last digits does.
        "证件号码": numbers(plan.number * 100_000_000 + (at + 1) * 10 + at % 9 + 1, 12, "999999"),
        "证件有效期": days(np.where(_some(rng, n, 0.2), _FOREVER, expiry)),
        "性别": any_of(("男", "女")),
        "出生日期": days(people.birth_day),
        "年龄": numbers(people.age),
        "国籍": all_of("中国"),
        "职业": pick(people.occupation, list(OCCUPATIONS)),
        "行业": pick(people.occupation, list(OCCUPATIONS.values())),
        "工作单位": blank(any_of(_EMPLOYERS), ~paid),
        "年收入": blank(numbers(income), _some(rng, n, 0.55)),
        "婚姻状况": pick(np.where(people.family, 1, rng.integers(0, 2, n) * 2), ("未婚", "已婚", "")),
        "子女情况": pick(people.children % 4, ("无", "1", "2", "")),
        "家庭号": blank(numbers(plan.number * 10_000_000 + at // 2, 10, "H"), _some(rng, n, 0.7)),
        "现居地": blank(all_of(f"示范市{plan.name[:-2]}辖区"), _some(rng, n, 0.3)),
        "教育背景": any_of(("-", "小学", "初中", "高中", "大专", "本科")),
        "兴趣爱好": any_of(("", "", "", "", "广场舞", "书法", "垂钓", "羽毛球", "旅游", "养生")),
        "行为习惯": any_of(("", "柜面", "手机银行", "自助设备")),
        "投资目的": any_of(("", "", "保值", "稳健增值", "养老", "子女教育")),
        "风险等级": any_of(("#N/A", "C1", "C2", "C2", "C3", "C4", "C5")),
        "风评有效期": blank(days(cal.as_of + rng.integers(-150, 365, n)), _some(rng, n, 0.1)),
        "手机号码": blank(phone, _some(rng, n, 0.06)),
        "已加微信": yes_no(~people.is_kind(Kind.DORMANT, Kind.CLOSED) & _some(rng, n, 0.35)),
        "开户日期": days(people.open_day),
        "客户来源": pick(source, ("自然", "转介", "外拓", "存量介绍")),
        "介绍人客户号": blank(people.ids(np.maximum(referrer, 0)), (source != 3) | ((at == 0) & ~new)),
        "首办人员": any_of(desks),
        "本行员工": yes_no((kind == Kind.PRIMARY) & _some(rng, n, 0.02)),
        "免打扰": yes_no(_some(rng, n, 0.03)),
    }
