"""Managers' workbooks that came back: what was filled in becomes rows of the contact log and new facts of customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kit import columns as col
from kit.callbook import (
    CONTACT,
    CUSTOMERS,
    FACT_TABLE,
    FACTS,
    FIRST,
    KEY_CODES,
    KEYS,
    TASKS,
    WAY_OF_RESULT,
    Entry,
    fingerprint,
    sheet_names,
    written,
)
from kit.database import columns
from kit.errors import KitError, language
from kit.intake import check, facts, staging
from kit.intake.clean import Terms, literal
from kit.intake.grid import Grid, Layout, Sheet
from kit.intake.load import Field, Load
from kit.intake.mapping import POWERS, Cell
from kit.intake.opening import Returned
from kit.intake.quarantine import Notice, reason
from kit.intake.readers import ROW, batches
from kit.intake.sources import Refused
from kit.schema import Column, Table, schema
from kit.text import wording

__all__ = ["Back", "take_back"]

_WAN = "万元"
_LOOKED_AT = 20  # rows in which the hidden row of codes must stand, whatever was put above it
_ENTRIES = {entry.code: entry for entry in (*CONTACT, *FACTS)}
_OF_TASKS = {entry.code for entry in CONTACT}
_CALL, _FIRST_STEP = "电话", "建立联系"
_A_YEAR = dt.timedelta(days=366)
_SHOWN = 10  # rows that are told one by one


class _NotRead(KitError):
    """A workbook, or a sheet of it, cannot be read back (why, column)."""

    texts: Mapping[str, tuple[str, str]] = MappingProxyType({
        "other": (
            "这是另一个项目（或另一家银行）的客户经理工作簿，没有读；请把它移出 extracts/，放进它自己的项目",
            "a manager's workbook of another engagement or bank, not read; move it to the engagement that it is of",
        ),
        "newer": (
            "这个工作簿是更新版本的程序生成的，没有读；请更新程序",
            "a later version of the kit wrote this workbook, and it was not read; update the kit",
        ),
        "head": (
            "表头上方的隐藏行被删掉了，认不出各列，这张表没有读；请把填好的格复制到原工作簿的同名表里，再放回来",
            "the hidden row above the header is gone, so that no column is known; this sheet was not read. Copy what"
            " was filled in into the same sheet of the workbook as it was sent, and put that here",
        ),
        "column": (
            "缺少“{column}”这一列，这张表没有读；请从原工作簿补回这一列（连同每行的内容），再放回来",
            "the column “{column}” is gone and this sheet was not read; put the column with its cells back from the"
            " workbook as it was sent",
        ),
    })  # fmt: skip

    def __str__(self) -> str:
        pair = self.texts[self.facts["why"]]
        return pair[language() != "zh"].format(column=self.facts.get("column", ""))


@dataclass(slots=True)
class Back:
    """What came back: the feeds that were read, what was refused, and what a person should know."""

    loaded: list[staging.Loaded] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def has(self, table: str) -> bool:
        """Whether any row of a table came back."""
        return any(one.load.table.id == table and one.rows_in for one in self.loaded)


@dataclass(frozen=True, slots=True)
class _Form:
    """A sheet that was filled in, with the position of each code."""

    book: Returned
    grid: Grid
    header_row: int
    at: Mapping[str, int]
    width: int
    entries: tuple[Entry, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells its rows apart."""
        return KEYS if self.entries is CONTACT else KEYS[:1]


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
        Number of the first feed.
    tables
        Tables of the book so far, to which the rows refer.
    """
    back = Back()
    forms = [form for book in books for form in _forms(book, key, back)]
    feeds = [(number, form, _feed(form)) for number, form in enumerate(forms, start=first)]
    staging.create(connection, [feed for *_, feed in feeds])
    connection.execute(
        "CREATE TEMP TABLE returned"
        " (_id BIGINT, book VARCHAR, task VARCHAR, made VARCHAR, saved VARCHAR, filled INTEGER)"
    )
    for number, form, feed in feeds:
        one = staging.Loaded(number, feed, Terms(form.header_row, date1904=form.grid.date1904))
        try:
            _load(connection, one, form)
        except KitError as error:
            back.refused.append(Refused(form.book.path, form.grid.name, "", str(error)))
            continue
        back.loaded.append(one)
    for table in ("contact", FACT_TABLE):
        if back.has(table) and "customer" in tables:
            check.check_reference(connection, table, col.CUSTOMER_ID, "customer", "unknown_customer")
    if back.has("contact"):
        _once(connection)
    facts.settle(connection, known=back.has(FACT_TABLE))
    back.notices += _quarantined(connection, back.loaded)
    return back


def _forms(book: Returned, key: bytes, back: Back) -> Iterator[_Form]:
    """Sheets of a workbook that can be read; the others are refused, and what a person should know is noted."""

    def refuse(why: str, sheet: str = "", column: str = "") -> None:
        back.refused.append(Refused(book.path, sheet, "", str(_NotRead(why=why, column=column))))

    if book.marker.engagement != fingerprint(key) or book.marker.newer:
        refuse("newer" if book.marker.newer else "other")
        return
    lacking = {sheet: sheet_names(sheet) for sheet in (*TASKS, CUSTOMERS)}
    renamed = []
    for grid in book.grids:
        own = next((sheet for sheet, names in lacking.items() if grid.name in names), None)
        form = _form(book, grid)
        if form is None:
            if own:
                refuse("head", grid.name)
                del lacking[own]
            continue
        if own:
            del lacking[own]
        else:
            renamed.append(grid.name)
        gone = [code for code in form.keys if code not in form.at]
        gone += [entry.column for entry in form.entries if entry.needed and entry.column not in form.at]
        if gone:
            refuse("column", grid.name, _label(gone[0]))
            continue
        left = tuple(_label(entry.column) for entry in form.entries if entry.column not in form.at)
        back.notices += [Notice("callbook_columns", book.path.name, grid.name, left)] if left else []
        yield form
    back.notices += _sheets_told(book, renamed, [sorted(names) for names in lacking.values()])


def _sheets_told(book: Returned, renamed: Sequence[str], lacking: Sequence[Sequence[str]]) -> list[Notice]:
    """What became of the sheets: those with another name are read all the same, those that are gone are named."""
    name, here = book.path.name, language()
    words = wording(here)
    known = {words.label(f"callbook.sheet.{sheet}") for sheet in (*TASKS, CUSTOMERS)}
    gone = [next((n for n in names if n in known), names[0]) for names in lacking]
    told = [Notice("callbook_renamed", name, sheet, tuple(gone)) for sheet in renamed if gone]  # else it is a copy
    return [*told, Notice("callbook_gone", name, "", tuple(gone))] if len(gone) > len(renamed) else told


def _label(code: str) -> str:
    words = wording(language())
    hidden = {col.CUSTOMER_ID: "callbook.key.customer_id", col.CONTACT_CLASS: "callbook.key.contact_class",
              col.DUE: "callbook.key.due"}  # fmt: skip
    return words.label(hidden.get(code, f"callbook.column.{code}"))


def _form(book: Returned, grid: Grid) -> _Form | None:
    """Sheet with the codes of its hidden row; None for one that is not filled in, or has lost that row."""
    for number, row in enumerate(grid.head[:_LOOKED_AT], start=1):
        entries = {_ENTRIES[code].column: place for place, code in enumerate(row) if code in _ENTRIES}
        keys = {KEY_CODES[code]: place for place, code in enumerate(row) if code in KEY_CODES}
        if entries:
            tasks = any(code in row for code in _OF_TASKS)
            return _Form(book, grid, number + 1, entries | keys, len(row), CONTACT if tasks else FACTS)
    return None


def _feed(form: _Form) -> Load:
    """How the columns of a sheet feed a table: the customer is a surrogate already, a choice is one of its words."""
    labels = tuple(form.grid.head[form.header_row - 1][: form.width]) if len(form.grid.head) >= form.header_row else ()
    labels += ("",) * (form.width - len(labels))
    sheet = Sheet(form.grid, Layout(labels, form.header_row, form.header_row))
    customer = schema()["customer"].columns[col.CUSTOMER_ID]
    fields = [_field(form, replace(customer, type="text", need="M"), col.CUSTOMER_ID)]
    if form.entries is CONTACT:
        fields += _of_task(form)
    for entry in form.entries:
        if entry.column in form.at:
            fields.append(_filled(form, entry))
    taken = MappingProxyType({f.column.id: f.column for f in fields})
    if form.entries is CONTACT:
        contact = schema()["contact"]
        return Load(sheet, replace(contact, columns={**contact.columns, **taken}), tuple(fields))
    return Load(sheet, Table(FACT_TABLE, FACT_TABLE, FACT_TABLE, (), taken), tuple(fields))


def _field(form: _Form, column: Column, code: str, values: Mapping[str, str] | None = None) -> Field:
    return Field(column, Cell(column=code, values=dict(values) if values else None), form.at[code], 0)


def _of_task(form: _Form) -> Iterator[Field]:
    """What the task itself says of the contact: by whom, in which way, and on which occasion."""
    of = schema()["contact"].columns
    if form.book.marker.staff:
        yield Field(of[col.STAFF_ID], Cell(value=form.book.marker.staff), None, 0)
    ways = {label: WAY_OF_RESULT.get(word, _CALL) for label, word in written(col.CONTACT_RESULT).items()}
    yield _field(form, of[col.CONTACT_TYPE], col.CONTACT_RESULT, ways)
    steps = wording("zh").labels("labels.class") | {FIRST: _FIRST_STEP}
    if col.STAGE in form.at:
        yield _field(form, of[col.STAGE], col.STAGE, steps)


def _filled(form: _Form, entry: Entry) -> Field:
    """What was filled in, by the kind of its cell; of facts one is enough for a row."""
    need = "M" if entry.needed else "M*" if entry.table != "contact" else "O"
    column = replace(schema()[entry.table].columns[entry.column], need=need)
    if entry.kind == "wan":
        return Field(column, Cell(column=entry.column), form.at[entry.column], POWERS[_WAN], _WAN, "header")
    if entry.column == col.CONTACT_DATE:
        day = dt.date.fromisoformat(form.book.marker.day)
        column = replace(column, range=f"DATE '{day}'..DATE '{day + _A_YEAR}'")
    return _field(form, column, entry.column, written(entry.column) if entry.kind == "choice" else None)


def _load(connection: Any, one: staging.Loaded, form: _Form) -> None:
    """Append the rows of a sheet in which anything was filled in, and count the others."""
    read = list(batches(form.grid, after=form.header_row, width=form.width, refuse=lambda _: None))
    places = [form.at[entry.column] + 1 for entry in form.entries if entry.column in form.at]
    rows = pa.Table.from_batches(read) if read else None
    kept = rows.filter(_any_filled(rows, places)) if rows is not None and rows.num_rows else None
    every, filled = (rows.num_rows if rows is not None else 0), (kept.num_rows if kept is not None else 0)
    last = max([form.header_row, *(rows[ROW].to_pylist() if rows is not None else ())])
    one.lines = staging.Lines(above=form.header_row, blank=last - form.header_row - every, unfilled=every - filled)
    if kept is not None and kept.num_rows:
        marker = form.book.marker
        key = " || '|' || ".join(f"c{form.at[code]}" for code in form.keys)
        count = " + ".join(f"CAST(c{place - 1} <> '' AS INTEGER)" for place in places)
        book = literal("|".join((marker.branch, marker.staff, marker.start, marker.made)))
        also = (
            f"INSERT INTO returned SELECT {staging.row_id(one.number, ROW)}, {book}, {key}, {literal(marker.start)},"
            f" {literal(form.grid.saved)}, {count} FROM raw"
        )
        staging.append(connection, one, kept, also)


def _any_filled(rows: pa.Table, places: Sequence[int]) -> Any:
    mask = pc.not_equal(rows.column(places[0]), "")
    for place in places[1:]:
        mask = pc.or_(mask, pc.not_equal(rows.column(place), ""))
    return mask


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
    told = []
    for one in loaded:
        found = connection.execute(
            f'SELECT {row}, "column", reason, detail FROM quarantine WHERE {source} = {one.number} ORDER BY ALL'
        ).fetchall()
        sheet, zh = one.load.sheet, language() == "zh"
        lines = [
            (f"第 {at} 行“{_label(column)}”{reason(code, detail)}" if zh
             else f"row {at}, “{_label(column)}”: {reason(code, detail)}")
            for at, column, code, detail in found[:_SHOWN]
        ]  # fmt: skip
        if len(found) > _SHOWN:
            lines.append(f"另有 {len(found) - _SHOWN} 处" if zh else f"{len(found) - _SHOWN} more")
        told += [Notice("callbook_rows", sheet.path.name, sheet.name, tuple(lines))] if lines else []
    return told
