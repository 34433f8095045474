"""Which sheet feeds which canonical table, column by column: from a mapping file, else from exact labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Known
from dataclasses import dataclass
from pathlib import Path

from kit import columns as col
from kit.errors import BadMapping, KitError, MissingColumn, MissingFile, language
from kit.intake.mapping import POWERS, Cell, Mapping, load_mapping
from kit.intake.quarantine import Notice
from kit.intake.sniff import DELIMITED, WORKBOOKS, Sheet, sheets, unreadable
from kit.schema import Column, Table, aliases, normalise, schema

__all__ = ["AmbiguousColumn", "Feed", "Field", "Source", "UnknownTable", "find_sources", "plan"]


class UnknownTable(KitError):
    """No canonical table, or more than one, fits the headers of a sheet (path, sheet, available, guess)."""

    zh = (
        "{path}{sheet}：认不出这是哪张表（{guess}）。表头：{available}\n"
        "请在 mapping/ 里写明它的用途，或把它移出 extracts/。"
    )
    en = (
        "{path}{sheet}: which table is this ({guess})? Its headers: {available}\n"
        "Say in mapping/ what it feeds, or move it out of extracts/."
    )


class AmbiguousColumn(KitError):
    """Several headers are names of one canonical column (path, sheet, label, table, column, available)."""

    zh = "{path}{sheet}：{available} 都可以是“{label}”（{table}.{column}）。请在 mapping/ 里写明用哪一列。"
    en = "{path}{sheet}: {available} may each be “{label}” ({table}.{column}). Say in mapping/ which it is."


class MissingSource(MissingFile):
    """A mapping names a file that is not there (path, file, name, known)."""

    zh = "{path}：file 写的“{file}”不存在。{hint}"
    en = "{path}: its file “{file}” is not there. {hint}"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, with the mapping that says how and the mapping's path; without one, labels decide."""

    path: Path
    mapping: Mapping | None = None
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column and where its text comes from; ``power`` of ten turns a source's number into 分."""

    column: Column
    cell: Cell
    position: int | None
    power: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One sheet feeding one table; ``dated`` if its date is the engagement's, for want of one of its own."""

    sheet: Sheet
    table: Table
    fields: tuple[Field, ...]
    dated: bool = False


def find_sources(folder: Path) -> list[Source]:
    """Sources of an engagement folder: what ``mapping/*.yml`` name, then every other file in ``extracts/``.

    Raises
    ------
    MissingFile
        If there is nothing to read, or a mapping names a file that is not there.
    UnreadableFile
        If ``extracts/`` holds a kind of file that cannot be read.
    """
    extracts, found = folder / "extracts", []
    for origin in sorted([*folder.glob("mapping/*.yml"), *folder.glob("mapping/*.yaml")]):
        mapping = load_mapping(origin)
        exact = (folder / mapping.file).resolve()
        paths = [exact] if exact.is_file() else _matching(extracts, mapping.file)
        if not paths:
            known = [p.name for p in sorted(extracts.glob("*"))]
            raise MissingSource(path=origin, file=mapping.file, name=Path(mapping.file).name, known=known)
        found += [Source(path, mapping, origin) for path in paths]
    mapped = {source.path for source in found}
    for path in sorted(p.resolve() for p in extracts.glob("*") if p.is_file() and p.name[0] not in ".~"):
        if path.suffix.lower() not in DELIMITED | WORKBOOKS:
            raise unreadable(path, "现在能读 csv、txt、xlsx、xls", "what can be read is csv, txt, xlsx and xls")
        if path not in mapped:
            found.append(Source(path))
    if not found:
        need = "把银行给的 csv 或 xlsx 文件放在这里" if language() == "zh" else "put the bank's csv or xlsx files here"
        raise MissingFile(path=extracts, need=need)
    return found


def _matching(extracts: Path, pattern: str) -> list[Path]:
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return []
    return sorted(path.resolve() for path in extracts.glob(pattern) if path.is_file())


def plan(sources: Sequence[Source], as_of: dt.date | None) -> tuple[list[Feed], list[Notice]]:
    """Feeds in the order in which their tables refer to each other, and what a person should know.

    ``as_of`` dates a monthly table that has no date column of its own, if one sheet alone feeds it.
    """
    feeds: list[Feed] = []
    notices: list[Notice] = []
    for source in sources:
        opened = _open(source)
        for sheet in opened:
            made = _feeds_of(source, sheet, as_of, must=len(opened) == 1)
            feeds += made
            if not made:
                notices.append(Notice("sheet_skipped", sheet.path.name, sheet.name, sheet.headers))
        if all(feed.sheet not in opened for feed in feeds):
            raise _unknown(opened[0], ())
    place = {table: i for i, table in enumerate(schema())}
    feeds.sort(key=lambda feed: (place[feed.table.id], str(feed.sheet.path), feed.sheet.name))
    for feed in feeds:
        if feed.dated:
            if sum(other.table is feed.table for other in feeds) > 1:
                raise _missing(feed.sheet, feed.table.columns[col.AS_OF])
            notices.append(Notice("as_of_assumed", feed.sheet.path.name, feed.sheet.name, (str(as_of),)))
    return feeds, [*notices, *_ignored(feeds)]


def _open(source: Source) -> list[Sheet]:
    mapping = source.mapping
    if mapping is None:
        return sheets(source.path)
    found = sheets(source.path, coding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
    return found[:1]


def _feeds_of(source: Source, sheet: Sheet, as_of: dt.date | None, *, must: bool) -> list[Feed]:
    if source.mapping is None or source.origin is None:
        feed = _by_labels(sheet, as_of, must=must)
        return [feed] if feed else []
    return [
        _feed(sheet, schema()[table], _mapped_fields(source.origin, sheet, table, cells), as_of)
        for table, cells in source.mapping.tables.items()
    ]


def _mapped_fields(origin: Path, sheet: Sheet, table: str, cells: Known[str, Cell]) -> list[Field]:
    fields = []
    for column_id, cell in cells.items():
        position = None
        if cell.column is not None:
            place = f"tables.{table}.{column_id}"
            position = _position(sheet, cell.column)
            if position is None:
                raise BadMapping(path=origin, place=place, name=cell.column, known=sheet.headers)
        fields.append(_field(schema()[table].columns[column_id], cell, position, sheet))
    return fields


def _position(sheet: Sheet, name: str) -> int | None:
    """Column of a sheet by its header as written, else as normalised if that fits one header only."""
    if name.strip() in sheet.headers:
        return sheet.headers.index(name.strip())
    fitting = [i for i, header in enumerate(sheet.headers) if normalise(header)[0] == normalise(name)[0]]
    return fitting[0] if len(fitting) == 1 else None


def _field(column: Column, cell: Cell, position: int | None, sheet: Sheet) -> Field:
    hint = normalise(sheet.headers[position])[1] if position is not None else ""
    unit = cell.unit or (hint if hint in POWERS else "") or column.unit
    return Field(column, cell, position, POWERS.get(unit, 2) if column.type == "money" else 0)


def _by_labels(sheet: Sheet, as_of: dt.date | None, *, must: bool) -> Feed | None:
    """Feed of the table that knows most of the headers and misses none that it needs.

    Of two that know as many, the one that needs more of them: a customer number and a branch are a customer, though
    an assignment might have both too. What then is still open is a question.
    """
    known = {table: _labelled(sheet, table) for table in schema()}
    lacking = {table: _lacking(schema()[table], set(known[table]), dated=as_of is not None) for table in known}
    best = max(len(found) for found in known.values())
    fitting = [table for table, found in known.items() if len(found) == best]
    complete = [table for table in fitting if not lacking[table]]
    if not complete:
        if not must:
            return None
        raise _missing(sheet, lacking[fitting[0]][0]) if 2 * best >= len(sheet.headers) else _unknown(sheet, ())
    needs = max(len(schema()[table].mandatory) for table in complete)
    best_tables = [table for table in complete if len(schema()[table].mandatory) == needs]
    if len(best_tables) > 1:
        raise _unknown(sheet, best_tables)
    table = schema()[best_tables[0]]
    fields = []
    for column_id, positions in known[table.id].items():
        header = sheet.headers[_preferred(sheet, table.columns[column_id], positions)]
        fields.append(_field(table.columns[column_id], Cell(column=header), sheet.headers.index(header), sheet))
    return _feed(sheet, table, fields, as_of)


def _labelled(sheet: Sheet, table: str) -> dict[str, list[int]]:
    """Positions of the headers that name each column of a table."""
    found: dict[str, list[int]] = {}
    for position, header in enumerate(sheet.headers):
        column = aliases(table).get(normalise(header)[0])
        if column is not None:
            found.setdefault(column.id, []).append(position)
    return found


def _preferred(sheet: Sheet, column: Column, positions: list[int]) -> int:
    """Position of the header that is the column's own label, among several that name it."""
    own = [i for i in positions if normalise(sheet.headers[i])[0] == normalise(column.zh)[0]] or positions
    if len(own) > 1:
        raise AmbiguousColumn(
            path=sheet.path,
            sheet=sheet.place,
            label=column.label(language()),
            table=column.table,
            column=column.id,
            available=_listed(sheet.headers[i] for i in own),
        )
    return own[0]


def _feed(sheet: Sheet, table: Table, fields: list[Field], as_of: dt.date | None) -> Feed:
    have = {field.column.id for field in fields}
    lacking = _lacking(table, have, dated=as_of is not None)
    if lacking:
        raise _missing(sheet, lacking[0])
    dates = table.columns.get(col.AS_OF)
    dated = dates is not None and dates.need == "M" and col.AS_OF not in have
    if dates is not None and dated:
        fields = [*fields, _field(dates, Cell(value=str(as_of)), None, sheet)]
    order = list(table.columns)
    return Feed(sheet, table, tuple(sorted(fields, key=lambda field: order.index(field.column.id))), dated)


def _lacking(table: Table, have: set[str], *, dated: bool) -> list[Column]:
    lacking = [c for c in table.mandatory if c.id not in have and not (dated and c.id == col.AS_OF)]
    if table.either and not any(column.id in have for column in table.either):
        lacking.append(table.either[0])
    return lacking


def _ignored(feeds: list[Feed]) -> list[Notice]:
    used: dict[Sheet, set[int]] = {}
    for feed in feeds:
        used.setdefault(feed.sheet, set()).update(f.position for f in feed.fields if f.position is not None)
    return [
        Notice("ignored_columns", sheet.path.name, sheet.name, left)
        for sheet, positions in used.items()
        if (left := tuple(header for i, header in enumerate(sheet.headers) if i not in positions))
    ]


def _listed(names: Iterable[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(names)


def _missing(sheet: Sheet, column: Column) -> MissingColumn:
    return MissingColumn(
        path=sheet.path,
        sheet=sheet.place,
        column=column.id,
        label=column.label(language()),
        table=column.table,
        name=column.zh,
        known=sheet.headers,
        available=_listed(sheet.headers),
    )


def _unknown(sheet: Sheet, fitting: Sequence[str]) -> UnknownTable:
    guess = _listed(schema()[table].label(language()) for table in fitting)
    return UnknownTable(
        path=sheet.path,
        sheet=sheet.place,
        available=_listed(sheet.headers),
        guess=guess or ("没有一张表对得上" if language() == "zh" else "no table fits"),
    )
