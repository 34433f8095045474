"""One row each: rows that come twice, customers with two main owners, persons under several numbers."""

from collections.abc import Mapping

from kit import columns as col
from kit.database import literal
from kit.features.terms import WORDS
from kit.intake.check import content
from kit.intake.checks.finding import FINDING, INFO, OK, Check, judged
from kit.intake.checks.staged import Staged
from kit.intake.staging import place
from kit.schema import schema


def grain(staged: Staged, places: Mapping[int, str]) -> list[Check]:
    """Duplicates of each table, customers with several main owners, persons with several customer numbers.

    Of a table without a key, what overlapping files (``places``) hold alike is counted once, and what one file holds
    several times as often as it does.
    """
    made = [found for table in staged.tables if (found := _duplicates(staged, table))]
    made += [
        Check("overlap", table, rows=rows, failed=rows, status=FINDING, detail=f"{places[later]} = {places[earlier]}")
        for table, later, earlier, rows in staged.fetch("SELECT * FROM overlap ORDER BY ALL")
    ]
    for table in (each for each in staged.tables if not schema()[each].grain and staged.columns(each)):
        groups = f"SELECT {content(staged.connection, table)}, {place()[0]}, count(*) AS n FROM {staged.rows(table)}"
        ((rows, again),) = staged.fetch(
            f"SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(n - 1), 0)::BIGINT FROM ({groups} GROUP BY 1, 2)"
        )
        made += [Check("equal_rows", table, rows=rows, failed=again, status=FINDING)] if again else []
    main = "TRUE"
    if staged.has("assignment", col.OWNER_TYPE):
        words = ", ".join(map(literal, WORDS["assisting_words"]))  # two owners beside the main one are no fault
        main = f"({col.OWNER_TYPE} IS NULL OR {col.OWNER_TYPE} NOT IN ({words}))"
    made += _several(
        staged, "several_owners", "assignment", col.STAFF_ID, main, of=col.CUSTOMER_ID, counted=col.STAFF_ID
    )
    return made + _several(
        staged, "same_person", "customer", col.PERSON_KEY, of=col.PERSON_KEY, counted=col.CUSTOMER_ID
    )


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


def _several(
    staged: Staged, check: str, table: str, column: str, where: str = "TRUE", *, of: str, counted: str
) -> list[Check]:
    """Customers or persons (``of``) that have several of what is counted."""
    if not staged.has(table, of, counted):
        return []
    ((rows, several),) = staged.fetch(
        f"SELECT count(*), count(*) FILTER (n > 1) FROM (SELECT {of}, count(DISTINCT {counted}) AS n"
        f" FROM {staged.rows(table)} WHERE {where} AND {column} IS NOT NULL GROUP BY {of})"
    )
    return [Check(check, table, column, rows=rows, failed=several, status=judged(several))]
