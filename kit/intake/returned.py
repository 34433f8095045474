"""Managers' workbooks that came back: what was filled in becomes rows of the contact log and new facts of customers."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kit import columns as col
from kit.database import columns, literal
from kit.errors import KitError
from kit.intake import check, learnt, staging
from kit.intake.clean import Terms
from kit.intake.grid import Grid, Layout, Sheet
from kit.intake.load import Field, Load
from kit.intake.mapping import POWERS, Cell
from kit.intake.opening import Returned
from kit.intake.quarantine import Notice, reason
from kit.intake.readers import ROW, batches
from kit.intake.sources import Refused
from kit.messages import message
from kit.schema import Column, Table, schema
from kit.text import wording
from kit.workbooks.form import CONTACT, FACT_TABLE, FIRST, WAY_OF_RESULT, Entry, Marker, words_of_labels
from kit.workbooks.read import FilledSheet, label_of, read_workbook

_WAN = "万元"
_CALL, _FIRST_STEP = "电话", "建立联系"
_A_YEAR = dt.timedelta(days=366)
_SHOWN = 10  # rows that are named one by one


@dataclass(slots=True)
class Back:
    """What came back: what was read of each sheet, what was refused, and what a person should know."""

    loaded: list[staging.Loaded] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def has(self, table: str) -> bool:
        """Whether any row of a table came back."""
        return any(one.load.table.id == table and one.rows_in for one in self.loaded)


@dataclass(frozen=True, slots=True)
class _Form:
    """A sheet that was filled in, and the workbook that it is of."""

    marker: Marker
    grid: Grid
    sheet: FilledSheet


def take_back(connection: Any, books: Sequence[Returned], *, key: bytes, first: int, tables: Sequence[str]) -> Back:
    """Append what managers filled in to the staged contact log, and to the facts beside it (R82).

    Every row that was filled in is accepted, repeated (an earlier state of one that came back again) or in
    quarantine with its reason; those that were left empty are counted as such.

    Parameters
    ----------
    books
        Workbooks that `kit.intake.opening` knew by their marker.
    key
        The engagement's: workbooks of another are refused.
    first
        Number of the first load.
    tables
        Tables of the book so far, to which the rows refer.
    """
    back = Back()
    forms = [form for book in books for form in _forms(book, key, back)]
    loads = [(number, form, _load_of(form)) for number, form in enumerate(forms, start=first)]
    staging.create(connection, [load for *_, load in loads])
    connection.execute(
        "CREATE TEMP TABLE returned"
        " (_id BIGINT, book VARCHAR, task VARCHAR, made VARCHAR, saved VARCHAR, filled INTEGER)"
    )
    for number, form, load in loads:
        one = staging.Loaded(number, load, Terms(form.sheet.header_row, date1904=form.grid.date1904))
        try:
            _append(connection, one, form)
        except KitError as error:
            back.refused.append(Refused(form.grid.path, form.grid.name, "", str(error)))
            continue
        back.loaded.append(one)
    for table in ("contact", FACT_TABLE):
        if back.has(table) and "customer" in tables:
            check.check_reference(connection, table, col.CUSTOMER_ID, "customer")
    if back.has("contact"):
        _once(connection)
    learnt.settle(connection, known=back.has(FACT_TABLE))
    back.notices += _quarantined(connection, back.loaded)
    return back


def _forms(book: Returned, key: bytes, back: Back) -> Iterator[_Form]:
    """Sheets of a workbook that can be read; the others are refused, and what a person should know is noted."""
    grids = {grid.name: grid for grid in book.grids}
    read = read_workbook(book.marker, {name: grid.head for name, grid in grids.items()}, key=key)
    for each in read.refused:
        why = message(f"intake.returned.{each.kind}", column="".join(each.names))
        back.refused.append(Refused(book.path, each.sheet, "", why))
    back.notices += [Notice(f"returned_{each.kind}", book.path.name, each.sheet, each.names) for each in read.remarks]
    for sheet in read.sheets:
        yield _Form(book.marker, grids[sheet.name], sheet)


def _load_of(form: _Form) -> Load:
    """How the columns of a sheet go into a table: the customer is a surrogate already, a choice is one of its words."""
    sheet, head = form.sheet, form.grid.head
    labels = tuple(head[sheet.header_row - 1][: sheet.width]) if len(head) >= sheet.header_row else ()
    labels += ("",) * (sheet.width - len(labels))
    customer = schema()["customer"].columns[col.CUSTOMER_ID]
    fields = [_field(form, replace(customer, type="text", need="M"), col.CUSTOMER_ID)]
    fields += _of_task(form) if sheet.entries is CONTACT else ()
    fields += [_filled(form, entry) for entry in sheet.filled]
    taken = MappingProxyType({f.column.id: f.column for f in fields})
    table = Table(FACT_TABLE, FACT_TABLE, FACT_TABLE, (), taken)
    if sheet.entries is CONTACT:
        contact = schema()["contact"]
        table = replace(contact, columns={**contact.columns, **taken})
    return Load(Sheet(form.grid, Layout(labels, sheet.header_row, sheet.header_row)), table, tuple(fields))


def _field(form: _Form, column: Column, code: str, values: Mapping[str, str] | None = None) -> Field:
    return Field(column, Cell(column=code, values=dict(values) if values else None), form.sheet.at[code], 0)


def _of_task(form: _Form) -> Iterator[Field]:
    """What the task itself says of the contact: by whom, in which way, and on which occasion."""
    of = schema()["contact"].columns
    if form.marker.staff:
        yield Field(of[col.STAFF_ID], Cell(value=form.marker.staff), None, 0)
    ways = {label: WAY_OF_RESULT.get(word, _CALL) for label, word in words_of_labels(col.CONTACT_RESULT).items()}
    yield _field(form, of[col.CONTACT_TYPE], col.CONTACT_RESULT, ways)
    steps = wording("zh").labels("labels.class") | {FIRST: _FIRST_STEP}
    if col.STAGE in form.sheet.at:
        yield _field(form, of[col.STAGE], col.STAGE, steps)


def _filled(form: _Form, entry: Entry) -> Field:
    """What was filled in, by the kind of its cell; of facts one is enough for a row."""
    need = "M" if entry.needed else "M*" if entry.table != "contact" else "O"
    column = replace(schema()[entry.table].columns[entry.column], need=need)
    if entry.kind == "wan":
        return Field(column, Cell(column=entry.column), form.sheet.at[entry.column], POWERS[_WAN], _WAN, "header")
    if entry.column == col.CONTACT_DATE:
        day = dt.date.fromisoformat(form.marker.day)
        column = replace(column, range=f"DATE '{day}'..DATE '{day + _A_YEAR}'")
    return _field(form, column, entry.column, words_of_labels(entry.column) if entry.kind == "choice" else None)


def _append(connection: Any, one: staging.Loaded, form: _Form) -> None:
    """Append the rows of a sheet in which anything was filled in, and count the others."""
    sheet, marker = form.sheet, form.marker
    read = list(batches(form.grid, after=sheet.header_row, width=sheet.width, refuse=lambda _: None))
    numbers = [number for batch in read for number in batch[ROW].to_pylist()]
    places = [sheet.at[entry.column] + 1 for entry in sheet.filled]
    rows = pa.Table.from_batches(read) if numbers else None
    kept = rows and rows.filter(reduce(pc.or_, (pc.not_equal(rows.column(place), "") for place in places)))
    blank = max([sheet.header_row, *numbers]) - sheet.header_row - len(numbers)
    unfilled = len(numbers) - (len(kept) if kept else 0)
    one.lines = staging.Lines(above=sheet.header_row, blank=blank, unfilled=unfilled)
    if kept:
        key = " || '|' || ".join(f"c{sheet.at[code]}" for code in sheet.keys)
        count = " + ".join(f"CAST(c{place - 1} <> '' AS INTEGER)" for place in places)
        book = literal("|".join((marker.branch, marker.staff, marker.start, marker.made)))
        also = (
            f"INSERT INTO returned SELECT {staging.row_id(one.number, ROW)}, {book}, {key}, {literal(marker.start)},"
            f" {literal(form.grid.saved)}, {count} FROM raw"
        )
        staging.append(connection, one, kept, also)


def _once(connection: Any) -> None:
    """Count each task of a workbook once, as its latest state has it, and a contact once that was copied to another.

    The state that was saved last counts; where workbooks do not say when, the later contact, then the fuller row.
    """
    known = [name for name in schema()["contact"].columns if name in columns(connection, "contact")]
    for same, order in (
        ("book, task", "saved DESC, contact_date DESC NULLS LAST, filled DESC, _id DESC"),
        (", ".join(known), "_id"),
    ):
        connection.execute(
            f"INSERT INTO gone_contact SELECT _id, 'repeated' FROM (SELECT _id, row_number() OVER"
            f" (PARTITION BY {same} ORDER BY {order}) AS place"
            f" FROM {check.accepted(connection, 'contact')} JOIN returned USING (_id)) WHERE place > 1"
        )


def _quarantined(connection: Any, loaded: Sequence[staging.Loaded]) -> list[Notice]:
    """Rows that were not taken, a notice a sheet, each with what is wrong: their managers can mend them."""
    source, row = staging.place()
    notices = []
    for one in loaded:
        found = connection.execute(
            f'SELECT {row}, "column", reason, detail FROM quarantine WHERE {source} = {one.number} ORDER BY ALL'
        ).fetchall()
        lines = [
            message("intake.returned.row", row=at, column=label_of(column), reason=reason(code, detail))
            for at, column, code, detail in found[:_SHOWN]
        ]
        if len(found) > _SHOWN:
            lines.append(message("intake.returned.more", cells=len(found) - _SHOWN))
        sheet = one.load.sheet
        notices += [Notice("returned_rows", sheet.path.name, sheet.name, tuple(lines))] if lines else []
    return notices
