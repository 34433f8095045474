"""How the sheets of one layout are read: a cell of a mapping for each column of each table that they feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kit import columns as col
from kit.intake import propose, units
from kit.intake.assign import Desk, by_labels, cell_at, give, gone, needed, position_of
from kit.intake.branches import branch_of, close, name_of
from kit.intake.grid import Sheet
from kit.intake.labels import labelled
from kit.intake.mapping import POWERS, Cell
from kit.intake.questions import IGNORE
from kit.messages import listed
from kit.schema import normalise, schema

__all__ = ["Reading", "Tables", "from_mapping", "read", "resolved", "without_mapping"]

Tables = dict[str, dict[str, Cell]]
_ROWS = 200  # for the units: enough to judge by


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sheet feeds; ``ignored`` are labels that were said to feed nothing, ``likely`` what others may be."""

    sheet: Sheet
    tables: Mapping[str, Mapping[str, Cell]]
    ignored: tuple[str, ...] = ()
    likely: Mapping[str, str] | None = None


def without_mapping(desk: Desk, tables: Sequence[str], *, dated: bool) -> tuple[Tables, dict[str, str]]:
    """Cells of a sheet that its labels explain, and for each label that is not used the column that it may be."""
    found: Tables = {}
    for table in tables:
        only = None if table == tables[0] or _one_month(desk) else {c.id for c in schema()[table].mandatory}
        found[table] = by_labels(desk, table, {}, only=only)
        if table == "branch" and col.BRANCH_ID in found.get("customer", {}):
            found[table][col.BRANCH_ID] = found["customer"][col.BRANCH_ID]
        pending = {f"branch.{col.BRANCH_ID}"} if f"customer.{col.BRANCH_ID}" in desk.pending else set()
        desk.pending |= pending if table == "branch" else set()
        needed(desk, table, found[table], dated=dated)
    likely = _unused(desk, found)
    for table, cells in desk.extra.items():
        only = {c.id for c in (*schema()[table].mandatory, *schema()[table].either)}
        found[table] = {**(found.get(table) or by_labels(desk, table, {}, only=only)), **cells}
        needed(desk, table, found[table], dated=dated)
    return found, likely


def _one_month(desk: Desk) -> bool:
    """Whether a sheet holds one month, so that its rows are customers too."""
    at = labelled(desk.family.first.headers, "customer_month").exact.get(col.AS_OF)
    return len(desk.family.sheets) == 1 and (not at or desk.files.profile(desk.family.first, at[0]).distinct <= 1)


def _used(headers: tuple[str, ...], tables: Tables) -> set[int]:
    found = (position_of(headers, cell) for cells in tables.values() for cell in cells.values() if cell.column)
    return {at for at in found if isinstance(at, int)}


def _unused(desk: Desk, tables: Tables) -> dict[str, str]:
    """Offer the columns that each label that is not used may be; answers go to ``desk.extra``."""
    first, likely = desk.family.first, {}
    taken = [f"{table}.{column}" for table, cells in tables.items() for column in cells]
    free = set(range(len(first.headers))) - _used(first.headers, tables) - first.grid.left_out
    for position in sorted(free - desk.ignored):
        found = propose.for_label(
            first, position, desk.files.profile(first, position), home=tuple(tables), taken=[*taken, *desk.pending]
        )
        if found:
            header = first.headers[position]
            likely[header] = found[0].answer
            answer = desk.interview.ask(
                desk.question(
                    "use", header, label=header, examples=desk.examples(position), candidates=found, blocking=False
                )
            )
            if answer == IGNORE:
                desk.ignored.add(position)
            elif answer:
                give(desk, answer, cell_at(first.headers, position))
    return likely


def from_mapping(desk: Desk, *, dated: bool) -> Tables:
    """Cells of a mapping; a label that is gone or stands twice is asked for, and a column that is lacking."""
    mapping, found = desk.family.mapping, {}
    assert mapping is not None
    headers = desk.family.first.headers
    for table, given in mapping.tables.items():
        cells = {}
        for column, cell in given.items():
            lost = cell.column is not None and not isinstance(position_of(headers, cell), int)
            kept = gone(desk, table, column, cell) if lost else _restated(cell, headers)
            if kept is not None:
                cells[column] = kept
        needed(desk, table, cells, dated=dated)
        found[table] = cells
    desk.ignored |= {i for i, header in enumerate(headers) if header in mapping.ignored}
    return found


def _restated(cell: Cell, headers: tuple[str, ...]) -> Cell:
    """Cell without its unit, if the label it was confirmed with has another one in brackets now."""
    at = position_of(headers, cell) if cell.column and cell.unit else None
    if not isinstance(at, int) or headers[at] == (cell.column or "").strip():
        return cell
    before, now = normalise(cell.column or "")[1], normalise(headers[at])[1]
    return cell.model_copy(update={"unit": None}) if now in POWERS and before != now else cell


def read(desk: Desk, tables: Tables, likely: Mapping[str, str]) -> list[Reading]:
    """Readings of each sheet, once branches that names tell and doubtful units are settled."""
    for cells in tables.values():
        for column, cell in cells.items():
            if cell.named_by:
                cells[column] = _named(desk, cell)
    alone = _units(desk, tables)
    headers = desk.family.first.headers
    ignored = tuple(headers[i] for i in sorted(desk.ignored - _used(headers, tables)))
    return [
        Reading(
            sheet,
            {
                table: {
                    c: cell.model_copy(update={"unit": alone.get((sheet, table, c), cell.unit)})
                    for c, cell in cells.items()
                }
                for table, cells in tables.items()
            },
            ignored,
            likely,
        )
        for sheet in desk.family.sheets
    ]


def _named(desk: Desk, cell: Cell) -> Cell:
    """Cell with a branch for each name that the branch table does not tell."""
    assert cell.named_by is not None
    values = dict(cell.values or {})
    for sheet in desk.family.sheets:
        name = name_of(sheet, cell.named_by)
        if name not in values and branch_of(name, desk.branches) is None:
            question = desk.question("branch", name, label=name, candidates=close(name, desk.branches))
            answer = desk.interview.ask(replace(question, places=((sheet.path.name, sheet.name),)))
            if answer is not None:
                values[name] = "" if answer == IGNORE else answer.removeprefix("=")
    return cell.model_copy(update={"values": values or None})


def resolved(cell: Cell, sheet: Sheet, branches: Mapping[str, str]) -> str | None:
    """Branch id that the name of a sheet or its file tells; empty for one that is no branch, None if it is open."""
    assert cell.named_by is not None
    name = name_of(sheet, cell.named_by)
    given = (cell.values or {}).get(name)
    return branch_of(name, branches) if given is None else given


def _units(desk: Desk, tables: Tables) -> dict[tuple[Sheet, str, str], str]:
    """Ask for doubtful units: an answer for all sheets goes into the cells, others are returned by sheet and column."""
    alone: dict[tuple[Sheet, str, str], str] = {}
    for table, cells in tables.items():
        for doubt in units.doubts(_amounts(desk, table, cells)):
            one, shared = doubt.columns[0], [c for c in doubt.columns if c.column.id in cells]
            place = (one.sheet.path.name, one.sheet.name)
            name = f"{table}.{one.column.id}" + ("/".join(("", *place)) if doubt.alone else "")
            question = desk.question(
                "unit", name, table=table, column=one.column.id, label=listed(tuple(c.label for c in shared)),
                candidates=doubt.candidates,
            )  # fmt: skip
            answer = desk.interview.ask(replace(question, places=(place,)) if doubt.alone else question)
            for each in shared if answer else ():
                if doubt.alone:
                    alone[one.sheet, table, each.column.id] = str(answer)
                else:
                    cells[each.column.id] = cells[each.column.id].model_copy(update={"unit": answer})
    return alone


def _amounts(desk: Desk, table: str, cells: Mapping[str, Cell]) -> list[units.Amounts]:
    found = []
    for sheet in desk.family.sheets:
        for column, cell in cells.items():
            target, at = schema()[table].columns[column], position_of(sheet.headers, cell) if cell.column else None
            if target.type == "money" and isinstance(at, int):
                unit = units.unit_of(target, cell, sheet.headers[at], sheet)
                texts = desk.files.column(sheet, at)[:_ROWS] if unit[1] != "mapping" else []
                found.append(units.amounts(sheet, target, sheet.headers[at], unit, texts))
    return found
