"""Extracts to book. Every row ends in the book or, with its reason, in quarantine; every sum ties."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kit.intake import check, staging
from kit.intake.checks import checks, quarantine_mixed_units
from kit.intake.clean import literal
from kit.intake.feeds import AmbiguousColumn, Feed, Source, UnknownTable, find_sources, plan
from kit.intake.quarantine import REASONS, Notice, reason
from kit.intake.sniff import DuplicateHeader, Sheet
from kit.params import Checks, ControlTotal

__all__ = [
    "REASONS",
    "AmbiguousColumn",
    "DuplicateHeader",
    "IntakeResult",
    "Notice",
    "Source",
    "UnknownTable",
    "find_sources",
    "intake",
    "reason",
]

Progress = Callable[[str, int, int], None]
_FEN = pa.decimal128(38, 14)


@dataclass(frozen=True, slots=True, eq=False)
class IntakeResult:
    """What an intake did: rows of each table of the book, where every row and every 分 went, and notices."""

    tables: Mapping[str, int]
    reconciliation: pd.DataFrame
    control_sums: pd.DataFrame
    rows_quarantined: int
    cells_quarantined: int
    notices: tuple[Notice, ...]


def intake(
    sources: Sequence[Source],
    *,
    out: Path,
    key: bytes,
    as_of: dt.date | None = None,
    limits: Checks | None = None,
    control_totals: Sequence[ControlTotal] = (),
    progress: Progress | None = None,
) -> IntakeResult:
    """Read the sources into ``out/book/``; beside it quarantine, reconciliation and control sums (Parquet).

    Parameters
    ----------
    sources
        Files, each with its mapping or to be known by its labels; see `find_sources`.
    out
        Folder of the results. What an earlier intake left there is replaced at the very end; nothing is
        written if anything fails.
    key
        The engagement's key; of certificates, accounts and counterparties only a keyed hash is kept.
    as_of
        Date of a monthly table that has no date column of its own.
    limits, control_totals
        What the checks call a finding, and the bank's own figures to compare with.
    progress
        Called with a file's name, the number of files done and of all.

    Raises
    ------
    KitError
        A file, a mapping or a header that a person must mend or explain; see ``kit.errors``.
    """
    feeds, notices = plan(sources, as_of)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".intake-", dir=out.parent) as scratch:
        made = Path(scratch) / "made"
        (made / "book").mkdir(parents=True)
        with staging.database(Path(scratch), key) as connection:
            loaded = _read(connection, feeds, progress)
            fed = list(dict.fromkeys(feed.table.id for feed in feeds))
            limits = limits or Checks()
            units = quarantine_mixed_units(connection, fed, limits)
            tables = check.check_rows(connection, fed, [_place(feed.sheet) for feed in feeds])
            checked = checks(connection, tables, as_of=as_of, limits=limits, control_totals=control_totals, found=units)
            pq.write_table(checked, made / "checks.parquet")
            result = _result(connection, tables, loaded, notices)
            _save(connection, tables, feeds, result, made)
        _put(made, out, Path(scratch) / "old")
    return result


def _read(connection: Any, feeds: Sequence[Feed], progress: Progress | None) -> list[staging.Loaded]:
    """Stage every sheet once, whatever the number of tables it feeds; results in the order of the feeds."""
    staging.create(connection, feeds)
    sheets: dict[Sheet, list[tuple[int, Feed]]] = {}
    for number, feed in enumerate(feeds):
        sheets.setdefault(feed.sheet, []).append((number, feed))
    loaded: dict[int, staging.Loaded] = {}
    for done, (sheet, fed) in enumerate(sheets.items()):
        if progress:
            progress(_place(sheet), done, len(sheets))
        loaded |= zip((n for n, _ in fed), staging.load(connection, sheet, fed), strict=True)
    if progress:
        progress("", len(sheets), len(sheets))
    return [loaded[number] for number in range(len(feeds))]


def _place(sheet: Sheet) -> str:
    return f"{sheet.path.name}{sheet.place}"


def _result(
    connection: Any, tables: Sequence[str], loaded: Sequence[staging.Loaded], notices: Sequence[Notice]
) -> IntakeResult:
    rows, cells = connection.execute(
        "SELECT count(*) FILTER (whole_row), count(*) FILTER (NOT whole_row) FROM quarantine"
    ).fetchone()
    counts = {
        table: int(connection.execute(f"SELECT count(*) FROM {check.accepted(connection, table)}").fetchone()[0])
        for table in tables
    }
    return IntakeResult(
        tables=counts,
        reconciliation=check.reconciliation(connection, loaded),
        control_sums=check.control_sums(connection, loaded),
        rows_quarantined=int(rows),
        cells_quarantined=int(cells),
        notices=tuple(notices),
    )


def _save(connection: Any, tables: Sequence[str], feeds: Sequence[Feed], result: IntakeResult, made: Path) -> None:
    for table in tables:
        rows = f"SELECT * EXCLUDE (_id, _unreadable) FROM {check.accepted(connection, table)} ORDER BY _id"
        path = literal(str(made / "book" / f"{table}.parquet"))
        connection.execute(f"COPY ({rows}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
    names = pd.DataFrame(
        [(i, feed.sheet.path.name, feed.sheet.name) for i, feed in enumerate(feeds)],
        columns=["_feed", "file", "sheet"],
    )
    connection.register("names", pa.Table.from_pandas(names, preserve_index=False))
    source, row = staging.place()
    connection.execute(
        f'COPY (SELECT file, sheet, {row} AS row, _table AS "table", "column", value_masked, reason, detail,'
        " whole_row"
        f' FROM quarantine JOIN names ON _feed = {source} ORDER BY _table, _id, whole_row DESC, "column")'
        f" TO {literal(str(made / 'quarantine.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
    )
    pq.write_table(pa.Table.from_pandas(result.reconciliation, preserve_index=False), made / "reconciliation.parquet")
    sums = pa.Table.from_pandas(result.control_sums, preserve_index=False)
    for exact in ("source_sum_fen", "rounding_fen"):
        sums = sums.set_column(sums.schema.get_field_index(exact), exact, sums[exact].cast(_FEN))
    pq.write_table(sums, made / "control_sums.parquet")


def _put(made: Path, out: Path, old: Path) -> None:
    """Move the finished files into place; what else lies in ``out`` stays."""
    out.mkdir(exist_ok=True)
    old.mkdir()
    for path in sorted(made.iterdir()):
        if (out / path.name).exists():
            shutil.move(out / path.name, old / path.name)
        path.rename(out / path.name)
