"""The steps of an intake: plan the loads, stage them, check them, take back what managers filled in, write the book."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kit.book import SET_ASIDE
from kit.database import literal
from kit.errors import KitError
from kit.intake import check, learnt, reconciliation, staging
from kit.intake.checks import checks, quarantine_mixed_units
from kit.intake.currency import exchange
from kit.intake.grid import Sheet
from kit.intake.load import Load
from kit.intake.load_plan import LoadPlan, plan_intake
from kit.intake.opening import given_password
from kit.intake.personal import PersonalTexts, completed
from kit.intake.quarantine import Notice
from kit.intake.questions import OpenQuestions
from kit.intake.readers import Password
from kit.intake.returned import take_back
from kit.intake.sources import Files, Refused, Source
from kit.intake.totals import totals
from kit.params import Checks, ControlTotal
from kit.vault import VAULT

Progress = Callable[[str, int, int, int], None]
_EXACT = pa.decimal128(38, 14)
Rates = Mapping[str, Decimal]
_NO_RATES: Rates = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class IntakeResult:
    """What an intake did: rows of each table of the book, where every row and every 分 went, and notices.

    The frames are those that lie beside the book: see `kit.intake.reconciliation`, `kit.intake.totals` and
    `kit.intake.check`.
    """

    tables: Mapping[str, int]
    reconciliation: pd.DataFrame
    control_sums: pd.DataFrame
    totals: pd.DataFrame
    fields: pd.DataFrame
    notices: tuple[Notice, ...]
    refused: tuple[Refused, ...] = ()

    @property
    def rows_quarantined(self) -> int:
        """Rows that are not in the book."""
        return int(self.reconciliation["quarantined"].sum())


def intake(
    sources: Sequence[Source],
    *,
    out: Path,
    key: bytes,
    as_of: dt.date | None = None,
    password: Password = given_password,
    limits: Checks | None = None,
    control_totals: Sequence[ControlTotal] = (),
    rates: Rates = _NO_RATES,
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
    rates
        元 for one of each other currency; amounts in a currency without a rate are kept apart.
    progress
        Called with a file's name, the number of files done and of all, and the rows read of this file.

    Raises
    ------
    OpenQuestions
        If something is to be answered first: all questions at once.
    KitError
        If no file can be read, or a mapping must be mended; see ``kit.errors``.
    """
    planned, progress = plan_intake(sources, as_of, files=Files(password)), progress or (lambda *_: None)
    if planned.questions:
        raise OpenQuestions(questions=planned.questions, refused=planned.refused)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".intake-", dir=out.parent) as folder:
        made = Path(folder) / "made"
        (made / "book").mkdir(parents=True)
        with staging.database(Path(folder), key) as connection:
            result = _make(connection, planned, made, key, as_of, limits or Checks(), control_totals, rates, progress)
        _put(made, out, Path(folder) / "old")
    return result


def _make(
    connection: Any,
    planned: LoadPlan,
    made: Path,
    key: bytes,
    as_of: dt.date | None,
    limits: Checks,
    control_totals: Sequence[ControlTotal],
    rates: Rates,
    progress: Progress,
) -> IntakeResult:
    """Stage, check and reconcile what was planned, and write it into the folder ``made``."""
    personal = PersonalTexts(made.parent, key)
    loaded, refused = _stage(connection, completed(planned.loads), personal, as_of, progress)
    given = list(dict.fromkeys(one.load.table.id for one in loaded))
    found = quarantine_mixed_units(connection, given, limits)
    places = {one.number: one.load.sheet.place for one in loaded}
    tables = check.check_rows(connection, given, places)
    exchanged, apart = exchange(connection, loaded, rates)
    found += exchanged
    checked = checks(connection, tables, places, as_of=as_of, limits=limits, control_totals=control_totals, found=found)
    pq.write_table(checked, made / "checks.parquet")
    # After the checks, which are of what the bank sent; and after the sums, which tie to its files.
    back = take_back(connection, planned.returned, key=key, first=len(planned.loads), tables=tables)
    tables += ["contact"] if back.has("contact") and "contact" not in tables else []
    loaded += back.loaded
    accepted = {table: check.accepted(connection, table) for table in tables}
    result = IntakeResult(
        tables={
            table: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for table, rows in accepted.items()
        },
        reconciliation=reconciliation.reconciled_rows(connection, loaded),
        control_sums=reconciliation.control_sums(connection, loaded),
        totals=totals(connection, loaded, limits),
        fields=reconciliation.fields(loaded),
        notices=(*planned.notices, *apart, *back.notices),
        refused=(*planned.refused, *refused, *back.refused),
    )
    news = learnt.apply(connection, tables, loaded, limits.default_codes)
    _save(connection, accepted, loaded, made)
    _save_frames(result, news, made)
    personal.write(connection, accepted, made / VAULT)
    return result


def _stage(
    connection: Any, loads: Sequence[Load], personal: PersonalTexts, as_of: dt.date | None, progress: Progress
) -> tuple[list[staging.Loaded], list[Refused]]:
    """Stage every sheet once, whatever the number of tables it feeds; results in the order of the loads."""
    staging.create(connection, loads)
    sheets: dict[Sheet, list[tuple[int, Load]]] = {}
    for number, load in enumerate(loads):
        sheets.setdefault(load.sheet, []).append((number, load))
    loaded: list[staging.Loaded] = []
    refused: list[Refused] = []
    errors: list[KitError] = []
    for done, (sheet, given) in enumerate(sheets.items()):
        read = partial(progress, sheet.place, done, len(sheets))
        read(0)
        try:
            loaded += staging.stage(connection, sheet, given, personal=personal, as_of=as_of, progress=read)
        except KitError as error:
            errors.append(error)
            refused.append(Refused(sheet.path, sheet.name, "", str(error)))
    if not loaded:
        raise errors[0]
    progress("", len(sheets), len(sheets), 0)
    return sorted(loaded, key=lambda one: one.number), refused


def _save(connection: Any, accepted: Mapping[str, str], loaded: Sequence[staging.Loaded], made: Path) -> None:
    """Write the tables of the book, without what goes to the vault, and the quarantine."""
    for table, taken in accepted.items():
        fields = [f for one in loaded if one.load.table.id == table for f in one.load.fields]
        vaulted = {f.column.id for f in fields if f.column.vaulted}
        left_out = ", ".join(["_id", "_unreadable", *sorted(vaulted)])
        rows = f"SELECT * EXCLUDE ({left_out}) FROM {taken} ORDER BY _id"
        _copy(connection, rows, made / "book" / f"{table}.parquet")
    if {"customer", "customer_month"} <= set(accepted):
        _copy(connection, reconciliation.set_aside(connection), made / "book" / f"{SET_ASIDE}.parquet")
    names = pd.DataFrame([(one.number, *one.load.sheet.names) for one in loaded], columns=["_load", "file", "sheet"])
    connection.register("names", pa.Table.from_pandas(names, preserve_index=False))
    source, row = staging.place()
    rows = (
        f'SELECT file, sheet, {row} AS row, _table AS "table", "column", value_masked, reason, detail, whole_row'
        f' FROM quarantine JOIN names ON _load = {source} ORDER BY _table, _id, whole_row DESC, "column"'
    )
    _copy(connection, rows, made / "quarantine.parquet")


def _copy(connection: Any, rows: str, path: Path) -> None:
    connection.execute(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _save_frames(result: IntakeResult, news: pd.DataFrame, made: Path) -> None:
    frames = {name: getattr(result, name) for name in ("reconciliation", "control_sums", "totals", "fields")}
    frames |= {"refused": reconciliation.refused(result.refused), "learnt": news}
    for name, frame in frames.items():
        pq.write_table(_exact(pa.Table.from_pandas(frame, preserve_index=False)), made / f"{name}.parquet")


def _exact(table: pa.Table) -> pa.Table:
    """Exact sums as decimals of one width, whatever the frame happens to hold."""
    exact = {"source_sum_fen", "rounding_fen", "stated_fen", "summed_fen", "difference_fen"}
    fields = [pa.field(f.name, _EXACT) if f.name in exact else f for f in table.schema]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))


def _put(made: Path, out: Path, old: Path) -> None:
    """Move the finished files into place; what else lies in ``out`` stays."""
    out.mkdir(exist_ok=True)
    old.mkdir()
    for path in sorted(made.iterdir()):
        if (out / path.name).exists():
            shutil.move(out / path.name, old / path.name)
        path.rename(out / path.name)
