"""What moves: three months of transactions, the flows that they add up to, and the last active day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kit.demo.balances import Balances
from kit.demo.files import days, money, pick, yes_no
from kit.demo.people import People, names
from kit.demo.plan import Bits, Calendar, Ints, Kind

# summary, credit, channel, who is on the other side, his bank
_INTEREST, _PAYROLL, _IN, _OUT, _SPEND, _RECEIPT, _SAME_NAME, _BILL, _CASH_IN, _CASH_OUT = range(10)
_SORTS = (
    ("利息", True, "系统", "", ""),
    ("代发工资", True, "批量代发", "示范单位财务", "本行"),
    ("转账", True, "手机银行", "", "外部银行甲"),
    ("转账", False, "手机银行", "", "外部银行乙"),
    ("消费", False, "快捷支付", "示范支付平台", "第三方支付"),
    ("收单", True, "收单", "扫码顾客", "第三方支付"),
    ("同名转出", False, "手机银行", "", "外部银行甲"),
    ("代扣缴费", False, "批量代扣", "示范水电公司", "本行"),
    ("现金存入", True, "柜面", "", ""),
    ("现金支取", False, "自助设备", "", ""),
)
_CREDIT = np.array([sort[1] for sort in _SORTS])
# active transactions a month where no file tells them
_PACE = {Kind.SAVER: 0.8, Kind.PRIMARY: 9.0, Kind.PASSING: 5.0, Kind.MERCHANT: 19.0, Kind.DORMANT: 0.0}
_USUAL = np.array([_PACE.get(kind, 2.2) for kind in Kind])
_NEVER = np.int64(-(10**6))


@dataclass(frozen=True, slots=True)
class Txns:
    """Transactions of the last three months, by customer and day; ``sort`` is a place in ``_SORTS``."""

    who: Ints
    day: Ints
    fen: Ints
    sort: Ints

    @property
    def active(self) -> Bits:
        """Interest is no activity."""
        return np.asarray(self.sort != _INTEREST)


@dataclass(frozen=True, slots=True)
class Activity:
    """Each month's movements, shape (customers, months); in the last three they are the sums of the file."""

    count: Ints
    inflow: Ints
    outflow: Ints
    receipts: Ints  # acquiring, fen
    same_name: Bits
    last_day: Ints


def _lognormal_fen(rng: np.random.Generator, yuan: float, n: int) -> Ints:
    return np.maximum(rng.lognormal(np.log(yuan), 0.9, n) * 100, 1).astype(np.int64)


def _month_rows(
    rng: np.random.Generator, people: People, held: Balances, cal: Calendar, month: int
) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Yield customers, days, amounts and sort of what happens in one month."""
    n, kind = len(people), people.kind
    start, length = int(cal.starts[month]), int(cal.ends[month] - cal.starts[month] + 1)

    def some(counts: Ints, sort: int, yuan: float) -> tuple[Ints, Ints, Ints, Ints]:
        who = np.repeat(np.arange(n), counts)
        day = start + rng.integers(0, length, len(who))
        return who, day, _lognormal_fen(rng, yuan, len(who)), np.full(len(who), sort)

    def on(day: int, chosen: Bits, fen: Ints, sort: int) -> tuple[Ints, Ints, Ints, Ints]:
        who = np.flatnonzero(chosen)
        return who, np.full(len(who), start + min(day, length) - 1), fen[who], np.full(len(who), sort)

    def many(chosen: Bits, low: int, high: int) -> Ints:
        return np.where(chosen, rng.integers(low, high + 1, n), 0)

    primary, passing, merchant, saver = (kind == k for k in (Kind.PRIMARY, Kind.PASSING, Kind.MERCHANT, Kind.SAVER))
    plain = np.isin(kind, (Kind.ORDINARY, Kind.NEW, Kind.LOST, Kind.NEGATIVE))
    yield on(10, people.payroll_months > 0, people.payroll_fen, _PAYROLL)
    yield on(18, people.autopay, _lognormal_fen(rng, 90, n), _BILL)
    yield some(many(primary, 4, 6), _SPEND, 110)
    yield some(many(primary, 1, 2), _OUT, 600)
    yield some(many(merchant, 12, 19), _RECEIPT, 45)
    yield some(many(merchant, 1, 3), _OUT, 1_500)
    # What comes in goes on to the same name elsewhere: more than ten times what lies here.
    through = np.maximum(held.average[:, -1] * 14, np.maximum(people.payroll_fen, 300_000)) + rng.integers(0, 9_999, n)
    yield on(10, passing & (people.payroll_months == 0), through, _IN)
    yield on(11, passing & (people.payroll_months > 0), np.maximum(through - people.payroll_fen, 100), _IN)
    yield on(12, passing, through * 95 // 100, _SAME_NAME)
    yield some(many(passing, 0, 3), _SPEND, 60)
    # At most five a month with payroll or bill: six are the sign of a primary account.
    yield some(np.where(saver, np.minimum(rng.poisson(0.8, n), 2), 0), _CASH_OUT, 800)
    yield some(np.where(saver, np.minimum(rng.poisson(0.5, n), 2), 0), _CASH_IN, 2_000)
    yield some(np.where(plain, np.minimum(rng.poisson(1.6, n), 2), 0), _SPEND, 90)
    yield some(np.where(plain, np.minimum(rng.poisson(0.35, n), 1), 0), _IN, 1_500)
    yield some(np.where(plain, (rng.random(n) < 0.25).astype(np.int64), 0), _OUT, 900)
    yield on(20, plain & (rng.random(n) < 0.01), _lognormal_fen(rng, 3_000, n), _SAME_NAME)
    large = (held.average[:, -1] > 20_000_000) & ~passing & ~people.autopay & (people.payroll_months == 0)
    odds = rng.random(n)
    for sort, chosen in ((_IN, odds < 0.02), (_OUT, odds > 0.98)):
        yield on(24, large & chosen, np.maximum(held.average[:, -1] // 3, 5_000_000), sort)
    leaving = (kind == Kind.LOST) & (people.end_month == month)
    yield on(15, leaving, np.maximum(held.spot[:, month - 1], 100), _OUT)


def draw_txns(rng: np.random.Generator, people: People, held: Balances, cal: Calendar) -> Txns:
    """Draw the file's transactions: none before a customer came or after he closed."""
    drawn: list[tuple[Ints, Ints, Ints, Ints]] = []
    for month in range(cal.window, cal.count):
        drawn += _month_rows(rng, people, held, cal, month)
        if int(cal.months[month][4:]) % 3 == 0:
            lying = np.maximum(held.demand_average[:, month], 0)
            fen = lying * 5 // 40_000  # 0.05% a year, a quarter of it
            paid = np.flatnonzero((fen > 0) & (rng.random(len(people)) < 0.4))
            day = np.full(len(paid), min(cal.starts[month] + 20, cal.ends[month]))
            drawn.append((paid, day, fen[paid], np.full(len(paid), _INTEREST)))
    txns = Txns(*map(np.concatenate, zip(*drawn, strict=True)))
    asleep = (people.still | people.is_kind(Kind.CLOSED))[txns.who] & txns.active
    return _tidy(txns, ~asleep & (txns.day >= people.open_day[txns.who]))


def _tidy(txns: Txns, keep: Bits) -> Txns:
    """Sorted, and without two rows that would print alike: a reader could not tell them from a repeat."""
    order = np.lexsort((txns.fen, txns.sort, txns.day, txns.who))
    order = order[keep[order]]
    rows = np.array([txns.who, txns.day, txns.fen, txns.sort])[:, order]
    same = (rows[:, 1:] == rows[:, :-1]).all(axis=0)
    return Txns(*rows[:, np.r_[True, ~same][: len(order)]])


def draw_activity(rng: np.random.Generator, people: People, held: Balances, txns: Txns, cal: Calendar) -> Activity:
    """Add up the last three months from the transactions; draw those before in the customer's manner."""
    n, shape = len(people), (len(people), cal.count)
    place = txns.who * cal.count + np.searchsorted(cal.ends, txns.day)
    size = n * cal.count

    def total(chosen: Bits, weights: Ints | None = None) -> Ints:
        values = None if weights is None else weights[chosen]
        return np.bincount(place[chosen], values, size).astype(np.int64).reshape(shape)

    credit = _CREDIT[txns.sort]
    seen = Activity(
        count=total(txns.active),
        inflow=total(credit, txns.fen),
        outflow=total(~credit, txns.fen),
        receipts=total(txns.sort == _RECEIPT, txns.fen),
        same_name=total(txns.sort == _SAME_NAME) > 0,
        last_day=np.full(shape, _NEVER),
    )
    np.maximum.at(seen.last_day.reshape(-1), place[txns.active], txns.day[txns.active])
    return _with_history(rng, people, held, seen, cal)


def _with_history(rng: np.random.Generator, people: People, held: Balances, seen: Activity, cal: Calendar) -> Activity:
    n, before = len(people), cal.window
    past = (n, before)
    count = rng.poisson(_USUAL[people.kind][:, None], past)
    count = np.where(people.is_kind(Kind.PRIMARY)[:, None], np.maximum(count, 6), count)
    count = np.where(people.is_kind(Kind.PASSING)[:, None], np.maximum(count, 3), count)
    months = np.arange(before)
    closing = people.is_kind(Kind.CLOSED)
    count[closing[:, None] & (months > people.end_month[:, None])] = 0
    count[closing, people.end_month[closing]] = 1
    count[people.open_day[:, None] > cal.ends[:before]] = 0
    count[people.still] = 0
    # Each poor but waking customer has a transaction within the year: only the planted ones are dormant.
    poor = np.minimum(held.average[:, -1], held.spot[:, -1]) <= 20_000
    quiet = np.flatnonzero(poor & ~seen.count.any(axis=1) & ~people.still & ~people.is_kind(Kind.CLOSED, Kind.NEW))
    count[quiet, rng.integers(max(0, before - 7), before, len(quiet))] += 1
    window = slice(before, None)
    known = np.maximum(seen.count[:, window].sum(axis=1), 1)[:, None]

    def like(flow: Ints, fallback: int) -> Ints:
        each = flow[:, window].sum(axis=1)[:, None] / known
        each = np.where((seen.count[:, window].sum(axis=1) > 0)[:, None], each, fallback)
        return np.rint(count * each * rng.uniform(0.7, 1.3, past)).astype(np.int64)

    day = cal.starts[:before] + (rng.random(past) * (cal.ends - cal.starts + 1)[:before]).astype(np.int64)
    last = seen.last_day.copy()
    last[:, :before] = np.where(count > 0, np.maximum(day, people.open_day[:, None]), _NEVER)
    first = np.maximum(people.last_day, people.open_day)
    new = people.open_day > cal.starts[0]
    last = np.maximum.accumulate(np.maximum(last, np.where(new, people.open_day, first)[:, None]), axis=1)
    filled = {
        name: np.concatenate([past_values, getattr(seen, name)[:, window]], axis=1)
        for name, past_values in (
            ("count", count),
            ("inflow", like(seen.inflow, 40_000)),
            ("outflow", like(seen.outflow, 40_000)),
            ("receipts", like(seen.receipts, 0)),
            ("same_name", people.is_kind(Kind.PASSING)[:, None] & (count > 0)),
        )
    }
    return replace(seen, last_day=last, **filled)


def txn_file(people: People, txns: Txns) -> dict[str, pa.Array]:
    """Columns of 交易流水 for one branch."""
    summary, credit, channel, party, bank = zip(*_SORTS, strict=True)
    mine = txns.sort == _SAME_NAME
    return {
        "客户号": people.ids(txns.who),
        "交易日期": days(txns.day),
        "交易金额": money(txns.fen),
        "借贷标志": pick(txns.sort, ["贷" if c else "借" for c in credit]),
        "交易渠道": pick(txns.sort, channel),
        "摘要": pick(txns.sort, summary),
        "对手户名": pc.if_else(pa.array(mine), pick(people.name[txns.who], names()), pick(txns.sort, party)),
        "对手行": pick(txns.sort, bank),
        "主动动账": yes_no(txns.active),
    }
