"""The planted facts of one branch, reckoned from what was drawn of it."""

from __future__ import annotations

from datetime import date

import numpy as np

from kit.demo.balances import tier_of
from kit.demo.branch import Branch
from kit.demo.contacts import Contacts
from kit.demo.people import OCCUPATIONS, People
from kit.demo.plan import Bits, Calendar, Ints, Kind
from kit.demo.units import UnitAccounts
from messy_bank.truth import Due, Facts

__all__ = ["facts_of"]

_SECTORS = {
    "退休人员": "retired", "个体工商户": "business", "企业负责人": "business", "国家机关、党群组织负责人": "public",
    "事业单位人员": "public", "教师": "public", "医护人员": "public", "军人": "public",
    "农林牧渔生产人员": "farming", "外出务工人员": "farming",
}  # fmt: skip

_CALL, _SMS = 0, 1  # of a contact's way
_REACHED, _HUNG_UP = 0, 2  # of its result
_ANNOUNCED = 7  # days: an SMS announces a call that soon after it
_QUIET = 90  # days after a hang-up in which nobody ought to call
_PRACTICE = (
    "calls", "connected", "called_again", "sms_first", "sms_first_connected", "call_first", "call_first_connected",
)  # fmt: skip
_STILL = ("due", "due_unknown", "owing", "soon", "idle")  # the first parts of units, in their order
_EPOCH = date(1970, 1, 1).toordinal()
_LINES = (10_000_000, 50_000_000)  # 基础户, 有效户: 10 and 50 万元 in 分


def facts_of(branch: Branch, cal: Calendar) -> Facts:
    """What was planted; a customer is dormant by the definition exactly if he was meant to be."""
    aum, people = branch.held.average[:, -1], branch.people
    dormant = (aum <= 10_000) & (branch.moved.last_day[:, -1] <= cal.as_of - 365)
    assert np.array_equal(dormant, people.is_kind(Kind.DORMANT)), "a customer fell asleep by accident"
    fits = _segments(people)
    return Facts(
        plan=branch.plan,
        customer_id=people.ids(),
        tier=tier_of(np.where(branch.held.present, branch.held.average, 0)[:, -6:].max(axis=1)),
        aum_fen=aum,
        spot_fen=branch.held.spot[:, -1],
        dormant=dormant,
        merchant=people.is_kind(Kind.MERCHANT),
        primary=people.is_kind(Kind.PRIMARY),
        segment=np.where(fits.any(axis=0), fits.argmax(axis=0), len(fits)),
        rules_fitting=fits.sum(axis=0),
        orphan=branch.owners.orphan,
        due_30d=_due(branch, cal.as_of, 30),
        due_90d=_due(branch, cal.as_of, 90),
        units=_units(branch.units, cal.as_of),
        elsewhere_fen=branch.habits.elsewhere_fen,
        practice={**_calls(branch.contacts), **_after_sale(branch, cal), **_referrals(branch, aum, cal)},
    )


def _segments(people: People) -> Bits:
    """Which of the segments' rules (`SEGMENTS`, in their order) fit each customer: a row a rule."""
    work = np.array([_SECTORS.get(name, "") for name in OCCUPATIONS])[people.occupation]
    return np.array(
        [
            (people.age >= 60) | (work == "retired"),
            (work == "business") | people.is_kind(Kind.MERCHANT),
            work == "public",
            people.payroll_months >= 3,
            (people.children > 0) & (people.age >= 28) & (people.age <= 50),
            people.age < 30,
            work == "farming",
        ]
    )


def _year_before(day: int) -> int:
    """The same day of the year before, as days since 1970-01-01."""
    then = date.fromordinal(day + _EPOCH)
    return then.replace(year=then.year - 1, day=min(then.day, 28) if then.month == 2 else then.day).toordinal() - _EPOCH


def _due(branch: Branch, as_of: int, days: int) -> Due:
    lots = (branch.accounts, branch.holdings)
    places = [np.flatnonzero((lot.maturity > as_of) & (lot.maturity <= as_of + days)) for lot in lots]

    def of(name: str) -> Ints:
        return np.concatenate([getattr(lot, name)[at] for lot, at in zip(lots, places, strict=True)])

    return Due(who=of("who"), amount_fen=of("amount"))


def _after_sale(branch: Branch, cal: Calendar) -> dict[str, int]:
    """What fell due within the year, 30 days ago at least, and was followed by something new."""
    lots, since = (branch.accounts, branch.holdings, branch.ended), _year_before(cal.as_of)
    due = {
        (who, day)
        for lot in lots
        for who, day in zip(lot.who.tolist(), lot.maturity.tolist(), strict=True)
        if since < day <= cal.as_of - 30
    }
    starts: dict[int, list[int]] = {}
    for lot in lots:
        for who, day, term in zip(lot.who.tolist(), lot.start.tolist(), lot.term.tolist(), strict=True):
            starts.setdefault(who, []).extend([day] * (term >= 0))
    renewed = [any(day <= start <= day + 30 for start in starts.get(who, ())) for who, day in due]
    return {"matured": len(due), "renewed": sum(renewed)}


def _referrals(branch: Branch, aum: Ints, cal: Calendar) -> dict[str, int]:
    brought = (branch.people.referrer >= 0) & (branch.people.open_day > _year_before(cal.as_of))
    return {"referred": int(brought.sum()), "referred_valued": int((tier_of(aum)[brought] > 0).sum())}


def _calls(made: Contacts) -> dict[str, int]:
    """Count call by call: who was reached, called again, and announced."""
    counts = dict.fromkeys(_PRACTICE, 0)
    seen: set[tuple[int, int]] = set()
    last: dict[str, tuple[int, int]] = {}
    columns = (made.who, made.staff, made.day, made.way, made.result)
    for who, staff, day, way, result in zip(*(column.tolist() for column in columns), strict=True):
        if way == _CALL:
            reached = int(result == _REACHED)
            counts["calls"] += 1
            counts["connected"] += reached
            counts["called_again"] += last.get("hang-up", (-1, 0))[0] == who and day - last["hang-up"][1] <= _QUIET
            if (who, staff) not in seen:
                texted = last.get("sms", (-1, 0))[0] == who and day - last["sms"][1] <= _ANNOUNCED
                order = "sms_first" if texted else "call_first"
                counts[order] += 1
                counts[f"{order}_connected"] += reached
            seen.add((who, staff))
        if way == _SMS:
            last["sms"] = (who, day)
        if result == _HUNG_UP:
            last["hang-up"] = (who, day)
    return counts


def _units(units: UnitAccounts, as_of: int) -> dict[str, int]:
    """What was planted, and what it makes of the year's averages if today's balances stay."""
    today = date.fromordinal(_EPOCH + as_of)
    passed, left = (today - date(today.year - 1, 12, 31)).days, (date(today.year, 12, 31) - today).days
    whole = passed + left
    sums = [a * passed + s * left for a, s in zip(units.average.tolist(), units.spot.tolist(), strict=True)]
    short = [
        (average >= line, ahead >= line * whole, 10 * ahead >= 8 * line * whole and left > 0)
        for line in _LINES
        for average, ahead in zip(units.average.tolist(), sums, strict=True)
    ]
    return {
        "accounts": len(units.part),
        **{name: int((units.part == part).sum()) for part, name in enumerate(_STILL)},
        "falling": sum(stands and not reaches for stands, reaches, _ in short),
        "near": sum(not stands and not reaches and close for stands, reaches, close in short),
        "payers": int(units.pays.sum()),
    }
