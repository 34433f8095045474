"""Which sheet feeds which canonical table, column by column: from a mapping file, else from labels, else a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kit import columns as col
from kit.errors import KitError
from kit.intake.assign import Desk, position_of
from kit.intake.branches import origins
from kit.intake.changes import changes
from kit.intake.choose import choose, companions
from kit.intake.dating import dated, settle_dates
from kit.intake.forbidden import forbidden_files, without_forbidden
from kit.intake.grid import Sheet
from kit.intake.mapping import POWERS, Cell, Confirmed
from kit.intake.opening import Opened, Returned
from kit.intake.quarantine import Notice
from kit.intake.questions import IGNORE, Interview, Question
from kit.intake.reading import Reading, Tables, from_mapping, read, resolved, without_mapping
from kit.intake.second import second_table
from kit.intake.sources import Family, Files, Refused, Source, families, find_sources, nothing_readable
from kit.intake.units import unit_of
from kit.messages import message
from kit.schema import Column, Table, schema

__all__ = ["Feed", "Field", "Plan", "Refused", "Source", "find_sources", "plan"]


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column and where its text comes from; ``power`` of ten turns a source's number into 分.

    ``unit_from`` says who stated the ``unit`` of an amount: ``mapping``, ``header``, ``title``, ``file``, or
    ``default`` if nobody did.
    """

    column: Column
    cell: Cell
    position: int | None
    power: int
    unit: str = ""
    unit_from: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One sheet feeding one table; ``dated`` if its date is the engagement's, for want of one of its own."""

    sheet: Sheet
    table: Table
    fields: tuple[Field, ...]
    dated: bool = False
    confirmed: Confirmed | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sources feed, in the order in which tables refer to each other, and what stands in the way.

    Attributes
    ----------
    questions
        What must be answered before a book is made; ``feeds`` are complete only without any.
    optional
        Labels that are not needed, and may be a column.
    refused
        Files that are not read; the others go on.
    readings, families
        How each sheet is read, and the layout that it belongs to: what a mapping file records.
    answered
        Keys of the questions that answers were given to.
    returned
        Managers' workbooks that came back, which are no extracts of the bank.
    """

    feeds: tuple[Feed, ...]
    notices: tuple[Notice, ...]
    questions: tuple[Question, ...]
    refused: tuple[Refused, ...] = ()
    optional: tuple[Question, ...] = ()
    families: tuple[tuple[Family, tuple[Reading, ...]], ...] = ()
    answered: frozenset[str] = frozenset()
    returned: tuple[Returned, ...] = ()


def plan(
    sources: Sequence[Source],
    as_of: dt.date | None,
    *,
    answers: Mapping[str, str] | None = None,
    files: Files | None = None,
) -> Plan:
    """Look at all sources and gather what they feed, what is to be known, what is to be asked and what is refused.

    Parameters
    ----------
    as_of
        Dates a monthly table that has no date column of its own, if one sheet alone feeds it.
    answers
        Answers that are not in a mapping file yet, by the key of their question.
    files
        Files that were opened by an earlier plan.

    Raises
    ------
    KitError
        If no file can be read.
    """
    files, interview = files or Files(), Interview(answers or {})
    found, skipped, refused = families(sources, files)
    found = [without_forbidden(one, interview) for one in found]
    refused += forbidden_files([*(s for family in found for s in family.sheets), *skipped])
    gone = {each.path for each in refused}
    found = _kept(found, lambda sheet: sheet.path not in gone)
    double = {s: said for one in found for s in one.sheets if (said := second_table(s))}
    refused += [Refused(sheet.path, sheet.name, "", str(said)) for sheet, said in double.items()]
    found = _kept(found, lambda sheet: sheet not in double)
    if not found and (answers is None or not (interview.open or interview.answered)):
        alone = [Refused(each.path, "", "", message("intake.unreadable.returned_alone")) for each in _returned(files)]
        raise _nothing(sources, files, [*refused, *alone])
    tables, notices = _tables(found, interview, as_of)
    notices += [Notice("sheet_skipped", s.path.name, s.name, s.headers) for s in skipped if s.path not in gone]
    notices += [n for opened in files.opened.values() if isinstance(opened, Opened) for n in opened.left_out]
    done: list[tuple[Family, tuple[Reading, ...]]] = []
    branches: dict[str, str] = {}
    for first in (True, False):  # the branch table, then what its names may be told from
        if not first:
            _accompany(found, tables, branches, as_of)
        for family in found:
            if (tables[family.key][:1] == ["branch"]) == first:
                readings = _read(Desk(family, files, interview, branches), tables[family.key], as_of)
                branches |= _branches(readings, files) if first else {}
                done.append((family, readings))
                notices += _noted(family, readings)
    feeds = [feed for family, readings in done for r in readings for feed in _feeds(family, r, branches, as_of)]
    place = {table: i for i, table in enumerate(schema())}
    feeds.sort(key=lambda feed: (place[feed.table.id], str(feed.sheet.path), feed.sheet.name))
    assumed = [(feed.sheet, feed.table.id) for feed in feeds if feed.dated]
    every = [(feed.sheet, feed.table.id) for feed in feeds]
    notices += settle_dates([family for family, _ in done], assumed, every, branches, interview, as_of)
    asked = interview.open.values()
    return Plan(
        tuple(feeds), tuple(notices), tuple(q for q in asked if q.blocking), tuple(refused),
        tuple(q for q in asked if not q.blocking), tuple(done), frozenset(interview.answered), _returned(files),
    )  # fmt: skip


def _returned(files: Files) -> tuple[Returned, ...]:
    """Managers' workbooks among the files, each once."""
    found = {o.returned.path: o.returned for o in files.opened.values() if isinstance(o, Opened) and o.returned}
    return tuple(found[path] for path in sorted(found))


def _kept(found: Sequence[Family], keep: Callable[[Sheet], bool]) -> list[Family]:
    """Families with the sheets that are kept, if there are any."""
    kept = [replace(one, sheets=tuple(filter(keep, one.sheets))) for one in found]
    return [one for one in kept if one.sheets]


def _nothing(sources: Sequence[Source], files: Files, refused: Sequence[Refused]) -> KitError:
    errors = [error for s in sources if isinstance(error := files.open(s), KitError)]
    return errors[0] if len(refused) == len(errors) == 1 else nothing_readable(sources[0].path.parent, refused)


def _tables(
    found: Sequence[Family], interview: Interview, as_of: dt.date | None
) -> tuple[dict[str, list[str]], list[Notice]]:
    """Tables that each layout feeds, by its key."""
    tables: dict[str, list[str]] = {}
    notices: list[Notice] = []
    chosen = {one.key: choose(one, dated=dated(one, as_of)) for one in found if one.mapping is None}
    feeding = {s.path for one in found if one.mapping or chosen[one.key].table for s in one.sheets}
    for one in found:
        choice = chosen.get(one.key)
        if choice is None:
            assert one.mapping is not None
            tables[one.key] = list(one.mapping.tables)
        elif choice.question and choice.none and all(s.path in feeding for s in one.sheets):
            tables[one.key] = []
            notices += [Notice("sheet_skipped", s.path.name, s.name, s.headers) for s in one.sheets]
        else:
            table = choice.table or (interview.ask(choice.question) if choice.question else "")
            tables[one.key] = [table] if table and table != IGNORE else []
    return tables, notices


def _accompany(
    found: Sequence[Family], tables: dict[str, list[str]], branches: Mapping[str, str], as_of: dt.date | None
) -> None:
    """Add the other tables that sheets of customers and months also are, and no sheet feeds by itself."""
    fed = {table for given in tables.values() for table in given}
    for one in found:
        if one.mapping is None and tables[one.key]:
            told_by_name = bool(origins(one.sheets, branches))
            more = companions(one, tables[one.key][0], fed, branch=told_by_name, dated=dated(one, as_of))
            tables[one.key] += more
            fed |= set(more)


def _read(desk: Desk, tables: Sequence[str], as_of: dt.date | None) -> tuple[Reading, ...]:
    has_date = dated(desk.family, as_of)
    found: Tables = {}
    likely: Mapping[str, str] = {}
    if desk.family.mapping is not None:
        found = from_mapping(desk, dated=has_date)
    elif tables:
        found, likely = without_mapping(desk, tables, dated=has_date)
    return tuple(read(desk, found, likely))


def _branches(readings: Sequence[Reading], files: Files) -> dict[str, str]:
    """Ids and names of the branch table, each with its id."""
    known: dict[str, str] = {}
    for reading in readings:
        cells = reading.tables.get("branch", {})
        at = [
            position_of(reading.sheet.headers, cells[c])
            for c in (col.BRANCH_ID, col.BRANCH_NAME)
            if c in cells and cells[c].column
        ]
        if len(at) == 2 and "customer" not in reading.tables and isinstance(at[0], int) and isinstance(at[1], int):
            for row in files.rows(reading.sheet):
                known |= {text: row[at[0]] for text in (row[at[0]], row[at[1]]) if text and row[at[0]]}
    return known


def _feeds(family: Family, reading: Reading, branches: Mapping[str, str], as_of: dt.date | None) -> list[Feed]:
    """Feeds of one sheet; none of one whose name was said to be no branch."""
    found = []
    for table, cells in reading.tables.items():
        named = [resolved(cell, reading.sheet, branches) for cell in cells.values() if cell.named_by]
        if cells and "" not in named:
            found.append(_feed(family, reading.sheet, schema()[table], cells, branches, as_of))
    return found


def _feed(
    family: Family,
    sheet: Sheet,
    table: Table,
    cells: Mapping[str, Cell],
    branches: Mapping[str, str],
    as_of: dt.date | None,
) -> Feed:
    fields, assumed = [], False
    for column_id, cell in cells.items():
        at = position_of(sheet.headers, cell) if cell.column else None
        given = Cell(value=resolved(cell, sheet, branches) or "") if cell.named_by else cell
        if isinstance(at, int) or given.column is None:
            fields.append(_field(table.columns[column_id], given, at if isinstance(at, int) else None, sheet))
    dates = table.columns.get(col.AS_OF)
    day = sheet.layout.as_of or as_of
    if dates is not None and dates.need == "M" and col.AS_OF not in cells and day:
        fields.append(_field(dates, Cell(value=day.isoformat()), None, sheet))
        assumed = sheet.layout.as_of is None
    order = list(table.columns)
    fields.sort(key=lambda field: order.index(field.column.id))
    return Feed(sheet, table, tuple(fields), assumed, family.mapping.confirmed if family.mapping else None)


def _field(column: Column, cell: Cell, position: int | None, sheet: Sheet) -> Field:
    unit, said_by = unit_of(column, cell, sheet.headers[position] if position is not None else "", sheet)
    return Field(column, cell, position, POWERS.get(unit, 0), unit, said_by)


def _noted(family: Family, readings: Sequence[Reading]) -> list[Notice]:
    """What a person should know of the labels of a layout: not used, perhaps something, changed."""
    notices = []
    mapping = family.mapping
    for reading in readings:
        sheet, place = reading.sheet, (reading.sheet.path.name, reading.sheet.name)
        cells = [cell for given in reading.tables.values() for cell in given.values() if cell.column]
        used = {position_of(sheet.headers, cell) for cell in cells}
        gone = sheet.grid.left_out
        left = [h for i, h in enumerate(sheet.headers) if i not in used | gone and h not in reading.ignored]
        likely = reading.likely or {}
        plain, other = tuple(h for h in left if h not in likely), [h for h in left if h in likely]
        if gone:
            notices.append(Notice("columns_left_out", *place, sheet.left_out))
        if plain and reading.tables:
            notices.append(Notice("ignored_columns", *place, plain))
        if other and reading.tables:
            notices.append(Notice("ignored_likely", *place, tuple(f"{h} → {likely[h]}" for h in other)))
        if mapping and mapping.headers is not None:
            found = changes(mapping.headers, sheet.headers, (mapping.header_row, sheet.header_row))
            notices += [Notice("layout_changed", *place, tuple(found.lines()))] if found else []
        if not reading.tables and mapping is not None:
            notices.append(Notice("sheet_skipped", *place, sheet.headers))
    return notices
