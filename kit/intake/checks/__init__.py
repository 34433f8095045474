"""What the tables of a book owe each other, the calendar and the bank's own figures: findings, never refusals."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from kit.intake.checks import dates, drift, grain, references, sums
from kit.intake.checks.amount_units import quarantine_mixed_units, unit_jumps
from kit.intake.checks.finding import Check, as_table
from kit.intake.checks.staged import Staged
from kit.params import Checks, ControlTotal

__all__ = ["Check", "checks", "quarantine_mixed_units"]


def checks(
    connection: Any,
    tables: Sequence[str],
    places: Mapping[int, str],
    *,
    as_of: dt.date | None = None,
    limits: Checks | None = None,
    control_totals: Sequence[ControlTotal] = (),
    found: Sequence[Check] = (),
) -> pa.Table:
    """Every check of the staged tables, a row each; the columns are those of ``data/checks.parquet``.

    Parameters
    ----------
    connection
        The staging database after `kit.intake.check.check_rows`.
    tables
        Tables of the book.
    places
        File and sheet of each load by its number.
    as_of
        The engagement's date; else the latest of the month table, or of any table with a data date.
    found
        Checks that were made earlier, while rows could still be refused.
    """
    limits = limits or Checks()
    staged = Staged(connection, tuple(tables))
    day = as_of or dates.latest(staged)
    made = [
        *found,
        *references.references(staged),
        *references.unmatched(staged, day),
        *grain.grain(staged, places),
        *sums.sums(staged, day, limits),
        *sums.control_totals(staged, day, limits, control_totals),
        *dates.dates(staged, day),
        *dates.panel(staged, limits),
        *drift.drift(staged, limits),
        *unit_jumps(staged),
    ]
    return as_table(made)
