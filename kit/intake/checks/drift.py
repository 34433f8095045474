"""Code drift: a code that appears, vanishes, or changes its share from one month, or one file, to the next."""

from itertools import pairwise
from typing import Any

from kit import columns as col
from kit.intake.checks.finding import FINDING, Check, judged
from kit.intake.checks.staged import Staged
from kit.intake.staging import place
from kit.params import Checks
from kit.schema import schema

_MOST_CODES = 50  # a column with more is no list of codes, but free text or product names
_SHOWN = 40  # letters of a code


def drift(staged: Staged, limits: Checks) -> list[Check]:
    """Compare the codes of each category between consecutive months, else between the files that feed its table.

    A summary a column (``failed``: findings), then a row a finding: ``rows`` with the code before, ``failed`` after,
    ``detail`` the code, its share before and after. Rows without a code count as a code of their own, so that a column
    that ceases to be filled is found too.
    """
    made: list[Check] = []
    for table in staged.tables:
        columns = [c.id for c in schema()[table].columns.values() if c.type == "cat" and staged.has(table, c.id)]
        if not columns or not staged.has(table):
            continue
        period = col.AS_OF if staged.has(table, col.AS_OF) else None
        if period and staged.fetch(f"SELECT count(DISTINCT {period}) < 2 FROM {staged.rows(table)}")[0][0]:
            period = None
        for column in columns:
            made += _column(staged, table, column, period, limits)
    return made


def _column(staged: Staged, table: str, column: str, period: str | None, limits: Checks) -> list[Check]:
    found = staged.fetch(
        f"SELECT {period or place()[0]} AS period, {column} AS code, count(*) FROM {staged.rows(table)}"
        " WHERE period IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    counts: dict[Any, dict[str | None, int]] = {}
    for when, code, rows in found:
        counts.setdefault(when, {})[code] = rows
    codes = sorted({code for _, code, _ in found}, key=lambda code: (code is None, code or ""))
    if len(counts) < 2 or len(codes) > _MOST_CODES:
        return []
    findings = []
    for (_, before), (when, after) in pairwise(sorted(counts.items())):
        total, later = sum(before.values()), sum(after.values())
        for code in codes:
            had, has = before.get(code, 0), after.get(code, 0)
            first, second = had / total, has / later
            # More than chance: of a code that is expected often enough to be missed, or a large change.
            expected, gone_or_new = max(first * later, second * total), not had or not has
            if expected >= limits.code_rows and (gone_or_new or abs(first - second) > limits.code_jump):
                shown = f"{(code or '—')[:_SHOWN]}: {first:.1%} → {second:.1%}"
                day = when if period else None
                change = Check(
                    "code_drift", table, column, as_of=day, rows=had, failed=has, status=FINDING, detail=shown
                )
                findings.append(change)
    rows = sum(sum(one.values()) for one in counts.values())
    summary = Check("code_drift", table, column, rows=rows, failed=len(findings), status=judged(findings))
    return [summary, *findings]
