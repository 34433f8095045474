"""The calendar: rows dated after the as-of date, tables that end before it, gaps and jumps of the month panel."""

import calendar
import datetime as dt

from kit import columns as col
from kit.intake.checks.finding import FINDING, Check, judged
from kit.intake.checks.staged import Staged
from kit.params import Checks

# Dates of what has happened; one of these after the as-of date is a slip, or the extract is younger than it says.
_PAST = (
    col.AS_OF, col.TXN_DATE, col.CONTACT_DATE, col.DEAL_DATE, "event_date", col.OPEN_DATE, "close_date", col.START_DATE,
    col.BUY_DATE, col.ASSIGN_DATE, col.LAST_ACTIVE_DATE, "last_txn_date", col.BIRTH_DATE, col.LEFT_DATE,
)  # fmt: skip
_ENOUGH = 30  # customers from which on a change of their number means anything


def latest(staged: Staged) -> dt.date | None:
    """Latest data date: of the month table, else of any table that has one."""
    found = (staged.latest(table, None) for table in staged.tables)
    return staged.latest("customer_month", None) or max(filter(None, found), default=None)


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
    counts: dict[str, dict[int, tuple[dt.date, int]]] = {}
    ends: dict[int, dt.date] = {}
    for branch, day, customers in found:
        month = 12 * day.year + day.month - 1
        ends[month] = max(day, ends.get(month, day))
        counts.setdefault(branch, {})[month] = (day, customers)
    made = []
    for month in range(min(ends), max(ends) + 1) if ends else ():
        customers = sum(own[month][1] for own in counts.values() if month in own)
        day, status = ends.get(month) or _last_day(month), judged(not customers)
        made.append(Check("panel_gap", "customer_month", as_of=day, rows=customers, status=status))
    for branch, own in counts.items():
        made += _branch_panel(branch, own, limits)
    return made


def _last_day(month: int) -> dt.date:
    year, before = divmod(month, 12)
    return dt.date(year, before + 1, calendar.monthrange(year, before + 1)[1])


def _branch_panel(branch: str, own: dict[int, tuple[dt.date, int]], limits: Checks) -> list[Check]:
    """Gaps between a branch's own first and last month, and jumps from one of its months to the next."""
    made = []
    before: int | None = None
    for month in range(min(own), max(own) + 1):
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
