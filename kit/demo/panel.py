"""The monthly report of every customer's assets, as the bank's data warehouse sends it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kit.demo.activity import Activity
from kit.demo.balances import PARTS, Balances, tier_of
from kit.demo.files import blank, days, money, numbers, pick, yes_no
from kit.demo.people import People
from kit.demo.plan import Bits, Calendar, Ints, Kind

_TIERS = ("普通", "一般核心", "VIP", "私银")


@dataclass(frozen=True, slots=True)
class Habits:
    """What a customer has signed up for; the same in each month."""

    quickpay: Bits
    social_card: Bits
    credit_card: Bits
    favoured: Bits  # rated a tier too high
    elsewhere_fen: Ints  # at other banks, as a manager has heard; -1 where nobody asked


def draw_habits(rng: np.random.Generator, people: People, held: Balances) -> Habits:
    """Quick payment, social-security card and credit card, and what lies at other banks."""
    n, place = len(people), np.arange(len(people))
    # Of one in nine something is known: nothing, half, as much or one and a half times what lies here.
    heard = np.maximum(held.average[:, -1], 0) * (place // 9 % 4) // 2
    awake = ~people.is_kind(Kind.DORMANT, Kind.CLOSED)
    return Habits(
        quickpay=awake & (people.mobile | people.is_kind(Kind.MERCHANT)) & (rng.random(n) < 0.8),
        social_card=awake & (rng.random(n) < 0.35),
        credit_card=awake & (people.age < 65) & (rng.random(n) < 0.14),
        favoured=awake & (rng.random(n) < 0.02),
        elsewhere_fen=np.where(place % 9 == 4, heard, -1),
    )


def month_file(
    people: People, month: int, *, held: Balances, moved: Activity, habits: Habits, cal: Calendar
) -> dict[str, pa.Array]:
    """Columns of 客户资产月报_YYYYMM for one branch: customers who were there at the end of the month."""
    rows = np.flatnonzero(held.present[:, month])
    last = cal.count - 1
    payroll = np.maximum(people.payroll_months[rows] - (last - month), 0)
    logins = np.where(people.mobile[rows], 1 + (rows * 7 + month * 5) % 17, 0)
    part = {name: held.parts[name][rows, month] for name in PARTS}
    demand, loan = held.demand[rows, month], held.loan[rows, month]
    products = sum((part[name] > 0).astype(np.int64) for name in PARTS) + (demand > 0) + (loan > 0)
    inflow, outflow = moved.inflow[rows, month], moved.outflow[rows, month]
    # The bank's own tier is last month's, and one in fifty was raised by hand.
    rated = tier_of(held.average[rows, max(month - 1, 0)])
    rated = np.minimum(rated + habits.favoured[rows], 3)
    there = np.ones(len(rows), dtype=np.int8)
    return {
        "数据日期": days(there * cal.ends[month]),
        "客户号": people.ids(rows),
        "月日均AUM": money(held.average[rows, month]),
        "时点AUM": money(held.spot[rows, month]),
        "存款余额": money(held.deposit[rows, month]),
        "存款月日均": money(held.demand_average[rows, month] + part["time"] + part["cd"]),
        "活期余额": money(demand),
        "活期日均": money(held.demand_average[rows, month]),
        "定期余额": money(part["time"]),
        "大额存单余额": money(part["cd"]),
        "理财余额": money(part["wmp"]),
        "基金余额": money(part["fund"]),
        "保险余额": money(part["insurance"]),
        "国债余额": money(part["bond"]),
        "贷款余额": money(loan),
        "信用卡": yes_no(habits.credit_card[rows]),
        "产品持有数": numbers(products + habits.credit_card[rows]),
        "行内客户等级": pick(rated, _TIERS),
        # A year's margin in 元: 1.2% of what lies here, 2% of what is lent.
        "贡献度": numbers((np.maximum(held.average[rows, month], 0) * 12 + loan * 20) // 100_000),
        "代发标志": yes_no(payroll > 0),
        "代发金额": money(np.where(payroll > 0, people.payroll_fen[rows], 0)),
        "连续代发月数": numbers(payroll),
        "手机银行": yes_no(people.mobile[rows]),
        "登录次数": numbers(logins),
        "快捷支付": yes_no(habits.quickpay[rows]),
        "社保卡": yes_no(habits.social_card[rows]),
        "代扣缴费": yes_no(people.autopay[rows]),
        "交易笔数": numbers(moved.count[rows, month]),
        "交易金额": money(inflow + outflow),
        "转入金额": money(inflow),
        "转出金额": money(outflow),
        "同名转出": yes_no(moved.same_name[rows, month]),
        "过路户": yes_no(people.is_kind(Kind.PASSING)[rows]),
        "收单商户": yes_no(people.is_kind(Kind.MERCHANT)[rows]),
        "他行资产": blank(money(habits.elsewhere_fen[rows]), habits.elsewhere_fen[rows] < 0),
        "收单金额": money(moved.receipts[rows, month]),
        "最近动户日": days(moved.last_day[rows, month]),
    }
