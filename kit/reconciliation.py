"""What an intake wrote about itself: rows, reasons, sums, units, refusals and checks, as frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kit.book import Book

_TEXT, _COUNT = "str", "int64"
_FILLED: Mapping[str, tuple[Any, Any]] = {
    _TEXT: (pa.string(), ""),
    _COUNT: (pa.int64(), 0),
    "bool": (pa.bool_(), False),
}
# File in data/ → its columns; one that is missing is empty or zero, for an older intake, or a bank without any.
_FRAMES: Mapping[str, Mapping[str, str]] = {
    "reconciliation": {
        "file": _TEXT, "sheet": _TEXT, "table": _TEXT, "lines_above": _COUNT, "blank": _COUNT, "totals": _COUNT,
        "notes": _COUNT, "repeated_headers": _COUNT, "unfilled": _COUNT, "rows_in": _COUNT,
        "accepted": _COUNT, "repeated": _COUNT, "quarantined": _COUNT, "cells_quarantined": _COUNT,
    },
    "control_sums": {"file": _TEXT, "sheet": _TEXT, "table": _TEXT, "column": _TEXT, "book_sum_fen": _COUNT},
    "quarantine": {
        "file": _TEXT, "sheet": _TEXT, "table": _TEXT, "column": _TEXT, "reason": _TEXT, "whole_row": "bool",
        "entries": _COUNT, "row": _COUNT, "value_masked": _TEXT, "detail": _TEXT,
    },
    "totals": {
        "file": _TEXT, "sheet": _TEXT, "table": _TEXT, "row": _COUNT, "label": _TEXT, "column": _TEXT,
        "stated_fen": _COUNT, "summed_fen": _COUNT, "difference_fen": _COUNT, "status": _TEXT,
    },
    "fields": {
        "file": _TEXT, "sheet": _TEXT, "table": _TEXT, "column": _TEXT, "label": _TEXT, "unit": _TEXT,
        "unit_from": _TEXT, "confirmed_by": _TEXT, "cells": _COUNT, "missing": _COUNT, "unreadable": _COUNT,
    },
    "refused": {"file": _TEXT, "sheet": _TEXT, "place": _TEXT, "reason": _TEXT},
    "checks": {
        "check": _TEXT, "table": _TEXT, "column": _TEXT, "branch_id": _TEXT, "as_of": "object", "rows": _COUNT,
        "failed": _COUNT, "stated_fen": "Int64", "found_fen": "Int64", "difference_fen": "Int64", "status": _TEXT,
        "detail": _TEXT,
    },
    "completeness": {
        "branch_id": _TEXT, "staff_id": _TEXT, "tier": _TEXT, "field": _TEXT, "customers": _COUNT, "filled": _COUNT,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Reconciliation:
    """Where every row and every 分 of one intake went; each frame may be empty.

    Attributes
    ----------
    rows
        A row for each sheet and table: its lines by kind, and what became of its rows.
    quarantine
        A row for each file, column and reason: ``entries`` of it, and the first of them as the example.
    delivered
        Table → the columns of the book.
    """

    rows: pd.DataFrame
    control_sums: pd.DataFrame
    quarantine: pd.DataFrame
    totals: pd.DataFrame
    fields: pd.DataFrame
    refused: pd.DataFrame
    checks: pd.DataFrame
    completeness: pd.DataFrame
    delivered: Mapping[str, tuple[str, ...]]


def read_reconciliation(data: Path) -> Reconciliation:
    """Read the reconciliation in a run's ``data`` folder."""
    book = Book(data)
    frames = {name: _frame(data / f"{name}.parquet", columns) for name, columns in _FRAMES.items()}
    totals, rows = frames["totals"], frames.pop("reconciliation")
    fed = dict(zip(zip(rows["file"], rows["sheet"], strict=True), rows["table"], strict=True))
    known = [
        table or fed.get((file, sheet), "")
        for table, file, sheet in totals[["table", "file", "sheet"]].itertuples(index=False)
    ]
    frames["totals"] = totals.assign(table=pd.Series(known, dtype="str"))
    return Reconciliation(rows=rows, **frames, delivered={table: book.columns(table) for table in book.tables()})


def _frame(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """A file's columns in their order and kind; those that it lacks are filled with nothing."""
    wanted = [name for name in pq.read_schema(path).names if name in columns] if path.is_file() else []
    table = pq.read_table(path, columns=wanted) if wanted else pa.table({})
    rows = _grouped(table) if path.stem == "quarantine" and table.num_rows else table
    made = {}
    for name, kind in columns.items():
        values = rows[name] if name in rows.column_names else pa.nulls(rows.num_rows)
        if kind in _FILLED:
            arrow, nothing = _FILLED[kind]
            # A stated sum may have any precision, as SUM() leaves it.
            values = pc.round(values) if pa.types.is_decimal(values.type) else values
            values = values.cast(arrow).fill_null(nothing)
        made[name] = values
    frame: pd.DataFrame = pa.table(made).to_pandas()
    return frame.astype({name: kind for name, kind in columns.items() if kind not in _FILLED})


def _grouped(rows: pa.Table) -> pa.Table:
    """Quarantine by file, column and reason, so that millions of rows are no burden to a chapter."""
    keys = ["file", "sheet", "table", "column", "reason", "whole_row"]
    firsts = [
        (name, "first", pc.ScalarAggregateOptions(skip_nulls=False)) for name in ("row", "value_masked", "detail")
    ]
    made = rows.group_by(keys, use_threads=False).aggregate([("row", "count"), *firsts])
    named = {f"{name}_first": name for name, *_ in firsts} | {"row_count": "entries"}
    return made.rename_columns([named.get(name, name) for name in made.column_names])
