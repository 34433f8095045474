"""What a customer is contacted for: eight classes of occasion, each a window of days (R52, R58, R60)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.contact import follow_ups
from kit.analysis.result import flagged
from kit.params import YUAN, Params
from kit.planning.calendar import festivals

Days = npt.NDArray[np.float64]  # days since 1970-01-01; NaN where there is none
Bits = npt.NDArray[np.bool_]
EPOCH = date(1970, 1, 1)
Promised = Mapping[tuple[int, str], Collection[int]]  # (place of the customer, class) → due days in an earlier plan


@dataclass(frozen=True, slots=True)
class Horizon:
    """The data's date, the day from which deadlines count, the first and last day of the plan, since 1970-01-01."""

    data: int
    today: int
    first: int
    last: int

    def due(self, within: int | Days) -> Days:
        """So many days after the day from which deadlines count; never before the plan begins."""
        return np.asarray(np.maximum(self.today + np.asarray(within), self.first), dtype="float64")


def days_since(values: pd.Series) -> Days:
    """Dates as days since 1970-01-01."""
    dates = pd.to_datetime(values).to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(dates), np.nan, dates.astype("int64"))


def days_of(customers: pd.DataFrame, name: str) -> Days:
    """Dates of a column, none where the bank did not send it."""
    return days_since(customers[name]) if name in customers else np.full(len(customers), np.nan)


def _windows(applies: npt.ArrayLike, earliest: npt.ArrayLike, due: npt.ArrayLike, when: Horizon) -> pd.DataFrame:
    """Rows (at, earliest, due) of those to whom it applies and whose window lies in the plan."""
    shape = np.shape(applies)
    begins = np.fmax(np.broadcast_to(np.asarray(earliest, dtype="float64"), shape), when.first)
    ends = np.broadcast_to(np.asarray(due, dtype="float64"), shape)
    at = np.flatnonzero(np.asarray(applies, dtype=bool) & (begins <= np.minimum(ends, when.last)))
    return pd.DataFrame({"at": at, "earliest": begins[at].astype("int64"), "due": ends[at].astype("int64")})


def _state(customers: pd.DataFrame, applies: npt.ArrayLike, code: str, when: Horizon, params: Params) -> pd.DataFrame:
    """What is so for the time being: due within the class's days, not again too soon after the last contact."""
    kind = params.contact.of(code)
    again = days_of(customers, col.LAST_TOUCH_DATE) + kind.again_days
    due = np.where(again > when.first, again + kind.within_days - 1, when.due(kind.within_days))
    return _windows(applies, again, due, when) if kind.again_days else _windows(applies, when.first, due, when)


def maturities(
    customers: pd.DataFrame, params: Params, when: Horizon, *, lots: pd.DataFrame | None = None
) -> pd.DataFrame:
    """到期: a first touch 30 days before money falls due, another in the last seven days (R60, R106).

    ``lots`` are the single maturities (``kit.features`` table); without them the next one of each customer is taken.
    """
    soon, ahead = params.contact.of("maturity").within_days, params.contact.maturity_days
    if lots is not None and col.MATURITY_DATE in lots:
        places = pd.Series(np.arange(len(customers)), index=customers[col.CUSTOMER_ID])
        each = lots[[col.CUSTOMER_ID, col.MATURITY_DATE]].dropna().drop_duplicates()
        at, falls = places.reindex(each[col.CUSTOMER_ID]).to_numpy(), days_since(each[col.MATURITY_DATE])
        at, falls = at[~np.isnan(at)].astype("int64"), falls[~np.isnan(at)]
    else:
        at, falls = np.arange(len(customers)), days_of(customers, col.NEXT_MATURITY_DATE)
    touch = days_of(customers, col.LAST_TOUCH_DATE)[at]
    spoken, late = touch >= falls - ahead, falls - 2 * soon < when.first
    first = _windows(~spoken & ~late, falls - ahead, falls - 2 * soon, when)
    last = _windows(~(touch >= falls - soon), np.where(late & ~spoken, falls - ahead, falls - soon), falls, when)
    both = pd.concat([first, last], ignore_index=True)
    return both.assign(at=at[both["at"]])


def special_days(customers: pd.DataFrame, params: Params, when: Horizon) -> pd.DataFrame:
    """特殊日: birthdays from the second tier up, festivals for the upper tiers (R105).

    A birthday of 29 February is kept on 1 March.
    """
    kind, touch = params.contact.of("special_day"), days_of(customers, col.LAST_TOUCH_DATE)
    first, last = EPOCH + timedelta(days=when.first), EPOCH + timedelta(days=when.last)
    found = []
    if col.BIRTH_DATE in customers:
        births = pd.to_datetime(customers[col.BIRTH_DATE])
        month, day = births.dt.month, births.dt.day
        leap = (month == 2) & (day == 29)
        for year in range(first.year, last.year + 1):
            parts = {"year": year, "month": month.mask(leap, 3), "day": day.mask(leap, 1)}
            falls = days_since(pd.to_datetime(pd.DataFrame(parts, index=customers.index), errors="coerce"))
            valued = (customers[col.TIER_RANK].fillna(0) >= 1).to_numpy()
            begins = falls - kind.within_days
            found.append(_windows(valued & ~(touch >= begins), begins, falls, when))
    upper = customers[col.TIER].isin(params.upper_tiers()).to_numpy()
    span = when.last - when.first + 2 + params.contact.festival_days
    for holiday in festivals(first, days=span, names=params.contact.festivals):
        eve = np.full(len(customers), float((holiday - EPOCH).days - 1))
        open_from = eve + 1 - params.contact.festival_days
        found.append(_windows(upper & ~(touch >= open_from), open_from, eve, when))
    return pd.concat([_windows([], [], [], when), *found], ignore_index=True)


def movements(customers: pd.DataFrame, params: Params, when: Horizon) -> pd.DataFrame:
    """资金异动: a movement of the profile's sum and share of AUM, not spoken of since the data's date (R60, R107)."""
    if col.MOVEMENT_FEN not in customers:
        return _windows([], [], [], when)
    aum = customers[col.AUM_FEN].fillna(0).clip(lower=0).to_numpy(dtype="float64")
    large = np.maximum(params.contact.movement_yuan * YUAN, params.contact.movement_share * aum)
    moved = customers[col.MOVEMENT_FEN].fillna(0).to_numpy(dtype="float64") >= large
    return _state(customers, moved & ~(days_of(customers, col.LAST_TOUCH_DATE) > when.data), "movement", when, params)


def intents(customers: pd.DataFrame, params: Params, when: Horizon) -> pd.DataFrame:
    """意向: the day agreed, then follow-ups as the grade asks until he should have closed (R54, R108)."""
    within = params.contact.of("intent").within_days
    every, times = follow_ups(customers, params)
    touch, asked = days_of(customers, col.LAST_TOUCH_DATE), days_of(customers, col.ASKED_DATE)
    late = float(when.due(within))
    follows = times > 0
    regular = np.where(touch + every >= when.first, touch + every, late)
    agreed = np.where(asked >= when.first, asked, late)
    due = np.where(np.isnan(asked), np.where(follows, regular, np.nan), agreed)
    early = np.where(due == late, when.first, due - every // 3)
    early = np.where(asked >= when.first, asked, early)
    rows = [_windows(~np.isnan(due), early, due, when)]
    for step in range(1, int(times.max(initial=0))):
        due = due + every
        rows.append(_windows(follows & (step < times) & ~np.isnan(due), due - every // 3, due, when))
    return pd.concat(rows, ignore_index=True)


def upgrades(customers: pd.DataFrame, params: Params, when: Horizon) -> pd.DataFrame:
    """临界提档: within the critical band below the next tier (R60, R109)."""
    return _state(customers, customers[col.UPGRADE_GAP_FEN].notna(), "upgrade", when, params)


def newcomers(customers: pd.DataFrame, params: Params, when: Horizon, claims: pd.Series) -> pd.DataFrame:
    """新增: opened of late and not contacted since, or new to an owner who ``claims`` him (R110)."""
    opened = days_of(customers, col.OPEN_DATE)
    fresh = (opened >= when.data - params.contact.new_days) & ~(days_of(customers, col.LAST_TOUCH_DATE) >= opened)
    return _state(customers, fresh | claims.to_numpy(dtype=bool), "new", when, params)


def recoveries(customers: pd.DataFrame, params: Params, when: Horizon) -> pd.DataFrame:
    """睡眠、流失或主账户在他行 (R60, R112)."""
    elsewhere = flagged(customers, col.PRIMARY_ELSEWHERE)
    lost = flagged(customers, col.AT_RISK) | flagged(customers, col.DORMANT)
    return _state(customers, lost | elsewhere & customers[col.TIER].isin(params.upper_tiers()), "recover", when, params)


def _fixed(rows: pd.DataFrame, customers: pd.DataFrame, code: str) -> Bits:
    """What is not spoken of some days early in another contact: a special day, and a day that was agreed."""
    if code != "intent":
        return np.full(len(rows), code == "special_day")
    agreed: Bits = rows["earliest"].to_numpy() == days_of(customers, col.ASKED_DATE)[rows["at"]]
    return agreed


def occasions(
    customers: pd.DataFrame,
    params: Params,
    when: Horizon,
    *,
    lots: pd.DataFrame | None,
    claims: pd.Series,
    promised: Promised,
) -> pd.DataFrame:
    """All dated occasions but the cadence's (R52, R58, R60).

    Parameters
    ----------
    claims
        Whom his owner has never contacted.
    promised
        Due days of open contacts in an earlier plan: newer data does not put them off.

    Returns
    -------
    DataFrame
        at (place of the customer), rank (place of the class in the profile), earliest, due, loose (may be spoken of
        some days early, in another contact).
    """
    kinds: dict[str, Callable[[], pd.DataFrame]] = {
        "maturity": lambda: maturities(customers, params, when, lots=lots),
        "special_day": lambda: special_days(customers, params, when),
        "movement": lambda: movements(customers, params, when),
        "intent": lambda: intents(customers, params, when),
        "upgrade": lambda: upgrades(customers, params, when),
        "new": lambda: newcomers(customers, params, when, claims),
        "recover": lambda: recoveries(customers, params, when),
    }
    found = []
    for rank, kind in enumerate(params.contact.classes):
        if kind.code in kinds:
            rows = kinds[kind.code]().assign(rank=rank)
            rows["loose"] = ~_fixed(rows, customers, kind.code)
            if kind.code in ("movement", "upgrade", "new", "recover") and promised:
                both = zip(rows["at"], rows["due"], strict=True)
                kept = np.array([min(promised.get((at, kind.code), (due,))) for at, due in both], dtype="int64")
                rows["due"] = np.where(kept >= rows["earliest"], np.minimum(kept, rows["due"]), rows["due"])
            found.append(rows)
    return pd.concat(found, ignore_index=True)
