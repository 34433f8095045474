"""Work days of the Chinese calendar: as announced, else by law, with make-up days only where they are announced."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import chinese_calendar

ONE_DAY = timedelta(days=1)
# Days off of each festival from its day on; 除夕 is the day before the Spring Festival's (国务院令第795号, 第二条).
_FIXED = {"New Year's Day": ("01-01", 1), "Labour Day": ("05-01", 2), "National Day": ("10-01", 3)}
_MOVING = (("Spring Festival", 4), ("Tomb-sweeping Day", 1), ("Dragon Boat Festival", 1), ("Mid-autumn Festival", 1))


@dataclass(frozen=True, slots=True)
class WorkDays:
    """Work days in order; not ``announced`` where a year's make-up days are unpublished and none are assumed."""

    days: tuple[date, ...]
    announced: bool


@cache
def _lunar_days() -> dict[int, list[str]]:
    """Year → month and day of 正月初一, 清明, 端午 and 中秋."""
    lines = files("kit.planning").joinpath("lunar_days.csv").read_text(encoding="utf-8").splitlines()[3:]
    return {int(year): days for year, *days in (line.split(",") for line in lines)}


@cache
def statutory_days(year: int) -> Mapping[date, str]:
    """The thirteen days off of a year with their festival: law, whether the year's holidays are announced or not.

    Those that follow the moon are known of the years in ``lunar_days.csv``.
    """
    spans = [*_FIXED.items()]
    spans += [(name, (day, many)) for (name, many), day in zip(_MOVING, _lunar_days().get(year, ()), strict=False)]
    found: dict[date, str] = {}
    for name, (day, many) in spans:
        first = date.fromisoformat(f"{year}-{day}") - ONE_DAY * (name == "Spring Festival")
        found |= {first + ONE_DAY * i: name for i in range(many)}
    return found


def _told(day: date) -> tuple[bool, str | None, bool]:
    """Whether a day is worked, the holiday on which it is not, and whether its year is announced."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # the State Council announces a year's holidays in the November before
        name = statutory_days(day.year).get(day)
        return name is None and day.weekday() < 5, name, False
    return not off, name if off else None, True


def work_days(after: date, *, weeks: int) -> WorkDays:
    """Work days of the ``weeks`` weeks that follow ``after`` (R61)."""
    told = {day: _told(day) for day in (after + ONE_DAY * i for i in range(1, weeks * 7 + 1))}
    days = tuple(day for day, (works, _, _) in told.items() if works)
    return WorkDays(days=days, announced=all(announced for _, _, announced in told.values()))


def next_work_day(after: date) -> date:
    """The first work day after a day."""
    return work_days(after, weeks=2).days[0]  # no holiday lasts two weeks


def festivals(after: date, *, days: int, names: Collection[str]) -> list[date]:
    """First day off of each festival in ``names`` among the ``days`` days that follow."""
    return [day for i in range(1, days + 1) if _begins(day := after + ONE_DAY * i, names)]


def _begins(day: date, names: Collection[str]) -> bool:
    today = _told(day)[1]
    return today in names and _told(day - ONE_DAY)[1] != today
