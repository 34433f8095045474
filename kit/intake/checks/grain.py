"""One row each: rows that come twice, customers with two main owners, persons under several numbers."""

from __future__ import annotations

from kit import columns as col
from kit.intake.checks.finding import FINDING, INFO, OK, Check, judged
from kit.intake.checks.staged import Staged

__all__ = ["ASSISTING", "grain"]

ASSISTING = ("协办", "辅办", "协管")  # owners beside the main one: two of them are no fault


def grain(staged: Staged) -> list[Check]:
    """Duplicates of each table, customers with several main owners, persons with several customer numbers."""
    made = [found for table in staged.tables if (found := _duplicates(staged, table))]
    return [*made, *_several_owners(staged), *_same_person(staged)]


def _duplicates(staged: Staged, table: str) -> Check | None:
    """Rows of a table that repeat an earlier one (merged) or contradict it (in quarantine)."""
    ((rows,),) = staged.fetch(f"SELECT count(*) FROM {staged.rows(table)}")
    ((repeated,),) = staged.fetch(f"SELECT count(*) FROM gone_{table} WHERE why = 'repeated'")
    ((second,),) = staged.fetch("SELECT count(*) FROM quarantine WHERE _table = ? AND reason = 'second_row'", [table])
    if not rows + repeated + second:
        return None
    status = FINDING if second else INFO if repeated else OK
    return Check(
        "duplicate", table, rows=rows + repeated + second, failed=repeated + second, status=status, detail=str(second)
    )


def _several_owners(staged: Staged) -> list[Check]:
    if not staged.has("assignment", col.CUSTOMER_ID, col.STAFF_ID):
        return []
    main = "TRUE"
    if staged.has("assignment", col.OWNER_TYPE):
        words = ", ".join(f"'{word}'" for word in ASSISTING)
        main = f"({col.OWNER_TYPE} IS NULL OR {col.OWNER_TYPE} NOT IN ({words}))"
    ((customers, several),) = staged.fetch(
        "SELECT count(*), count(*) FILTER (owners > 1) FROM (SELECT customer_id, count(DISTINCT staff_id) AS owners"
        f" FROM {staged.rows('assignment')} WHERE {main} AND staff_id IS NOT NULL GROUP BY customer_id)"
    )
    status = judged(several)
    return [Check("several_owners", "assignment", col.STAFF_ID, rows=customers, failed=several, status=status)]


def _same_person(staged: Staged) -> list[Check]:
    if not staged.has("customer", col.CUSTOMER_ID, col.PERSON_KEY):
        return []
    ((persons, several),) = staged.fetch(
        "SELECT count(*), count(*) FILTER (numbers > 1) FROM (SELECT person_key, count(DISTINCT customer_id) AS numbers"
        f" FROM {staged.rows('customer')} WHERE person_key IS NOT NULL GROUP BY person_key)"
    )
    return [Check("same_person", "customer", col.PERSON_KEY, rows=persons, failed=several, status=judged(several))]
