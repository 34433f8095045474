"""Sums that two tables, or a table and the bank itself, should agree on: found against stated, in 分."""

import datetime as dt
from collections.abc import Sequence

from kit import columns as col
from kit.intake.checks.finding import FINDING, OK, Check, within
from kit.intake.checks.staged import Staged
from kit.params import Checks, ControlTotal

_DEPOSITS = (col.DEMAND_SPOT_FEN, col.TIME_SPOT_FEN, col.CD_SPOT_FEN, col.STRUCTURED_SPOT_FEN)
_INVESTED = (
    col.WMP_SPOT_FEN, col.FUND_SPOT_FEN, col.INSURANCE_SPOT_FEN, col.BOND_SPOT_FEN, col.GOLD_SPOT_FEN,
    col.CUSTODY_SPOT_FEN,
)  # fmt: skip
# Words of a product family → the month table's column of it; the first that fits decides.
_FAMILIES = (
    (("结构性", "智能存款"), col.STRUCTURED_SPOT_FEN),
    (("大额存单",), col.CD_SPOT_FEN),
    (("理财",), col.WMP_SPOT_FEN),
    (("基金",), col.FUND_SPOT_FEN),
    (("保险",), col.INSURANCE_SPOT_FEN),
    (("国债",), col.BOND_SPOT_FEN),
    (("贵金属", "黄金", "积存金"), col.GOLD_SPOT_FEN),
    (("存管",), col.CUSTODY_SPOT_FEN),
    (("定期",), col.TIME_SPOT_FEN),
    (("活期",), col.DEMAND_SPOT_FEN),
    (("贷款", "按揭"), col.LOAN_SPOT_FEN),
)


def sums(staged: Staged, day: dt.date | None, limits: Checks) -> list[Check]:
    """Sums of each branch and date that two places give; ``detail`` names what was added up.

    Parts of the assets against the assets, parts of the deposits against the deposits, holdings by product family and
    accounts against the month table, and the customers' deposits against the branch's.
    """
    if not (staged.has("customer", col.BRANCH_ID) and staged.has("customer_month", col.AS_OF)):
        return []
    return [
        *_parts(staged, limits),
        *_holdings(staged, day, limits),
        *_against_months(staged, col.DEPOSIT_SPOT_FEN, "account", col.BALANCE_FEN, day, limits),
        *_branch_months(staged, limits),
    ]


def _of_branch(staged: Staged, child: str, measure: str, *, where: str = "TRUE", day: str = "o.as_of") -> str:
    """SQL of a sum over the customers of each branch and date: branch_id, as_of, n, fen."""
    return (
        f"SELECT c.branch_id, {day} AS as_of, count(*) AS n,"
        f" CAST(coalesce(sum({measure}), 0) AS BIGINT) AS fen FROM {staged.rows(child)} AS o"
        f" JOIN {staged.rows('customer')} AS c ON c.customer_id = o.customer_id WHERE {where} GROUP BY ALL"
    )


def _parts(staged: Staged, limits: Checks) -> list[Check]:
    have = set(staged.columns("customer_month"))
    deposits = [c for c in _DEPOSITS if c in have]
    invested = [c for c in _INVESTED if c in have]
    whole = [col.DEPOSIT_SPOT_FEN] if col.DEPOSIT_SPOT_FEN in have else deposits
    pairs = []
    if whole and invested and col.AUM_SPOT_FEN in have:
        pairs.append((col.AUM_SPOT_FEN, [*whole, *invested]))
    if col.DEPOSIT_SPOT_FEN in have and {col.DEMAND_SPOT_FEN, col.TIME_SPOT_FEN} <= have:
        pairs.append((col.DEPOSIT_SPOT_FEN, deposits))
    made = []
    for stated, parts in pairs:
        added = " + ".join(f"coalesce(o.{part}, 0)" for part in parts)
        both = f"o.{stated} IS NOT NULL"
        made += _compared(
            staged, "customer_month", stated, limits, detail="+".join(parts),
            stated=_of_branch(staged, "customer_month", f"o.{stated}", where=both),
            found=_of_branch(staged, "customer_month", added, where=both),
        )  # fmt: skip
    return made


def _compared(
    staged: Staged, table: str, column: str, limits: Checks, *, stated: str, found: str, detail: str
) -> list[Check]:
    """Rows of two sums by branch and date side by side; a branch that one of them lacks has nothing there."""
    rows = staged.fetch(
        "SELECT branch_id, as_of, coalesce(f.n, 0), coalesce(s.fen, 0), coalesce(f.fen, 0)"
        f" FROM ({stated}) AS s FULL JOIN ({found}) AS f USING (branch_id, as_of)"
        " WHERE branch_id IS NOT NULL ORDER BY ALL"
    )
    judged = [(*row, within(row[3], row[4], limits.sum_tolerance)) for row in rows]
    return [
        Check(
            "sum", table, column, branch, when, rows=n, failed=int(status == FINDING), stated_fen=stated_fen,
            found_fen=found_fen, status=status, detail=detail,
        )
        for branch, when, n, stated_fen, found_fen, status in judged
    ]  # fmt: skip


def _against_months(
    staged: Staged, column: str, child: str, measure: str, day: dt.date | None, limits: Checks, where: str = "TRUE"
) -> list[Check]:
    """A sum over ``child`` against a column of the month table, on the dates that both have.

    A child without dates is as of the latest month; nothing is compared without both columns.
    """
    if not (staged.has(child, col.CUSTOMER_ID, measure) and staged.has("customer_month", column)):
        return []
    if staged.has(child, col.AS_OF):
        at, ours = "o.as_of", f"o.as_of IN (SELECT DISTINCT as_of FROM {staged.rows(child)})"
        where = f"{where} AND o.as_of IN (SELECT DISTINCT as_of FROM {staged.rows('customer_month')})"
    else:
        latest = staged.latest("customer_month", day)
        if latest is None:
            return []
        at = f"DATE '{latest.isoformat()}'"
        ours = f"o.as_of = {at}"
    stated = _of_branch(staged, "customer_month", f"o.{column}", where=ours)
    found = _of_branch(staged, child, f"o.{measure}", where=where, day=at)
    return _compared(staged, "customer_month", column, limits, stated=stated, found=found, detail=child)


def _holdings(staged: Staged, day: dt.date | None, limits: Checks) -> list[Check]:
    if not staged.has("holding", col.PRODUCT_TYPE):
        return []
    cases = " ".join(
        f"WHEN {' OR '.join(f'contains(o.product_type, {chr(39)}{word}{chr(39)})' for word in words)} THEN '{column}'"
        for words, column in _FAMILIES
    )
    family = f"CASE {cases} END"
    held = {name for (name,) in staged.fetch(f"SELECT DISTINCT {family} FROM {staged.rows('holding')} AS o") if name}
    made = []
    for _, column in _FAMILIES:
        # A family that the holdings never name is not kept there: nothing to compare.
        if column in held:
            own = f"{family} = '{column}'"
            made += _against_months(staged, column, "holding", col.AMOUNT_FEN, day, limits, own)
    return made


def _branch_months(staged: Staged, limits: Checks) -> list[Check]:
    column = "personal_deposit_fen"
    if not (staged.has("branch_month", column) and staged.has("customer_month", col.DEPOSIT_SPOT_FEN)):
        return []
    months = f"(SELECT DISTINCT as_of FROM {staged.rows('branch_month')})"
    dates = f"(SELECT DISTINCT as_of FROM {staged.rows('customer_month')})"
    persons = "TRUE"
    if staged.has("customer", col.CUSTOMER_TYPE):
        persons = "coalesce(NOT regexp_matches(c.customer_type, '单位|对公|企业|公司'), TRUE)"
    stated = (
        f"SELECT branch_id, as_of, count(*) AS n, CAST(sum({column}) AS BIGINT) AS fen"
        f" FROM {staged.rows('branch_month')} WHERE {column} IS NOT NULL AND as_of IN {dates} GROUP BY ALL"
    )
    found = _of_branch(
        staged, "customer_month", f"o.{col.DEPOSIT_SPOT_FEN}", where=f"o.as_of IN {months} AND {persons}"
    )
    return _compared(staged, "branch_month", column, limits, stated=stated, found=found, detail="customer_month")


def control_totals(staged: Staged, day: dt.date | None, limits: Checks, stated: Sequence[ControlTotal]) -> list[Check]:
    """The bank's own figures against the book: rows of a table, or a money column's sum at its latest date.

    Of rows, ``rows`` are those found, ``failed`` the difference and ``detail`` what the bank states. A table or column
    that is not there has found nothing.
    """
    return [_control_total(staged, day, limits, total) for total in stated]


def _control_total(staged: Staged, day: dt.date | None, limits: Checks, total: ControlTotal) -> Check:
    table, column = total.table, total.column
    if not column:
        rows = staged.fetch(f"SELECT count(*) FROM {staged.rows(table)}")[0][0] if staged.has(table) else 0
        status = within(total.stated, rows, limits.sum_tolerance)
        return Check(
            "control_total", table, rows=rows, failed=abs(rows - total.stated), status=status, detail=str(total.stated)
        )
    if not staged.has(table, column):
        return Check("control_total", table, column, failed=1, stated_fen=total.stated, found_fen=0, status=FINDING)
    latest = staged.latest(table, day)
    at = f" WHERE as_of = DATE '{latest.isoformat()}'" if latest else ""
    ((rows, found),) = staged.fetch(
        f"SELECT count({column}), CAST(coalesce(sum({column}), 0) AS BIGINT) FROM {staged.rows(table)}{at}"
    )
    status = within(total.stated, found, limits.sum_tolerance)
    return Check(
        "control_total", table, column, as_of=latest, rows=rows, failed=int(status != OK), stated_fen=total.stated,
        found_fen=found, status=status,
    )  # fmt: skip
