"""Where every row and every 分 went: the reconciliation of an intake, a frame each."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from kit.errors import KitError
from kit.intake.check import accepted
from kit.intake.sources import Refused
from kit.intake.staging import Loaded, place


class DoesNotTie(KitError):
    """Rows or sums of a source and of the book differ: a fault of the kit, not of the data (path, place)."""


def reconciled_rows(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a load: the lines of its sheet by kind, its rows, where they went, and the cells that could not be read.

    The rows of a sheet are the lines above the data with the header, blank lines, totals, notes, headers repeated in
    the data, rows of a manager's workbook that are not filled in, and ``rows_in``; these are accepted, merged into a
    row that they repeat, or quarantined.

    Raises
    ------
    DoesNotTie
        If a row is neither in the book, nor merged, nor in quarantine.
    """
    known: Counter[tuple[int, str]] = Counter()
    for table in {one.load.table.id for one in loaded}:
        found = connection.execute(
            f"SELECT {place()[0]}, coalesce(why, 'accepted'), count(*) FROM {table} LEFT JOIN gone_{table} USING (_id)"
            f" GROUP BY ALL UNION ALL SELECT {place()[0]}, CASE WHEN whole_row THEN 'row' ELSE 'cell' END, count(*)"
            f" FROM quarantine WHERE _table = '{table}' GROUP BY ALL"
        )
        known.update({(load, went): rows for load, went, rows in found.fetchall()})
    lines = []
    for one in loaded:
        table, sheet = one.load.table.id, one.load.sheet
        counts = [known[one.number, went] for went in ("accepted", "repeated", "row", "cell")]
        if one.rows_in != sum(counts[:3]):
            raise DoesNotTie(path=sheet.path, place=f"{table}: {one.rows_in} ≠ {' + '.join(map(str, counts[:3]))}")
        kinds = one.lines
        other = (kinds.above, kinds.blank, len(kinds.totals), kinds.notes, kinds.repeated_headers, kinds.unfilled)
        lines.append((*sheet.names, table, *other, one.rows_in, *counts))
    names = ["file", "sheet", "table", "lines_above", "blank", "totals", "notes", "repeated_headers", "unfilled"]
    return pd.DataFrame(lines, columns=[*names, "rows_in", "accepted", "repeated", "quarantined", "cells_quarantined"])


def set_aside(connection: Any) -> str:
    """SQL of the customers, or branches, and dates of which a row of the month table was set aside (`kit.book`).

    A row without a readable date may be of any date of its file; one that names nobody may be of anybody of the
    branches that the file has at its date.
    """
    load, rows, people = place()[0], accepted(connection, "customer_month"), accepted(connection, "customer")
    return (
        f"WITH gone AS (SELECT {load} AS load, customer_id, as_of FROM (SELECT DISTINCT _id FROM quarantine"
        " WHERE _table = 'customer_month' AND whole_row) LEFT JOIN customer_month USING (_id)),"
        f" listed AS (SELECT DISTINCT {load} AS load, branch_id, as_of FROM {rows} AS m JOIN"
        f" (SELECT customer_id, branch_id FROM {people}) AS c USING (customer_id)),"
        " lost AS (SELECT l.branch_id, g.customer_id, coalesce(g.as_of, l.as_of) AS as_of FROM gone AS g"
        " LEFT JOIN listed AS l ON l.load = g.load AND coalesce(l.as_of = g.as_of, TRUE))"
        " SELECT DISTINCT CASE WHEN customer_id IS NULL THEN branch_id END AS branch_id, customer_id, as_of FROM lost"
        " WHERE as_of IS NOT NULL AND (customer_id IS NOT NULL OR branch_id IS NOT NULL) ORDER BY ALL"
    )


def control_sums(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a load and money column: what the source holds, in 分, and where it went.

    ``source_sum_fen`` and ``rounding_fen`` are exact decimals, as a source may hold fractions of a 分. The
    source is the sum of the book, the repeated, the quarantined, the rounding, half a 分 a cell at most, and what
    amounts in other currencies were more, as sent, than they count for in the book (``currency_sum_fen``).

    Raises
    ------
    DoesNotTie
        If more is missing than rounding can explain.
    """
    summed: dict[str, dict[str, None]] = {}
    for one in loaded:
        summed.setdefault(one.load.table.id, {}).update(dict.fromkeys(one.sums))
    found = {table: _sums(connection, table, list(columns)) for table, columns in summed.items()}
    known = "SELECT _table, load, name, sum(fen)::DECIMAL(38, 0), sum(n)::BIGINT FROM exchanged GROUP BY ALL"
    changed = {tuple(at): (fen, cells) for *at, fen, cells in connection.execute(known).fetchall()}
    lines = []
    for one in loaded:
        table, sheet = one.load.table.id, one.load.sheet
        for column, exact in one.sums.items():
            where = [(one.number, why, column) for why in (None, "repeated", "quarantined")]
            parts, counts = zip(*(found[table].get(at, (Decimal(0), 0)) for at in where), strict=True)
            fen, cells = changed.get((table, one.number, column), (Decimal(0), 0))
            parts = (*parts, fen)
            rounding = exact - sum(parts)
            if 2 * abs(rounding) > sum(counts) + cells:
                raise DoesNotTie(path=sheet.path, place=f"{table}.{column}")
            lines.append((*sheet.names, table, column, exact, *map(int, parts), rounding))
    names = ["file", "sheet", "table", "column", "source_sum_fen", "book_sum_fen", "repeated_sum_fen"]
    return pd.DataFrame(lines, columns=[*names, "quarantined_sum_fen", "currency_sum_fen", "rounding_fen"])


def _sums(
    connection: Any, table: str, columns: Sequence[str]
) -> dict[tuple[int, str | None, str], tuple[Decimal, int]]:
    """Sum and number of a table's amounts by load, why they are not in the book (None: they are), and column."""
    asked = [f"CAST(coalesce(sum({name}), 0) AS DECIMAL(38, 0)), count({name})" for name in columns]
    rows = connection.execute(
        f"SELECT {', '.join([place()[0], 'why', *asked])} FROM {table} LEFT JOIN gone_{table} USING (_id) GROUP BY 1, 2"
    ).fetchall()
    return {
        (load, why, name): (figures[2 * i], figures[2 * i + 1])
        for load, why, *figures in rows
        for i, name in enumerate(columns)
    }


def fields(loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a load and column: the label it had, the unit it was read in and why, and what became of its cells."""
    lines = []
    for one in loaded:
        sheet, by = one.load.sheet, one.load.confirmed
        who = (by.by, by.on.isoformat()) if by else ("", "")
        for f in one.load.fields:
            label = sheet.headers[f.position] if f.position is not None else ""
            bad = one.unreadable[f.column.id]
            cells = (one.rows_in, one.rows_in - one.filled[f.column.id] - bad, bad)
            lines.append((*sheet.names, one.load.table.id, f.column.id, label, f.unit, f.unit_from, *who, *cells))
    names = ["file", "sheet", "table", "column", "label", "unit", "unit_from", "confirmed_by", "confirmed_on"]
    return pd.DataFrame(lines, columns=[*names, "cells", "missing", "unreadable"])


def refused(found: Sequence[Refused]) -> pd.DataFrame:
    """One row a file or sheet that could not be read, with the place in it and the reason in words."""
    lines = [(each.path.name, each.sheet, each.place, each.reason) for each in found]
    return pd.DataFrame(lines, columns=["file", "sheet", "place", "reason"], dtype="str")
