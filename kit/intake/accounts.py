"""Where every row and every 分 went: the accounts of an intake, a frame each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.errors import KitError
from kit.intake.check import accepted
from kit.intake.feeds import Refused
from kit.intake.staging import Loaded, place

__all__ = ["DoesNotTie", "control_sums", "fields", "reconciliation", "refused"]


class DoesNotTie(KitError):
    """Rows or sums of a source and of the book differ: a fault of the kit, not of the data (path, place)."""

    zh = "{path}，{place}：来源与账簿对不上。这是程序的错误，请报告；没有写出任何文件。"
    en = "{path}, {place}: source and book do not tie. The program is at fault: report it; nothing written."


def reconciliation(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a feed: the lines of its sheet by kind, its rows, where they went, and the cells that could not be read.

    The rows of a sheet are the lines above the data with the header, blank lines, totals, notes, headers repeated in
    the data, and ``rows_in``; these are accepted, merged into a row that they repeat, or quarantined.

    Raises
    ------
    DoesNotTie
        If a row is neither in the book, nor merged, nor in quarantine.
    """
    source = place()[0]
    lines = []
    for one in loaded:
        table, sheet = one.feed.table.id, one.feed.sheet
        counts = connection.execute(
            f"SELECT (SELECT count(*) FROM {accepted(connection, table)} WHERE {source} = {one.number}),"
            f" (SELECT count(*) FROM gone_{table} WHERE {source} = {one.number} AND why = 'repeated'),"
            f" count(*) FILTER (whole_row), count(*) FILTER (NOT whole_row)"
            f" FROM quarantine WHERE _table = '{table}' AND {source} = {one.number}"
        ).fetchone()
        if one.rows_in != sum(counts[:3]):
            raise DoesNotTie(path=sheet.path, place=f"{table}: {one.rows_in} ≠ {' + '.join(map(str, counts[:3]))}")
        kinds = one.lines
        other = (kinds.above, kinds.blank, len(kinds.totals), kinds.notes, kinds.repeated_headers)
        lines.append((sheet.path.name, sheet.name, table, *other, one.rows_in, *counts))
    names = ["lines_above", "blank", "totals", "notes", "repeated_headers", "rows_in", "accepted", "repeated"]
    return pd.DataFrame(lines, columns=["file", "sheet", "table", *names, "quarantined", "cells_quarantined"])


def control_sums(connection: Any, loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a feed and money column: what the source holds, in 分, and where it went.

    ``source_sum_fen`` and ``rounding_fen`` are exact decimals, as a source may hold fractions of a 分. The
    source is the sum of the book, the repeated, the quarantined and the rounding, half a 分 a cell at most.

    Raises
    ------
    DoesNotTie
        If more is missing than rounding can explain.
    """
    source = place()[0]
    lines = []
    for one in loaded:
        table, sheet = one.feed.table.id, one.feed.sheet
        for column, exact in one.sums.items():
            parts = connection.execute(
                f"SELECT CAST(coalesce(sum({column}) FILTER (why IS NULL), 0) AS DECIMAL(38, 0)),"
                f" CAST(coalesce(sum({column}) FILTER (why = 'repeated'), 0) AS DECIMAL(38, 0)),"
                f" CAST(coalesce(sum({column}) FILTER (why = 'quarantined'), 0) AS DECIMAL(38, 0)),"
                f" count({column}) FROM {table} LEFT JOIN gone_{table} USING (_id) WHERE {source} = {one.number}"
            ).fetchone()
            rounding = exact - sum(parts[:3])
            if 2 * abs(rounding) > parts[3]:
                raise DoesNotTie(path=sheet.path, place=f"{table}.{column}")
            lines.append((sheet.path.name, sheet.name, table, column, exact, *map(int, parts[:3]), rounding))
    names = ["file", "sheet", "table", "column", "source_sum_fen", "book_sum_fen", "repeated_sum_fen"]
    return pd.DataFrame(lines, columns=[*names, "quarantined_sum_fen", "rounding_fen"])


def fields(loaded: Sequence[Loaded]) -> pd.DataFrame:
    """One row a feed and column: the label it had, the unit it was read in and why, and what became of its cells."""
    lines = []
    for one in loaded:
        feed = one.feed
        by = feed.confirmed
        for f in feed.fields:
            label = feed.sheet.headers[f.position] if f.position is not None else ""
            filled, bad = one.filled.get(f.column.id, 0), one.unreadable.get(f.column.id, 0)
            cells = (one.rows_in, one.rows_in - filled - bad, bad)
            who = (by.by, by.on.isoformat()) if by else ("", "")
            lines.append(
                (
                    feed.sheet.path.name,
                    feed.sheet.name,
                    feed.table.id,
                    f.column.id,
                    label,
                    f.unit,
                    f.unit_from,
                    *who,
                    *cells,
                )
            )
    names = ["file", "sheet", "table", "column", "label", "unit", "unit_from", "confirmed_by", "confirmed_on"]
    return pd.DataFrame(lines, columns=[*names, "cells", "missing", "unreadable"])


def refused(found: Sequence[Refused]) -> pd.DataFrame:
    """One row a file or sheet that could not be read, with the place in it and the reason in words."""
    lines = [(each.path.name, each.sheet, each.place, each.reason) for each in found]
    return pd.DataFrame(lines, columns=["file", "sheet", "place", "reason"], dtype="str")
