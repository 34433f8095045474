"""Work days of the Chinese calendar, with its holidays and make-up days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

__all__ = ["WorkDays", "work_days"]


@dataclass(frozen=True, slots=True)
class WorkDays:
    """Work days in order; not ``announced`` where a year's holidays are unpublished and weekends assumed."""

    days: tuple[date, ...]
    announced: bool


def work_days(after: date, *, weeks: int) -> WorkDays:
    """Work days of the ``weeks`` weeks that follow ``after``."""
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
