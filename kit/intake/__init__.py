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

from kit.errors import KitError
from kit.intake import accounts, check, facts, staging
from kit.intake.checks import checks, quarantine_mixed_units
from kit.intake.clean import literal
from kit.intake.feeds import Feed, Plan, Refused, Source, find_sources, plan
from kit.intake.grid import Sheet
from kit.intake.opening import given_password
from kit.intake.private import Persons, completed
from kit.intake.quarantine import Notice, reason
from kit.intake.questions import OpenQuestions
from kit.intake.readers import Password
from kit.intake.returned import take_back
from kit.intake.sources import Files
from kit.intake.totals import totals
from kit.params import Checks, ControlTotal
from kit.vault import VAULT

__all__ = [
    "IntakeResult",
    "Notice",
    "OpenQuestions",
    "Password",
    "Plan",
    "Progress",
    "Refused",
    "Source",
    "find_sources",
    "given_password",
    "intake",
    "plan",
    "reason",
]

Progress = Callable[[str, int, int, int], None]
_EXACT = pa.decimal128(38, 14)


@dataclass(frozen=True, slots=True, eq=False)
class IntakeResult:
    """What an intake did: rows of each table of the book, where every row and every 分 went, and notices.

    The frames are those that lie beside the book: see `kit.intake.accounts`, `kit.intake.totals` and
    `kit.intake.check`.
    """

    tables: Mapping[str, int]
    reconciliation: pd.DataFrame
    control_sums: pd.DataFrame
    totals: pd.DataFrame
    fields: pd.DataFrame
    rows_quarantined: int
    cells_quarantined: int
    notices: tuple[Notice, ...]
    refused: tuple[Refused, ...] = ()


def intake(
    sources: Sequence[Source],
    *,
    out: Path,
    key: bytes,
    as_of: dt.date | None = None,
    password: Password = given_password,
    limits: Checks | None = None,
    control_totals: Sequence[ControlTotal] = (),
    progress: Progress | None = None,
) -> IntakeResult:
    """Read the sources into ``out/book/``; beside it the accounts of it (Parquet).

    A file that cannot be read is refused, with its reason; the others go on.

    Parameters
    ----------
    sources
        Files, each with its mapping or to be known by its labels; see `find_sources`.
    out
        Folder of the results. What an earlier intake left there is replaced at the very end; nothing is
        written if anything fails.
    key
        The engagement's key; of customers' numbers, certificates, accounts and counterparties only a keyed hash is
        kept. The numbers, names and telephones that call lists need lie in ``out/vault.parquet``, under this key.
    as_of
        Date of a monthly table that has no date column of its own.
    password
        Called with the path of an encrypted workbook.
    limits, control_totals
        What the checks call a finding, and the bank's own figures to compare with.
    progress
        Called with a file's name, the number of files done and of all, and the rows read of this file.

    Raises
    ------
    OpenQuestions
        If something is to be answered first: all questions at once.
    KitError
        If no file can be read, or a mapping must be mended; see ``kit.errors``.
    """
    planned = plan(sources, as_of, files=Files(password))
    if planned.questions:
        raise OpenQuestions(questions=planned.questions, refused=planned.refused)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".intake-", dir=out.parent) as scratch:
        made = Path(scratch) / "made"
        (made / "book").mkdir(parents=True)
        with staging.database(Path(scratch), key) as connection:
            persons = Persons(Path(scratch), key)
            loaded, refused = _read(connection, completed(planned.feeds), persons, as_of, progress)
            fed = list(dict.fromkeys(one.feed.table.id for one in loaded))
            places = {one.number: _place(one.feed.sheet) for one in loaded}
            limits = limits or Checks()
            units = quarantine_mixed_units(connection, fed, limits)
            tables = check.check_rows(connection, fed, places)
            checked = checks(connection, tables, as_of=as_of, limits=limits, control_totals=control_totals, found=units)
            pq.write_table(checked, made / "checks.parquet")
            # After the checks, which are of what the bank sent; and after the sums, which tie to its files.
            back = take_back(connection, planned.returned, key=key, first=len(planned.feeds), tables=tables)
            tables += ["contact"] if back.has("contact") and "contact" not in tables else []
            loaded, refused = [*loaded, *back.loaded], [*refused, *back.refused]
            result = _result(connection, tables, loaded, planned, refused, back.notices)
            learnt = facts.apply(connection, tables, loaded, limits.default_codes)
            _save(connection, tables, loaded, result, learnt, made)
            persons.write(connection, {table: check.accepted(connection, table) for table in tables}, made / VAULT)
        _put(made, out, Path(scratch) / "old")
    return result


def _read(
    connection: Any, feeds: Sequence[Feed], persons: Persons, as_of: dt.date | None, progress: Progress | None
) -> tuple[list[staging.Loaded], list[Refused]]:
    """Stage every sheet once, whatever the number of tables it feeds; results in the order of the feeds."""
    staging.create(connection, feeds)
    sheets: dict[Sheet, list[tuple[int, Feed]]] = {}
    for number, feed in enumerate(feeds):
        sheets.setdefault(feed.sheet, []).append((number, feed))
    loaded: list[staging.Loaded] = []
    refused: list[Refused] = []
    errors: list[KitError] = []
    for done, (sheet, fed) in enumerate(sheets.items()):

        def told(rows: int, name: str = _place(sheet), done: int = done) -> None:
            if progress:
                progress(name, done, len(sheets), rows)

        told(0)
        try:
            loaded += staging.load(connection, sheet, fed, persons=persons, as_of=as_of, told=told)
        except KitError as error:
            errors.append(error)
            refused.append(Refused(sheet.path, sheet.name, "", str(error)))
    if not loaded:
        raise errors[0]
    if progress:
        progress("", len(sheets), len(sheets), 0)
    return sorted(loaded, key=lambda one: one.number), refused


def _place(sheet: Sheet) -> str:
    return f"{sheet.path.name}{sheet.place}"


def _result(
    connection: Any,
    tables: Sequence[str],
    loaded: Sequence[staging.Loaded],
    planned: Plan,
    refused: Sequence[Refused],
    notices: Sequence[Notice],
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
        reconciliation=accounts.reconciliation(connection, loaded),
        control_sums=accounts.control_sums(connection, loaded),
        totals=totals(connection, loaded),
        fields=accounts.fields(loaded),
        rows_quarantined=int(rows),
        cells_quarantined=int(cells),
        notices=(*planned.notices, *notices),
        refused=(*planned.refused, *refused),
    )


def _save(
    connection: Any,
    tables: Sequence[str],
    loaded: Sequence[staging.Loaded],
    result: IntakeResult,
    learnt: pd.DataFrame,
    made: Path,
) -> None:
    for table in tables:
        fields = [f for one in loaded if one.feed.table.id == table for f in one.feed.fields]
        vaulted = {f.column.id for f in fields if f.column.vaulted}
        left_out = ", ".join(["_id", "_unreadable", *sorted(vaulted)])
        rows = f"SELECT * EXCLUDE ({left_out}) FROM {check.accepted(connection, table)} ORDER BY _id"
        path = literal(str(made / "book" / f"{table}.parquet"))
        connection.execute(f"COPY ({rows}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
    names = pd.DataFrame(
        [(one.number, one.feed.sheet.path.name, one.feed.sheet.name) for one in loaded],
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
    frames = {
        "reconciliation": result.reconciliation,
        "control_sums": result.control_sums,
        "totals": result.totals,
        "fields": result.fields,
        "refused": accounts.refused(result.refused),
        "facts": learnt,
    }
    for name, frame in frames.items():
        pq.write_table(_exact(pa.Table.from_pandas(frame, preserve_index=False)), made / f"{name}.parquet")


def _exact(table: pa.Table) -> pa.Table:
    """Exact sums as decimals of one width, whatever the frame happens to hold."""
    for name in ("source_sum_fen", "rounding_fen", "stated_fen", "summed_fen", "difference_fen"):
        at = table.schema.get_field_index(name)
        if at >= 0:
            table = table.set_column(at, name, table.column(at).cast(_EXACT))
    return table


def _put(made: Path, out: Path, old: Path) -> None:
    """Move the finished files into place; what else lies in ``out`` stays."""
    out.mkdir(exist_ok=True)
    old.mkdir()
    for path in sorted(made.iterdir()):
        if (out / path.name).exists():
            shutil.move(out / path.name, old / path.name)
        path.rename(out / path.name)
