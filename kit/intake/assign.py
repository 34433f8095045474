"""Which label of a sheet feeds which column of a table: exact names, answers, settled meanings; the rest is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kit import columns as col
from kit.intake import propose
from kit.intake.branches import origins
from kit.intake.choose import lacking
from kit.intake.labels import labelled, settled
from kit.intake.mapping import Cell
from kit.intake.questions import IGNORE, Candidate, Evidence, Interview, Question
from kit.intake.sources import Family, Files
from kit.intake.values import examples, fit
from kit.schema import Meaning, normalise, schema

__all__ = ["Desk", "by_labels", "cell_at", "from_answer", "give", "gone", "label_at", "needed", "position_of"]


@dataclass(slots=True)
class Desk:
    """What lies on the table while one layout is read: its sheets, the files, the questions, the known branches."""

    family: Family
    files: Files
    interview: Interview
    branches: Mapping[str, str] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)  # table.column that an open question may still give
    extra: dict[str, dict[str, Cell]] = field(default_factory=dict)  # what answers give to other tables

    def examples(self, position: int) -> tuple[str, ...]:
        """Shapes of a column's values, or its common codes."""
        return examples(self.files.column(self.family.first, position))

    def question(self, kind: str, name: str, **facts: object) -> Question:
        """Return a question about this layout; ``name`` tells it from others of its kind."""
        given = {"places": self.family.places, **facts}
        return Question(kind, f"{self.family.key}/{kind}/{name}", **given)  # type: ignore[arg-type]  # checked by its class


def label_at(headers: tuple[str, ...], position: int) -> str:
    """Label of a column as it is answered: with its number among several of one name (性别#2)."""
    same = [i for i, header in enumerate(headers) if header == headers[position]]
    return headers[position] if len(same) == 1 else f"{headers[position]}#{same.index(position) + 1}"


def cell_at(headers: tuple[str, ...], position: int, meaning: str | None = None) -> Cell:
    """Return the cell of a mapping that names the column at a position."""
    same = [i for i, header in enumerate(headers) if header == headers[position]]
    nth = same.index(position) + 1 if len(same) > 1 else None
    return Cell(column=headers[position], nth=nth, meaning=meaning)


def position_of(headers: tuple[str, ...], cell: Cell) -> int | list[int] | None:
    """Position of a cell's label: as written, else as normalised if that fits one only; all of them if it fits more."""
    name = (cell.column or "").strip()
    same = [i for i, header in enumerate(headers) if header == name]
    same = same or [i for i, header in enumerate(headers) if normalise(header)[0] == normalise(name)[0]]
    if cell.nth is not None:
        return same[cell.nth - 1] if cell.nth <= len(same) else None
    return same[0] if len(same) == 1 else same or None


def from_answer(headers: tuple[str, ...], answer: str) -> Cell | None:
    """Cell that an answer stands for: a label, ``=`` and a constant, the name of sheet or file; None to do without."""
    if answer == IGNORE:
        return None
    if answer[0] == "=":
        return Cell(value=answer[1:])
    for position in range(len(headers)):
        if answer in {label_at(headers, position), headers[position]}:
            return cell_at(headers, position)
    if answer in {"sheet", "file"}:
        return Cell.model_validate({"from": answer})
    return Cell(column=answer)


def by_labels(desk: Desk, table: str, given: Mapping[str, Cell], *, only: set[str] | None = None) -> dict[str, Cell]:
    """Cells of a table: those ``given`` by answers, exact labels, then ambiguous ones, of the columns ``only``."""
    headers, cells = desk.family.first.headers, dict(given)
    labels = labelled(headers, table)
    for column, positions in labels.exact.items():
        if column not in cells and (only is None or column in only):
            cells |= _preferred(desk, table, column, positions)
    for certain in (True, False):
        for position, meanings in labels.ambiguous.items():
            if position not in desk.ignored and (only is None or only & {m.column for m in meanings}):
                _ambiguous(desk, table, position, meanings, cells, certain=certain)
    return cells


def _preferred(desk: Desk, table: str, column: str, positions: tuple[int, ...]) -> dict[str, Cell]:
    """Cell of the header that is the column's own label, among several that name it; else a question."""
    headers, target = desk.family.first.headers, schema()[table].columns[column]
    own = [i for i in positions if normalise(headers[i])[0] == normalise(target.zh)[0]] or list(positions)
    if len(own) > 1:
        answer = desk.interview.ask(_which(desk, "double", table, column, own))
        found = from_answer(headers, answer) if answer else None
        desk.pending |= set() if answer else {f"{table}.{column}"}
        return {column: found} if found else {}
    return {column: cell_at(headers, own[0])}


def _which(desk: Desk, kind: str, table: str, column: str, positions: list[int], label: str = "") -> Question:
    """Question which of some labels a column is."""
    headers, first = desk.family.first.headers, desk.family.first
    found = propose.for_column(
        first, schema()[table].columns[column], positions, lambda at: desk.files.profile(first, at),
        answer=lambda at: label_at(headers, at), least=0.0 if kind == "double" else 0.35,
    )  # fmt: skip
    labels = tuple(label_at(headers, i) for i in positions)
    return desk.question(
        kind, f"{table}.{column}", table=table, column=column, label=label, labels=labels, candidates=found
    )


def _ambiguous(
    desk: Desk, table: str, position: int, meanings: tuple[Meaning, ...], cells: dict[str, Cell], *, certain: bool
) -> None:
    """Settle an ambiguous label by its context, or ask, if a column still wants it."""
    headers = desk.family.first.headers
    wanted = {m.column for m in meanings if m.column} - set(cells)
    used = {position_of(headers, cell) for cell in cells.values() if cell.column} if wanted else set()
    if not wanted or position in {at for at in used if isinstance(at, int)}:
        return
    meaning = settled(desk.family.first, position, meanings)
    if meaning is None and not certain:
        answer = desk.interview.ask(_meaning_question(desk, table, position, meanings))
        if answer is None:
            desk.pending |= {f"{table}.{column}" for column in wanted}
            return
        name, _, said = answer.partition(":")
        meaning = next((m for m in meanings if m.id == said or f"{table}.{m.column}" == name), None)
        if name == IGNORE:
            desk.ignored.add(position)
            return
        if meaning is None:
            give(desk, name, cell_at(headers, position))
    if meaning is not None and meaning.column in wanted:
        cells[meaning.column] = cell_at(headers, position, meaning.id)


def give(desk: Desk, name: str, cell: Cell) -> None:
    """Note that an answer gives a column, ``table.column``, its source."""
    table, _, column = name.partition(".")
    desk.extra.setdefault(table, {})[column] = cell


def _meaning_question(desk: Desk, table: str, position: int, meanings: tuple[Meaning, ...]) -> Question:
    first, found, ranked = desk.family.first, desk.files.profile(desk.family.first, position), []
    told_apart = len({m.column for m in meanings if m.column}) > 1
    for order, meaning in enumerate(meanings):
        target = schema()[table].columns.get(meaning.column)
        fitting = fit(found, target) if target else None
        name = f"{table}.{meaning.column}" if target else IGNORE
        score = round(0.3 + 0.4 * (fitting or 0) - 0.05 * order, 3)
        said = tuple(propose.judged_values(found, target, fitting)) if target and told_apart else ()
        ranked.append(Candidate(f"{name}:{meaning.id}", score, said, meaning))
    evidence = [propose.beside(first, position)]
    if found.filled:
        evidence.insert(0, Evidence("distinct", {"filled": found.filled, "distinct": found.distinct}))
    return desk.question(
        "label", f"{table}/{first.headers[position]}", table=table, label=first.headers[position],
        examples=desk.examples(position), evidence=tuple(evidence),
        candidates=tuple(sorted(ranked, key=lambda one: -one.score)),
        meaning=meanings[0],
    )  # fmt: skip


def needed(desk: Desk, table: str, cells: dict[str, Cell], *, dated: bool) -> None:
    """Ask for each column that the table needs and has not, unless a question that is open may still give it."""
    headers = desk.family.first.headers
    pending = {name.partition(".")[2] for name in desk.pending if name.startswith(f"{table}.")}
    used = {position_of(headers, cell) if cell.column else None for cell in cells.values()}
    free = [i for i in range(len(headers)) if i not in used]
    for column in lacking(table, set(cells) | pending, dated=dated):
        question = _which(desk, "date" if column == col.AS_OF else "column", table, column, free)
        if column == col.BRANCH_ID:
            named = origins(desk.family.sheets, desk.branches)
            ranked = sorted([*named, *question.candidates], key=lambda one: -one.score)
            question = replace(question, candidates=tuple(ranked[: propose.AT_MOST]))
        answer = desk.interview.ask(question)
        if answer and (cell := from_answer(headers, answer)):
            cells[column] = cell
    day = desk.interview.answers.get(f"{desk.family.key}/date/{table}.{col.AS_OF}")
    if day and col.AS_OF not in cells and (cell := from_answer(headers, day)):
        desk.interview.answered.add(f"{desk.family.key}/date/{table}.{col.AS_OF}")
        cells[col.AS_OF] = cell


def gone(desk: Desk, table: str, column: str, cell: Cell) -> Cell | None:
    """Cell of a column whose confirmed label is gone or stands twice now, as it is answered; None to do without."""
    headers = desk.family.first.headers
    at = position_of(headers, cell)
    if isinstance(at, list):
        question = _which(desk, "double", table, column, at)
    else:
        question = _which(desk, "gone", table, column, list(range(len(headers))), label=cell.column or "")
    answer = desk.interview.ask(question)
    if answer is None:
        desk.pending.add(f"{table}.{column}")
    found = from_answer(headers, answer) if answer else None
    if found is None or found.column is None:
        return found
    return cell.model_copy(update={"column": found.column, "nth": found.nth})
