"""Which days the sheets of a workbook hold."""

from datetime import date

from kit.engagement import profile
from kit.params import Params
from kit.planning.calendar import work_days
from kit.workbooks.content import windows


def test_today_this_week_and_this_month_follow_each_other_without_a_gap():
    def days(as_of):
        params = Params(**profile("rural-postal"), as_of=as_of)
        work = work_days(date.fromisoformat(as_of), weeks=params.contact.weeks).days
        return [tuple(map(str, each)) for each in windows(work[0]).values()]

    assert days("2026-10-31") == [
        ("2026-11-02", "2026-11-02"), ("2026-11-03", "2026-11-08"), ("2026-11-09", "2026-11-30"),
    ]  # fmt: skip
    assert days("2026-11-25")[2] == ("2026-11-30", "2026-12-31"), "of November too little is left to plan"
    assert days("2025-09-30")[0] == ("2025-10-09", "2025-10-09"), "the first work day after the holidays"
