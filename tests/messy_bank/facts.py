"""The planted facts of one branch, reckoned from what was drawn of it."""

from __future__ import annotations

from datetime import date

import numpy as np

from kit.demo.balances import tier_of
from kit.demo.branch import Branch
from kit.demo.contacts import Contacts
from kit.demo.plan import Calendar, Ints, Kind, year_before
from kit.demo.units import Units
from messy_bank.truth import Due, Facts

__all__ = ["facts_of"]

_CALL, _SMS = 0, 1  # of a contact's way
_REACHED, _HUNG_UP = 0, 2  # of its result
_ANNOUNCED = 7  # days: an SMS announces a call that soon after it
_QUIET = 90  # days after a hang-up in which nobody ought to call
_PRACTICE = (
    "calls", "connected", "called_again", "sms_first", "sms_first_connected", "call_first", "call_first_connected",
)  # fmt: skip
_STILL = ("due", "due_unknown", "owing", "soon", "idle")  # the first parts of units, in their order
_LINES = (10_000_000, 50_000_000)  # 基础户, 有效户: 10 and 50 万元 in 分


def facts_of(branch: Branch, cal: Calendar) -> Facts:
    """What was planted; a customer is dormant by the definition exactly if he was meant to be."""
    aum, people = branch.held.average[:, -1], branch.people
    dormant = (aum <= 10_000) & (branch.moved.last_day[:, -1] <= cal.as_of - 365)
    assert np.array_equal(dormant, people.is_kind(Kind.DORMANT)), "a customer fell asleep by accident"
    fits = people.segments()
    return Facts(
        plan=branch.plan,
        customer_id=people.ids(),
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


def _due(branch: Branch, as_of: int, days: int) -> Due:
    lots = (branch.accounts, branch.holdings)
    places = [np.flatnonzero((lot.maturity > as_of) & (lot.maturity <= as_of + days)) for lot in lots]

    def of(name: str) -> Ints:
        return np.concatenate([getattr(lot, name)[at] for lot, at in zip(lots, places, strict=True)])

    return Due(who=of("who"), amount_fen=of("amount"))


def _after_sale(branch: Branch, cal: Calendar) -> dict[str, int]:
    """What fell due within the year, 30 days ago at least, and was followed by something new."""
    lots, since = (branch.accounts, branch.holdings, branch.ended), year_before(cal.as_of)
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
    brought = (branch.people.referrer >= 0) & (branch.people.open_day > year_before(cal.as_of))
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


def _units(units: Units, as_of: int) -> dict[str, int]:
    """What was planted, and what it makes of the year's averages if today's balances stay."""
    today = date.fromordinal(date(1970, 1, 1).toordinal() + as_of)
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
