"""Work days of the Chinese calendar, with its holidays and make-up days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar


@dataclass(frozen=True, slots=True)
class WorkDays:
    """Work days in order; not ``announced`` where a year's holidays are unpublished and weekends assumed."""

    days: tuple[date, ...]
    announced: bool


def work_days(after: date, *, weeks: int) -> WorkDays:
    """Work days of the ``weeks`` weeks that follow ``after`` (R61)."""
    days, announced = [], True
    for offset in range(1, weeks * 7 + 1):
        day = after + timedelta(days=offset)
        working = day.weekday() < 5
        try:
            working = bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # the State Council announces a year's holidays in the November before
            announced = False
        if working:
            days.append(day)
    return WorkDays(days=tuple(days), announced=announced)


def festivals(after: date, *, days: int, names: Collection[str]) -> list[date]:
    """First day off of each festival in ``names`` among the ``days`` days that follow; none of a year not announced."""
    return [day for offset in range(1, days + 1) if _begins(day := after + timedelta(days=offset), names)]


def _begins(day: date, names: Collection[str]) -> bool:
    today = _holiday(day)
    return today in names and _holiday(day - timedelta(days=1)) != today


def _holiday(day: date) -> str | None:
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return name if off else None
