"""Which sheet feeds which canonical table, column by column: from a mapping file, else from labels, else a question."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kit import columns as col
from kit.errors import KitError
from kit.intake.amount_units import currency_of, unit_of
from kit.intake.branches import origins
from kit.intake.changes import changes
from kit.intake.choose import choose, companions
from kit.intake.dating import dated, settle_dates
from kit.intake.forbidden import forbidden_files, without_forbidden
from kit.intake.grid import Sheet
from kit.intake.load import Field, Load
from kit.intake.mapping import POWERS, Cell
from kit.intake.matching import Matching, certain_position, used_positions
from kit.intake.opening import Opened, Returned
from kit.intake.quarantine import Notice
from kit.intake.questions import IGNORE, Interview, Question
from kit.intake.reading import Reading, Tables, from_mapping, read, resolved, without_mapping
from kit.intake.second_table import find_second_table
from kit.intake.sources import Family, Files, NothingReadable, Refused, Source, families
from kit.messages import message
from kit.schema import schema


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What the sources feed, in the order in which tables refer to each other, and what stands in the way.

    Attributes
    ----------
    questions
        What must be answered before a book is made; ``loads`` are complete only without any.
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

    loads: tuple[Load, ...]
    notices: tuple[Notice, ...]
    questions: tuple[Question, ...]
    refused: tuple[Refused, ...] = ()
    optional: tuple[Question, ...] = ()
    families: tuple[tuple[Family, tuple[Reading, ...]], ...] = ()
    answered: frozenset[str] = frozenset()
    returned: tuple[Returned, ...] = ()


def plan_intake(
    sources: Sequence[Source],
    as_of: dt.date | None,
    *,
    answers: Mapping[str, str] | None = None,
    files: Files | None = None,
) -> LoadPlan:
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
    found, skipped, refused = _readable(sources, files, interview)
    if not found and (answers is None or not (interview.open or interview.answered)):
        alone = [Refused(each.path, "", "", message("intake.unreadable.returned_alone")) for each in _returned(files)]
        raise _nothing(sources, files, [*refused, *alone])
    tables, notices = _tables(found, interview, as_of)
    notices += [Notice("sheet_skipped", *s.names, s.headers) for s in skipped]
    notices += [n for opened in files.opened.values() if isinstance(opened, Opened) for n in opened.left_out]
    done: list[tuple[Family, tuple[Reading, ...]]] = []
    branches: dict[str, str] = {}
    for first in (True, False):  # the branch table, then what its names may be told from
        if not first:
            _accompany(found, tables, branches, as_of)
        for family in found:
            if (tables[family.key][:1] == ["branch"]) == first:
                readings = _read(Matching(family, files, interview, branches), tables[family.key], as_of)
                branches |= _branches(readings, files) if first else {}
                done.append((family, readings))
                notices += _noted(family, readings)
    loads = [load for family, readings in done for r in readings for load in _loads(family, r, branches, as_of)]
    place = {table: i for i, table in enumerate(schema())}
    loads.sort(key=lambda load: (place[load.table.id], str(load.sheet.path), load.sheet.name))
    assumed = [(load.sheet, load.table.id) for load in loads if load.dated]
    every = [(load.sheet, load.table.id) for load in loads]
    notices += settle_dates([family for family, _ in done], assumed, every, branches, interview, as_of)
    asked = interview.open.values()
    notices += [Notice("blank_flags", *q.places[0], q.labels) for q in asked if q.kind == "blank"]
    return LoadPlan(
        tuple(loads), tuple(notices), tuple(q for q in asked if q.blocking), tuple(refused),
        tuple(q for q in asked if not q.blocking), tuple(done), frozenset(interview.answered), _returned(files),
    )  # fmt: skip


def _readable(
    sources: Sequence[Source], files: Files, interview: Interview
) -> tuple[list[Family], list[Sheet], list[Refused]]:
    """Sheets by the way they are read, those that a mapping leaves out, and the files and sheets that are refused."""
    found, skipped, refused = families(sources, files)
    found = [without_forbidden(one, interview) for one in found]
    refused += forbidden_files([*(s for family in found for s in family.sheets), *skipped])
    gone = {each.path for each in refused}
    found = _kept(found, lambda sheet: sheet.path not in gone)
    double = {sheet: error for one in found for sheet in one.sheets if (error := find_second_table(sheet))}
    refused += [Refused(sheet.path, sheet.name, "", str(error)) for sheet, error in double.items()]
    return _kept(found, lambda sheet: sheet not in double), [s for s in skipped if s.path not in gone], refused


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
    if len(refused) == len(errors) == 1:
        return errors[0]
    return NothingReadable(path=sources[0].path.parent, listed="\n".join(f"- {each}" for each in refused))


def _tables(
    found: Sequence[Family], interview: Interview, as_of: dt.date | None
) -> tuple[dict[str, list[str]], list[Notice]]:
    """Tables that each layout feeds, by its key."""
    tables: dict[str, list[str]] = {}
    notices: list[Notice] = []
    chosen = {one.key: choose(one, dated=dated(one, as_of)) for one in found if one.mapping is None}
    feeding = {s.path for one in found if one.mapping or chosen[one.key][0] for s in one.sheets}
    for one in found:
        if one.mapping is not None:
            tables[one.key] = list(one.mapping.tables)
            continue
        table, question, hardly = chosen[one.key]
        if question and hardly and all(s.path in feeding for s in one.sheets):
            notices += [Notice("sheet_skipped", *s.names, s.headers) for s in one.sheets]
        elif question:
            table = interview.ask(question) or IGNORE
        tables[one.key] = [table] if table and table != IGNORE else []
    return tables, notices


def _accompany(
    found: Sequence[Family], tables: dict[str, list[str]], branches: Mapping[str, str], as_of: dt.date | None
) -> None:
    """Add the other tables that sheets of customers and months also are, and no sheet feeds by itself."""
    fed = {table for given in tables.values() for table in given}
    for one in found:
        if one.mapping is None and tables[one.key]:
            named = bool(origins(one.sheets, branches))
            more = companions(one, tables[one.key][0], fed, branch=named, dated=dated(one, as_of))
            tables[one.key] += more
            fed |= set(more)


def _read(matching: Matching, tables: Sequence[str], as_of: dt.date | None) -> tuple[Reading, ...]:
    has_date = dated(matching.family, as_of)
    found: Tables = {}
    likely: Mapping[str, str] = {}
    if matching.family.mapping is not None:
        found = from_mapping(matching, dated=has_date)
    elif tables:
        found, likely = without_mapping(matching, tables, dated=has_date)
    return tuple(read(matching, found, likely))


def _branches(readings: Sequence[Reading], files: Files) -> dict[str, str]:
    """Ids and names of the branch table, each with its id."""
    known: dict[str, str] = {}
    for reading in readings:
        cells = reading.tables.get("branch", {})
        headers = reading.sheet.headers
        at, named = (
            certain_position(headers, cells[c]) if c in cells else None for c in (col.BRANCH_ID, col.BRANCH_NAME)
        )
        if at is not None and named is not None and "customer" not in reading.tables:
            for row in files.rows(reading.sheet):
                known |= {text: row[at] for text in (row[at], row[named]) if text and row[at]}
    return known


def _loads(family: Family, reading: Reading, branches: Mapping[str, str], as_of: dt.date | None) -> Iterator[Load]:
    """Loads of one sheet; none of one whose name was said to be no branch."""
    sheet, confirmed = reading.sheet, family.mapping.confirmed if family.mapping else None
    for table, cells in reading.tables.items():
        day = sheet.layout.as_of or as_of
        named = {c: resolved(cell, sheet, branches) for c, cell in cells.items() if cell.named_by}
        if not cells or "" in named.values():
            continue
        given = {**cells, **{column: Cell(value=branch or "") for column, branch in named.items()}}
        known, assumed = schema()[table].columns, False
        date = known.get(col.AS_OF)
        if date and date.need != "M":  # whatever has no key is told apart by its file's date: no holding twice
            day = None if schema()[table].grain else sheet.layout.as_of
        if day and date and col.AS_OF not in cells:
            given[col.AS_OF] = Cell(value=day.isoformat())
            assumed = sheet.layout.as_of is None
        fields = []
        for column in filter(given.__contains__, known):
            at = certain_position(sheet.headers, given[column])
            if at is not None or given[column].column is None:
                header = sheet.headers[at] if at is not None else ""
                unit, stated_by = unit_of(known[column], given[column], header, sheet)
                currency = currency_of(known[column], header, sheet)
                fields.append(Field(known[column], given[column], at, POWERS.get(unit, 0), unit, stated_by, currency))
        yield Load(sheet, schema()[table], tuple(fields), assumed, confirmed)


def _noted(family: Family, readings: Sequence[Reading]) -> list[Notice]:
    """What a person should know of the labels of a layout: not used, perhaps something, changed."""
    notices = []
    mapping = family.mapping
    for reading in readings:
        sheet, likely = reading.sheet, reading.likely
        used = used_positions(sheet.headers, reading.tables) | sheet.grid.left_out
        left = [h for i, h in enumerate(sheet.headers) if i not in used and h not in reading.ignored]
        left = left if reading.tables else []
        given: dict[str, tuple[str, ...]] = {
            "columns_left_out": sheet.left_out,
            "ignored_columns": tuple(h for h in left if h not in likely),
            "ignored_likely": tuple(f"{h} → {likely[h]}" for h in left if h in likely),
        }
        if mapping and mapping.headers is not None:
            found = changes(mapping.headers, sheet.headers, (mapping.header_row, sheet.header_row))
            given["layout_changed"] = tuple(found.lines())
        if mapping and not reading.tables:
            given["sheet_skipped"] = sheet.headers
        notices += [Notice(kind, *sheet.names, names) for kind, names in given.items() if names]
    return notices
