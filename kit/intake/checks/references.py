"""References between the tables, and what a join of them loses."""

import datetime as dt

from kit import columns as col
from kit.intake.checks.finding import FINDING, INFO, OK, Check, judged
from kit.intake.checks.staged import Staged
from kit.schema import schema

# Keys of tables, and columns of other names that hold one: what each refers to, in whatever table it stands.
_KEYS = {"customer": col.CUSTOMER_ID, "account": col.ACCOUNT_ID, "staff": col.STAFF_ID, "branch": col.BRANCH_ID}
_PARENTS = {key: table for table, key in _KEYS.items()} | {
    col.FIRST_STAFF_ID: "staff", col.REFERRER_STAFF_ID: "staff", col.REFERRER_ID: "customer",
}  # fmt: skip
_OWN = {*_KEYS.items(), ("unit_account", col.ACCOUNT_ID)}  # no references: a unit's account is none of a customer
# What each customer should be found in, and whether to miss it is a fault of the data.
_EXPECTED = {"customer_month": FINDING, "account": INFO, "assignment": INFO}


def references(staged: Staged) -> list[Check]:
    """Rows that name a branch, an employee, a customer or an account which is in no table; ``detail`` is the table.

    Rows without the column are not counted. Those that are in quarantine for it are counted as lost.
    """
    made = []
    for child in schema():
        for column, parent in _PARENTS.items():
            key = _KEYS[parent]
            if (child, column) in _OWN or not (staged.has(child, column) and staged.has(parent, key)):
                continue
            ((rows, lost),) = staged.fetch(
                f"SELECT count(*), count(*) FILTER (p.{key} IS NULL) FROM {staged.rows(child)} AS c"
                f" LEFT JOIN (SELECT DISTINCT {key} FROM {staged.rows(parent)}) AS p ON p.{key} = c.{column}"
                f" WHERE c.{column} IS NOT NULL"
            )
            ((refused,),) = staged.fetch(
                'SELECT count(*) FROM quarantine WHERE _table = ? AND "column" = ? AND reason = ?',
                [child, column, f"unknown_{parent}"],
            )
            rows, failed = rows + refused, lost + refused
            check = Check("reference", child, column, rows=rows, failed=failed, status=judged(failed), detail=parent)
            made.append(check)
    return made


def unmatched(staged: Staged, day: dt.date | None) -> list[Check]:
    """Customers of each branch without a row in the latest month, in the accounts, in the assignments."""
    made: list[Check] = []
    if not staged.has("customer", col.BRANCH_ID):
        return made
    for child, status in _EXPECTED.items():
        if not staged.has(child, col.CUSTOMER_ID):
            continue
        latest = staged.latest(child, day)
        at = f" WHERE {col.AS_OF} = DATE '{latest.isoformat()}'" if latest else ""
        found = staged.fetch(
            f"SELECT c.branch_id, count(*), count(*) FILTER (o.customer_id IS NULL) FROM {staged.rows('customer')} AS c"
            f" LEFT JOIN (SELECT DISTINCT customer_id FROM {staged.rows(child)}{at}) AS o"
            " ON o.customer_id = c.customer_id GROUP BY c.branch_id ORDER BY c.branch_id"
        )
        made += [
            Check(
                "unmatched", "customer", col.CUSTOMER_ID, branch_id=branch, as_of=latest,
                rows=rows, failed=lost, status=status if lost else OK, detail=child,
            )
            for branch, rows, lost in found
        ]  # fmt: skip
    return made
