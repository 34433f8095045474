"""元 or 万元: amounts that stand at one to ten thousand where they must be alike."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from kit import columns as col
from kit.intake.checks.finding import FINDING, Check
from kit.intake.checks.staged import Staged
from kit.intake.staging import place
from kit.params import WAN, YUAN, Checks

_TIMES, _NEAR = WAN // YUAN, 0.02
_LARGE_FEN = WAN  # the larger amount is at least 1 万元: below, cents and rounding decide the ratio
_CERTAIN_FEN = 1_000 * YUAN
# Balance at the date, average of its month.
_AVERAGES = (
    (col.AUM_SPOT_FEN, col.AUM_AVG_MONTH_FEN),
    (col.DEPOSIT_SPOT_FEN, col.DEPOSIT_AVG_MONTH_FEN),
    (col.DEMAND_SPOT_FEN, col.DEMAND_AVG_MONTH_FEN),
)
# Part, whole, of the same date.
_PARTS = (
    (col.DEPOSIT_SPOT_FEN, col.AUM_SPOT_FEN),
    (col.WMP_SPOT_FEN, col.AUM_SPOT_FEN),
    (col.DEMAND_SPOT_FEN, col.DEPOSIT_SPOT_FEN),
    (col.TIME_SPOT_FEN, col.DEPOSIT_SPOT_FEN),
    (col.DEPOSIT_AVG_MONTH_FEN, col.AUM_AVG_MONTH_FEN),
    (col.DEMAND_AVG_MONTH_FEN, col.DEPOSIT_AVG_MONTH_FEN),
    (col.DEMAND_AVG_MONTH_FEN, col.AUM_AVG_MONTH_FEN),
)
_ENOUGH = 10


def _near(large: str, small: str) -> str:
    """SQL: whether ``large`` is ten thousand times ``small``, within 2%."""
    low, high = _TIMES * (1 - _NEAR), _TIMES * (1 + _NEAR)
    return f"({small} > 0 AND {large} >= {_LARGE_FEN} AND {large} / CAST({small} AS DOUBLE) BETWEEN {low} AND {high})"


def _certain(have: set[str]) -> list[tuple[str, str]]:
    """Conditions under which a row mixes units for certain, each with the column of the smaller amount.

    A part cannot exceed its whole, nor a balance 31 times the month's average, so at ten thousand times the unit is
    the cause. An average far above its balance may be money withdrawn at the month's end: there both amounts must be
    large, an average of ten million 元 with exactly its ten-thousandth left being no accident.
    """
    found = [(_near(part, whole), whole) for part, whole in _PARTS if {part, whole} <= have]
    for spot, average in _AVERAGES:
        if {spot, average} <= have:
            found += [(_near(spot, average), average), (f"({spot} >= {_CERTAIN_FEN} AND {_near(average, spot)})", spot)]
    return found


def quarantine_mixed_units(connection: Any, tables: Sequence[str], limits: Checks) -> list[Check]:
    """Refuse the rows of the month table that mix 元 and 万元 for certain; doubt a file in which most rows do.

    Where at least ``limits.unit_share`` of a file's rows stand at one to ten thousand, one of its columns has another
    unit than it was taken to have: a finding (``unit_doubtful``), and no row is refused. So it is where more rows
    than chance explains look like it, without one of them being certain.
    """
    staged = Staged(connection, tuple(tables))
    have = set(staged.columns("customer_month"))
    cases = _certain(have)
    if not cases:
        return []
    doubtful = [
        (load, one)
        for load, one, _ in _pairs(staged, have)
        if one.rows >= _ENOUGH and one.failed >= limits.unit_share * one.rows
    ]
    ((rows,),) = staged.fetch(f"SELECT count(*) FROM {staged.rows('customer_month')}")
    refused = _refuse(staged, cases, {load for load, _ in doubtful})
    found = [Check("unit_mismatch", "customer_month", rows=rows, failed=refused, status=FINDING)] if refused else []
    # Three windows of one width: chance puts twice as many in the two outer ones as in the one between.
    more = [
        one
        for load, one, beside in _pairs(staged, have)
        if (load, one) not in doubtful and one.failed >= _ENOUGH and one.failed > 5 * (beside + 1)
    ]
    return [*found, *(one for _, one in doubtful), *more]


def _refuse(staged: Staged, cases: list[tuple[str, str]], spared: set[int]) -> int:
    """Quarantine the rows to which a case applies, but for the spared loads; their number."""
    first = " ".join(f"WHEN {condition} THEN {i}" for i, (condition, _) in enumerate(cases))
    but = f" AND {place()[0]} NOT IN ({', '.join(map(str, sorted(spared)))})" if spared else ""
    run = staged.connection.execute
    run(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT _id, CASE {first} END AS cause"
        f" FROM {staged.rows('customer_month')} WHERE CASE {first} END IS NOT NULL{but}"
    )
    for i, (_, column) in enumerate(cases):
        run(
            f"INSERT INTO quarantine SELECT 'customer_month', _id, '{column}',"
            f" shape(CAST(CAST({column} / 100 AS DECIMAL(18, 2)) AS VARCHAR)), 'unit_mismatch', '', true"
            f" FROM customer_month JOIN refused USING (_id) WHERE cause = {i}"
        )
    run("INSERT INTO gone_customer_month SELECT _id, 'quarantined' FROM refused")
    return int(staged.fetch("SELECT count(*) FROM refused")[0][0])


def _pairs(staged: Staged, have: set[str]) -> Iterator[tuple[int, Check, int]]:
    """Load, doubt and neighbours of every pair of comparable columns in every file of the month table.

    Of the rows in which both have an amount those at one to ten thousand ``failed``; the neighbours stand just beside.
    """
    pairs = [(a, b) for a, b in (*_AVERAGES, *_PARTS) if {a, b} <= have]
    asked = []
    for a, b in pairs:
        both = f"{a} > 0 AND {b} > 0 AND greatest({a}, {b}) >= {_LARGE_FEN}"
        away = f"abs(abs(log10({a} / CAST({b} AS DOUBLE))) - {math.log10(_TIMES)})"
        asked += [
            f"count(*) FILTER ({both})",
            f"count(*) FILTER ({_near(a, b)} OR {_near(b, a)})",
            f"count(*) FILTER ({both} AND {away} < {3 * math.log10(1 + _NEAR)})",
            f"coalesce(sum(CAST({a} AS HUGEINT) - {b}) FILTER ({both}), 0) < 0",
        ]
    found = staged.fetch(
        f"SELECT {place()[0]}, {', '.join(asked)} FROM {staged.rows('customer_month')} GROUP BY 1 ORDER BY 1"
    )
    for load, *figures in found:
        for i, (a, b) in enumerate(pairs):
            rows, hits, wide, first_smaller = figures[4 * i : 4 * i + 4]
            smaller, larger = (a, b) if first_smaller else (b, a)
            doubt = Check(
                "unit_doubtful", "customer_month", smaller, rows=rows, failed=hits, status=FINDING, detail=larger
            )
            yield load, doubt, max(wide - hits, 0)


def unit_jumps(staged: Staged) -> list[Check]:
    """Branches whose middle balance of one month is ten thousand times, or a ten-thousandth, of the month before."""
    measure = next((c for pair in _AVERAGES for c in pair if staged.has("customer_month", c)), None)
    if measure is None or not staged.has("customer", col.BRANCH_ID):
        return []
    found = staged.fetch(
        f"WITH medians AS (SELECT c.branch_id, m.as_of, count(*) AS n, quantile_disc(m.{measure}, 0.5) AS middle"
        f" FROM {staged.rows('customer_month')} AS m JOIN {staged.rows('customer')} AS c USING (customer_id)"
        f" WHERE m.{measure} > 0 GROUP BY ALL),"
        " steps AS (SELECT *, lag(middle) OVER (PARTITION BY branch_id ORDER BY as_of) AS before FROM medians)"
        f" SELECT branch_id, as_of, n, before, middle FROM steps WHERE n >= {_ENOUGH}"
        " AND abs(abs(log10(middle / CAST(before AS DOUBLE))) - 4) < 0.3 ORDER BY ALL"
    )
    return [
        Check("unit_jump", "customer_month", measure, branch, day, rows=n, failed=n, status=FINDING)
        for branch, day, n, _, _ in found
    ]
