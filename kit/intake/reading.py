"""How the sheets of one layout are read: a cell of a mapping for each column of each table that they feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kit import columns as col
from kit.intake import amount_units, propose
from kit.intake.branches import branch_of, close, name_of
from kit.intake.grid import Sheet
from kit.intake.labels import labelled
from kit.intake.mapping import POWERS, Cell
from kit.intake.matching import Matching, by_labels, cell_at, certain_position, gone, needed, used_positions
from kit.intake.questions import IGNORE, Candidate
from kit.intake.values import is_one_sided
from kit.messages import listed
from kit.schema import normalise, schema

Tables = dict[str, dict[str, Cell]]
_ROWS = 200  # for the units: enough to judge by


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sheet feeds; ``ignored`` are labels that were said to feed nothing, ``likely`` what others may be."""

    sheet: Sheet
    tables: Mapping[str, Mapping[str, Cell]]
    ignored: tuple[str, ...]
    likely: Mapping[str, str]


def without_mapping(matching: Matching, tables: Sequence[str], *, dated: bool) -> tuple[Tables, dict[str, str]]:
    """Cells of a sheet that its labels explain, and for each label that is not used the column that it may be."""
    found: Tables = {}
    for table in tables:
        only = None if table == tables[0] or _one_month(matching) else {c.id for c in schema()[table].mandatory}
        found[table] = by_labels(matching, table, {}, only=only)
        if table == "branch" and col.BRANCH_ID in found.get("customer", {}):
            found[table][col.BRANCH_ID] = found["customer"][col.BRANCH_ID]
        pending = {f"branch.{col.BRANCH_ID}"} if f"customer.{col.BRANCH_ID}" in matching.pending else set()
        matching.pending |= pending if table == "branch" else set()
        needed(matching, table, found[table], dated=dated)
    likely = _unused(matching, found)
    for table, cells in matching.extra.items():
        only = {c.id for c in (*schema()[table].mandatory, *schema()[table].either)}
        found[table] = {**(found.get(table) or by_labels(matching, table, {}, only=only)), **cells}
        needed(matching, table, found[table], dated=dated)
    return found, likely


def _one_month(matching: Matching) -> bool:
    """Whether a sheet holds one month, so that its rows are customers too."""
    at = labelled(matching.headers, "customer_month").exact.get(col.AS_OF)
    return len(matching.family.sheets) == 1 and (not at or matching.profile(at[0]).distinct <= 1)


def _unused(matching: Matching, tables: Tables) -> dict[str, str]:
    """Offer the columns that each label that is not used may be; answers go to ``matching.extra``."""
    first, likely = matching.first, {}
    taken = [f"{table}.{column}" for table, cells in tables.items() for column in cells]
    free = set(range(len(first.headers))) - used_positions(first.headers, tables) - first.grid.left_out
    for position in sorted(free - matching.ignored):
        known, header = [*taken, *matching.pending], first.headers[position]
        found = propose.for_label(first, position, matching.profile(position), home=tuple(tables), taken=known)
        if found:
            likely[header] = found[0].answer
            facts = {"label": header, "examples": matching.examples(position), "candidates": found, "blocking": False}
            answer = matching.interview.ask(matching.question("use", header, **facts))
            if answer == IGNORE:
                matching.ignored.add(position)
            elif answer:
                matching.give(answer, cell_at(first.headers, position))
    return likely


def from_mapping(matching: Matching, *, dated: bool) -> Tables:
    """Cells of a mapping; a label that is gone or stands twice is asked for, and a column that is lacking."""
    mapping, found = matching.family.mapping, {}
    assert mapping is not None
    headers = matching.headers
    for table, given in mapping.tables.items():
        cells = {}
        for column, cell in given.items():
            lost = cell.column is not None and certain_position(headers, cell) is None
            kept = gone(matching, table, column, cell) if lost else _restated(cell, headers)
            if kept is not None:
                cells[column] = kept
        needed(matching, table, cells, dated=dated)
        found[table] = cells
    matching.ignored |= {i for i, header in enumerate(headers) if header in mapping.ignored}
    return found


def _restated(cell: Cell, headers: tuple[str, ...]) -> Cell:
    """Cell without its unit, if the label it was confirmed with has another one in brackets now."""
    at = certain_position(headers, cell) if cell.unit else None
    if at is None or headers[at] == (cell.column or "").strip():
        return cell
    before, now = normalise(cell.column or "")[1], normalise(headers[at])[1]
    return cell.model_copy(update={"unit": None}) if now in POWERS and before != now else cell


def read(matching: Matching, tables: Tables, likely: Mapping[str, str]) -> list[Reading]:
    """Readings of each sheet, once branches that names tell and doubtful units are settled."""
    for cells in tables.values():
        for column, cell in cells.items():
            if cell.named_by:
                cells[column] = _named(matching, cell)
    alone = _units(matching, tables)
    _blanks(matching, tables)
    headers = matching.headers
    ignored = tuple(headers[i] for i in sorted(matching.ignored - used_positions(headers, tables)))
    found = []
    for sheet in matching.family.sheets:
        own: Tables = {table: {} for table in tables}
        for table, cells in tables.items():
            for c, cell in cells.items():
                own[table][c] = cell.model_copy(update={"unit": alone.get((sheet, table, c), cell.unit)})
        found.append(Reading(sheet, own, ignored, likely))
    return found


def _named(matching: Matching, cell: Cell) -> Cell:
    """Cell with a branch for each name that the branch table does not tell."""
    assert cell.named_by is not None
    values = dict(cell.values or {})
    for sheet in matching.family.sheets:
        name = name_of(sheet, cell.named_by)
        if name not in values and branch_of(name, matching.branches) is None:
            question = matching.question("branch", name, label=name, candidates=close(name, matching.branches))
            answer = matching.interview.ask(replace(question, places=(sheet.names,)))
            if answer is not None:
                values[name] = "" if answer == IGNORE else answer.removeprefix("=")
    return cell.model_copy(update={"values": values or None})


def resolved(cell: Cell, sheet: Sheet, branches: Mapping[str, str]) -> str | None:
    """Branch id that the name of a sheet or its file tells; empty for one that is no branch, None if it is open."""
    assert cell.named_by is not None
    name = name_of(sheet, cell.named_by)
    given = (cell.values or {}).get(name)
    return branch_of(name, branches) if given is None else given


def _units(matching: Matching, tables: Tables) -> dict[tuple[Sheet, str, str], str]:
    """Ask for doubtful units: an answer for all sheets goes into the cells, others are returned by sheet and column."""
    alone: dict[tuple[Sheet, str, str], str] = {}
    for table, cells in tables.items():
        for doubt in amount_units.doubts(_amounts(matching, table, cells)):
            one, shared = doubt.columns[0], [c for c in doubt.columns if c.column.id in cells]
            place = one.sheet.names
            name = f"{table}.{one.column.id}" + ("/".join(("", *place)) if doubt.alone else "")
            question = matching.question(
                "unit", name, table=table, column=one.column.id, label=listed(tuple(c.label for c in shared)),
                candidates=doubt.candidates,
            )  # fmt: skip
            answer = matching.interview.ask(replace(question, places=(place,)) if doubt.alone else question)
            for each in shared if answer else ():
                if doubt.alone:
                    alone[one.sheet, table, each.column.id] = str(answer)
                else:
                    cells[each.column.id] = cells[each.column.id].model_copy(update={"unit": answer})
    return alone


def _blanks(matching: Matching, tables: Tables) -> None:
    """Ask once what an empty cell means in the flags of a layout whose first rows say yes, or nothing; never no."""
    asked = [
        (table, column, label)
        for table, cells in tables.items()
        for column, cell in cells.items()
        if cell.blank is None
        and (flag := schema()[table].columns[column]).type == "bool"
        and flag.unit != "号码"  # an empty telephone number is none
        and (at := certain_position(matching.headers, cell)) is not None
        and (label := matching.headers[at])
        and is_one_sided([text for sheet in matching.family.sheets for text in matching.files.column(sheet, at)])
    ]
    if asked:
        labels = tuple(dict.fromkeys(label for *_, label in asked))
        answer = matching.interview.ask(matching.question(
            "blank", "flags", label=listed(labels, 30), labels=labels, blocking=False,
            candidates=(Candidate("unknown", 0.6), Candidate("no", 0.4)),
        ))  # fmt: skip
        for table, column, _ in asked if answer else ():
            tables[table][column] = tables[table][column].model_copy(update={"blank": answer})


def _amounts(matching: Matching, table: str, cells: Mapping[str, Cell]) -> list[amount_units.Amounts]:
    found = []
    for sheet in matching.family.sheets:
        for column, cell in cells.items():
            target, at = schema()[table].columns[column], certain_position(sheet.headers, cell)
            if target.type == "money" and at is not None:
                unit = amount_units.unit_of(target, cell, sheet.headers[at], sheet)
                texts = matching.files.column(sheet, at)[:_ROWS] if unit[1] != "mapping" else []
                found.append(amount_units.amounts(sheet, target, sheet.headers[at], unit, texts))
    return found
