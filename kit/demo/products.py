"""Accounts and holdings on the as-of date, cut from the balances that they sum to; their maturities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kit.demo.balances import Balances
from kit.demo.files import NO_DAY, blank, days, money, numbers, pick, yes_no
from kit.demo.people import People
from kit.demo.plan import Calendar, Ints, Kind

_PRODUCTS = ("活期储蓄", "整存整取", "大额存单", "理财", "基金", "保险", "国债")
_DEMAND, _TIME, _CD, _WMP, _FUND, _INSURANCE, _BOND = range(7)
_TERMS = np.array([3, 6, 12, 24, 36, 60])  # months
_RATES = ("", "0.95", "1.15", "1.25", "1.35", "1.55", "1.90")  # by term, first none
_CLASSES = ("", "Ⅰ类户", "Ⅱ类户", "Ⅲ类户")
_STATES = ("正常", "睡眠", "销户")


@dataclass(frozen=True, slots=True)
class Lots:
    """Accounts or holdings, one place each; ``who`` is the place of the customer."""

    who: Ints
    product: Ints
    amount: Ints
    start: Ints
    maturity: Ints  # NO_DAY if none
    term: Ints  # place in ``_TERMS``, -1 if none
    rank: Ints  # the customer's first, second … account


def _split(rng: np.random.Generator, amounts: Ints, step: int, most: int, from_fen: int) -> tuple[Ints, Ints]:
    """Cut each amount into one to ``most`` lots of whole steps; places and amounts, none of them 0."""
    places = np.flatnonzero(amounts > 0)
    left = amounts[places].copy()
    pieces = rng.integers(1, most + 1, len(places))
    who, cut = [], []
    for piece in range(most - 1):
        share = rng.uniform(0.25, 0.6, len(places))
        lot = (left * share / step).astype(np.int64) * step
        lot = np.where((pieces > piece + 1) & (left >= from_fen), lot, 0)
        left -= lot
        who.append(places[lot > 0])
        cut.append(lot[lot > 0])
    return np.concatenate([*who, places]), np.concatenate([*cut, left])


def _term_lots(
    rng: np.random.Generator, people: People, lots: tuple[Ints, Ints], *, product: int, terms: Sequence[int], as_of: int
) -> Lots:
    """Lots with a term, somewhere between their first day and their last."""
    who, amount = lots
    n = len(who)
    term = np.array(terms)[rng.integers(0, len(terms), n)]
    length = np.rint(_TERMS[term] * 365 / 12).astype(np.int64)
    start = as_of - (rng.random(n) * length).astype(np.int64)
    # Money kept longer than the relation would be a mistake: a new customer's lot began on his first day.
    start = np.maximum(start, people.open_day[who])
    return Lots(who, np.full(n, product), amount, start, start + length, term, np.zeros(n, dtype=np.int64))


def _join(parts: list[Lots]) -> Lots:
    """All lots, by customer; the rank counts each customer's lots."""
    joined = np.array([np.concatenate([getattr(p, name) for p in parts]) for name in Lots.__slots__[:6]])
    who, product, amount, start, maturity, term = joined[:, np.lexsort((joined[3], joined[1], joined[0]))]
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=np.int64)
    rank = np.arange(len(who)) - np.repeat(first, np.diff(np.r_[first, len(who)]))
    return Lots(who, product, amount, start, maturity, term, rank)


def draw_accounts(rng: np.random.Generator, people: People, held: Balances, cal: Calendar) -> Lots:
    """Deposit accounts; a customer's sum to his deposits on the as-of date."""
    n = len(people)
    demand = held.demand[:, -1]
    second = (demand >= 10_000) & (rng.random(n) < 0.15) & (people.open_day < cal.as_of - 30)
    small = np.where(second, demand // 10, 0)
    plain = [
        Lots(who, np.full(len(who), _DEMAND), amount, people.open_day[who] + later, np.full(len(who), NO_DAY),
             np.full(len(who), -1), np.zeros(len(who), dtype=np.int64))
        for who, amount, later in ((np.arange(n), demand - small, 0), (np.flatnonzero(second), small[second], 20))
    ]  # fmt: skip
    time = _split(rng, held.parts["time"][:, -1], 10_000, 3, 1_000_000)
    cd = _split(rng, held.parts["cd"][:, -1], 1_000_000, 2, 80_000_000)
    plain.append(_term_lots(rng, people, time, product=_TIME, terms=(0, 1, 2, 2, 3, 4), as_of=cal.as_of))
    plain.append(_term_lots(rng, people, cd, product=_CD, terms=(1, 2, 3, 4), as_of=cal.as_of))
    return _join(plain)


def draw_holdings(rng: np.random.Generator, people: People, held: Balances, cal: Calendar) -> Lots:
    """Wealth products, funds, insurance and bonds; a customer's sum to his balances of them."""
    lots = []
    wmp = _split(rng, held.parts["wmp"][:, -1], 100_000, 2, 10_000_000)
    lots.append(_term_lots(rng, people, wmp, product=_WMP, terms=(0, 0, 1, 2), as_of=cal.as_of))
    for product, name in ((_FUND, "fund"), (_INSURANCE, "insurance"), (_BOND, "bond")):
        who = np.flatnonzero(held.parts[name][:, -1])
        lot = _term_lots(rng, people, (who, held.parts[name][who, -1]), product=product, terms=(5,), as_of=cal.as_of)
        none = np.full(len(who), NO_DAY)
        # Long policies and bonds end far ahead; a fund has no end.
        far = np.maximum(lot.maturity, cal.as_of + rng.integers(130, 1500, len(who)))
        lots.append(replace(lot, maturity=none if product == _FUND else far))
    # Of two like lots of one day the earlier is moved back: any reader would take them for one.
    held_now = _join(lots)
    key = np.array([held_now.who, held_now.product, held_now.start])
    held_now.start[:-1] -= (key[:, 1:] == key[:, :-1]).all(axis=0)
    return held_now


def draw_ended(rng: np.random.Generator, accounts: Lots, cal: Calendar) -> Lots:
    """Time deposits that fell due and were closed: before some that were begun since, and some whose money went."""
    time = np.flatnonzero(accounts.product == _TIME)
    since = int(cal.starts[0]) + 40
    after = time[(accounts.start[time] > since) & (rng.random(len(time)) < 0.25)]
    alone = time[(accounts.start[time] < since) & (rng.random(len(time)) < 0.6)]
    day = np.concatenate([
        accounts.start[after] - rng.integers(0, 15, len(after)),
        cal.as_of - rng.integers(35, 330, len(alone)),
    ])  # fmt: skip
    who = accounts.who[np.concatenate([after, alone])]
    who, day = np.array([who, day])[:, np.lexsort((day, who))]
    last = np.r_[who[1:] != who[:-1], True][: len(who)]  # one a customer
    who, day = who[last], day[last]
    nothing, product = np.zeros(len(who), dtype=np.int64), np.full(len(who), _TIME)
    return Lots(who, product, nothing, day - 91, day, nothing, np.full(len(who), 8_000))


def account_file(
    rng: np.random.Generator, people: People, lots: Lots, ended: Lots, cal: Calendar
) -> dict[str, pa.Array]:
    """Columns of 存款账户 for one branch: what is held, and after it what has ended."""
    held = len(lots.who)
    lots = Lots(*(np.concatenate([getattr(lots, name), getattr(ended, name)]) for name in Lots.__slots__))
    kind = people.kind[lots.who]
    demand = lots.product == _DEMAND
    # One Class I account a person; a few second ones break the rule, as they do.
    second = np.where(rng.random(len(lots.who)) < 0.004, 1, 2)
    level = np.where(demand, np.where(lots.rank == 0, 1, second), 0)
    gone = np.arange(len(lots.who)) >= held
    closed = (kind == Kind.CLOSED) | gone
    closing = np.where(closed, cal.ends[np.minimum(people.end_month[lots.who], cal.count - 1)], NO_DAY)
    closing = np.where(gone, lots.maturity, closing)
    return {
        "客户号": people.ids(lots.who),
        # Nineteen digits that no card scheme issues: 999, the customer's number, the place of the account.
        "账号": pc.binary_join_element_wise("999", people.ids(lots.who), numbers(lots.rank + 1, 4), ""),
        "账户类别": pick(level, _CLASSES),
        "储种": pick(lots.product, _PRODUCTS),
        "账户状态": pick(np.where(closed, 2, np.where(kind == Kind.DORMANT, 1, 0)), _STATES),
        "账户余额": money(lots.amount),
        "币种": pick(np.zeros(len(lots.who), dtype=np.int8), ("人民币",)),
        "账户开户日": days(lots.start),
        "销户日期": days(closing),
        "起息日": days(np.where(demand, NO_DAY, lots.start)),
        "到期日": days(lots.maturity),
        "存期": pick(lots.term + 1, ("", *map(str, _TERMS))),
        "利率": pick(np.where(demand, 0, lots.term + 1), _RATES),
        "自动转存": blank(yes_no(rng.random(len(lots.who)) < 0.4), demand),
    }


def holding_file(people: People, lots: Lots) -> dict[str, pa.Array]:
    """Columns of 产品持有 for one branch."""
    risk = np.array([0, 0, 0, 2, 3, 1, 1])[lots.product]
    return {
        "客户号": people.ids(lots.who),
        "账号": pc.binary_join_element_wise("999", people.ids(lots.who), "0001", ""),
        "产品大类": pick(lots.product, _PRODUCTS),
        "持有金额": money(lots.amount),
        "购买日期": days(lots.start),
        "产品到期日": days(lots.maturity),
        "产品风险等级": pick(risk, ("", "R1", "R2", "R3")),
    }
