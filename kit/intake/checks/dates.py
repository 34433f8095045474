"""The calendar: rows dated after the as-of date, tables that end before it, gaps and jumps of the month panel."""

from __future__ import annotations

import datetime as dt

from kit import columns as col
from kit.intake.checks.finding import FINDING, Check, judged
from kit.intake.checks.staged import Staged
from kit.params import Checks

__all__ = ["dates", "latest", "panel"]

# Dates of what has happened; one of these after the as-of date is a slip, or the extract is younger than it says.
_PAST = (
    col.AS_OF, col.TXN_DATE, col.CONTACT_DATE, col.DEAL_DATE, "event_date", col.OPEN_DATE, "close_date", col.START_DATE,
    col.BUY_DATE, col.ASSIGN_DATE, col.LAST_ACTIVE_DATE, "last_txn_date", col.BIRTH_DATE, col.LEFT_DATE,
)  # fmt: skip
_ENOUGH = 30  # customers from which on a change of their number means anything


def latest(staged: Staged) -> dt.date | None:
    """Latest data date: of the month table, else of any table that has one."""
    first = staged.latest("customer_month", None)
    if first is not None:
        return first  # type: ignore[no-any-return]
    return max((day for table in staged.tables if (day := staged.latest(table, None)) is not None), default=None)


def dates(staged: Staged, day: dt.date | None) -> list[Check]:
    """Rows dated after ``day``, a row a date column, and tables whose newest data date is before it."""
    made: list[Check] = []
    if day is None:
        return made
    for table in staged.tables:
        columns = [c for c in _PAST if staged.has(table, c)]
        if not columns:
            continue
        asked = ", ".join(f"count({c}), count(*) FILTER ({c} > DATE '{day.isoformat()}'), max({c})" for c in columns)
        (figures,) = staged.fetch(f"SELECT {asked} FROM {staged.rows(table)}")
        for i, column in enumerate(columns):
            rows, after, newest = figures[3 * i : 3 * i + 3]
            made.append(Check("future_date", table, column, as_of=day, rows=rows, failed=after, status=judged(after)))
            if column == col.AS_OF and newest is not None:
                old = judged(newest < day)
                made.append(Check("stale", table, column, as_of=newest, rows=rows, status=old, detail=day.isoformat()))
    return made


def panel(staged: Staged, limits: Checks) -> list[Check]:
    """Months between the first and the last that a branch lacks, and months in which its customers jump in number.

    A branch has a month if any of its customers has a row in it. One ``panel_gap`` row without a branch tells the
    customers of each month of the bank.
    """
    if not (staged.has("customer_month", col.AS_OF) and staged.has("customer", col.BRANCH_ID)):
        return []
    found = staged.fetch(
        f"SELECT c.branch_id, m.as_of, count(*) FROM {staged.rows('customer_month')} AS m"
        f" JOIN {staged.rows('customer')} AS c ON c.customer_id = m.customer_id GROUP BY ALL ORDER BY ALL"
    )
    counts: dict[str, dict[tuple[int, int], tuple[dt.date, int]]] = {}
    ends: dict[tuple[int, int], dt.date] = {}
    for branch, day, customers in found:
        month = (day.year, day.month)
        ends[month] = max(day, ends.get(month, day))
        counts.setdefault(branch, {})[month] = (day, customers)
    months = _between(min(ends), max(ends)) if ends else []
    made = [_month(counts, month, ends.get(month)) for month in months]
    for branch, own in counts.items():
        made += _branch_panel(branch, own, months, limits)
    return made


def _between(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    return [(m // 12, m % 12 + 1) for m in range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])]


def _last_day(month: tuple[int, int]) -> dt.date:
    return (dt.date(month[0], month[1], 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _month(
    counts: dict[str, dict[tuple[int, int], tuple[dt.date, int]]], month: tuple[int, int], day: dt.date | None
) -> Check:
    """Customers of one month of the bank; a month that no branch has is missing from the delivery."""
    customers = sum(own[month][1] for own in counts.values() if month in own)
    day = day or _last_day(month)
    return Check("panel_gap", "customer_month", as_of=day, rows=customers, status=judged(not customers))


def _branch_panel(
    branch: str, own: dict[tuple[int, int], tuple[dt.date, int]], months: list[tuple[int, int]], limits: Checks
) -> list[Check]:
    """Gaps between a branch's own first and last month, and jumps from one of its months to the next."""
    made = []
    before: int | None = None
    for month in (m for m in months if min(own) <= m <= max(own)):
        day, customers = own.get(month, (_last_day(month), 0))
        if not customers:
            made.append(Check("panel_gap", "customer_month", branch_id=branch, as_of=day, failed=1, status=FINDING))
            continue
        if before is not None and max(before, customers) >= _ENOUGH and abs(customers / before - 1) > limits.panel_jump:
            made.append(
                Check(
                    "panel_jump", "customer_month", branch_id=branch, as_of=day, rows=customers,
                    failed=abs(customers - before), status=FINDING, detail=str(before),
                )
            )  # fmt: skip
        before = customers
    return made
