"""Accounts of units: which of them lie idle, fall below a line or come near one is planted, the rest is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from kit.demo.files import blank, days, money, pick, yes_no
from kit.demo.plan import Bits, BranchPlan, Calendar, Ints

_DUE, _DUE_UNKNOWN, _OWING, _SOON, _IDLE, _FALLING, _NEAR, _PAYER = range(8)
# Days since the last transaction by part: over a year, nearly a year, over half a year; others lately.
_DAYS = {_DUE: (380, 900), _DUE_UNKNOWN: (380, 900), _OWING: (380, 900), _SOON: (290, 355), _IDLE: (190, 260)}
_TRADES = ("商贸行", "农业合作社", "建材店", "制造厂")
_LINES = (10_000_000, 50_000_000)  # 基础户, 有效户: 10 and 50 万元 in 分
_STEP = 10_000  # 0.01 万元, so that a file in 万元 holds it


@dataclass(frozen=True, slots=True)
class UnitAccounts:
    """Accounts of a branch's units, a place each; amounts in 分."""

    plan: BranchPlan
    part: Ints
    spot: Ints
    average: Ints
    last_day: Ints
    owes: Bits
    pays: Bits


def draw_units(plan: BranchPlan, customers: int, cal: Calendar) -> UnitAccounts:
    """Draw a branch's unit accounts; their chance is the branch's own, so that nothing else moves with them."""
    rng = np.random.default_rng([20_031_109, plan.number])
    n = max(16, customers // 50) + 3 * (plan.number % 3)
    part = np.arange(n) % (16 + 4 * (plan.number % 4))
    spot = np.rint(rng.lognormal(11.2, 1.9, n) * plan.wealth * 100 / _STEP).astype(np.int64) * _STEP
    average = np.rint(spot * rng.uniform(0.5, 1.3, n) / _STEP).astype(np.int64) * _STEP
    idle = rng.integers(0, 150, n)
    for which, (low, high) in _DAYS.items():
        idle = np.where(part == which, rng.integers(low, high, n), idle)
    small = rng.integers(5, 300, n) * _STEP
    still = part <= _IDLE
    falling, near, payer = part == _FALLING, part == _NEAR, part == _PAYER
    spot = np.where(still | falling, small // np.where(falling, 4, 1) // _STEP * _STEP, spot)
    average = np.where(still, spot, np.where(falling, 10_200_000 + small // 4 // _STEP * _STEP, average))
    spot = np.where(near, 8_600_000 + small // 4 // _STEP * _STEP, np.where(payer, 60_000_000 + small, spot))
    average = np.where(near, 8_500_000, np.where(payer, 55_000_000 + small, average))
    owes = np.where(still, part == _OWING, rng.random(n) < 0.12)
    return UnitAccounts(plan, part, spot, average, cal.as_of - idle, owes, payer | (~still & (rng.random(n) < 0.1)))


def unit_file(units: UnitAccounts) -> dict[str, pa.Array | Sequence[Any]]:
    """Columns of 单位账户 for one branch."""
    at, number = np.arange(len(units.part)), units.plan.number
    base, effective = (units.average >= line for line in _LINES)
    return {
        "单位客户号": [f"2{number:04d}{i + 1:07d}" for i in at],
        "单位名称": [f"示范{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{i + 1:03d}号{_TRADES[i % 4]}" for i in at],
        "机构号": [units.plan.branch_id] * len(at),
        "账户性质": pick(np.array([0, 0, 1, 0, 1, 2, 0, 0, 1, 3])[at % 10], ("基本户", "一般户", "专用", "临时")),
        "时点余额": money(units.spot),
        "年日均": money(units.average),
        "最近发生日": days(units.last_day),
        "基础户": yes_no(base),
        "有效户": yes_no(effective),
        "达标天数": np.where(base, 60 + at * 7 % 240, 0).tolist(),
        "有贷户": blank(yes_no(units.owes), units.part == _DUE_UNKNOWN),
        "代发单位": yes_no(units.pays),
    }
