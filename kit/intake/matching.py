"""Which label of a sheet feeds which column of a table: exact names, answers, settled meanings; the rest is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kit import columns as col
from kit.intake import propose
from kit.intake.branches import origins
from kit.intake.choose import lacking
from kit.intake.grid import Sheet
from kit.intake.labels import labelled, settled
from kit.intake.mapping import Cell
from kit.intake.questions import IGNORE, Candidate, Evidence, Interview, Question
from kit.intake.sources import Family, Files
from kit.intake.values import Profile, examples, fit
from kit.schema import Meaning, normalise, schema


@dataclass(slots=True)
class Matching:
    """The state of matching one layout: its sheets, the files, the questions, the known branches."""

    family: Family
    files: Files
    interview: Interview
    branches: Mapping[str, str] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)  # table.column that an open question may still give
    extra: dict[str, dict[str, Cell]] = field(default_factory=dict)  # what answers give to other tables

    @property
    def first(self) -> Sheet:
        """The sheet that stands for all of them."""
        return self.family.first

    @property
    def headers(self) -> tuple[str, ...]:
        """Labels of the layout."""
        return self.first.headers

    def profile(self, position: int) -> Profile:
        """Return what the text of a column looks like."""
        return self.files.profile(self.first, position)

    def examples(self, position: int) -> tuple[str, ...]:
        """Shapes of a column's values, or its common codes."""
        return examples(self.files.column(self.first, position))

    def ask(self, question: Question, *columns: str) -> str | None:
        """Return the answer; without one, ``columns`` are pending."""
        answer = self.interview.ask(question)
        self.pending |= set(columns) if answer is None else set()
        return answer

    def give(self, name: str, cell: Cell) -> None:
        """Note that an answer gives a column, ``table.column``, its source."""
        table, _, column = name.partition(".")
        self.extra.setdefault(table, {})[column] = cell

    def question(self, kind: str, name: str, **facts: object) -> Question:
        """Return a question about this layout; ``name`` tells it from others of its kind."""
        given = {"places": self.family.places, **facts}
        return Question(kind, f"{self.family.key}/{kind}/{name}", **given)  # type: ignore[arg-type]  # checked by its class


def label_at(headers: tuple[str, ...], position: int) -> str:
    """Label of a column as it is answered: with its number among several of one name (性别#2)."""
    nth = cell_at(headers, position).nth
    return f"{headers[position]}#{nth}" if nth else headers[position]


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


def certain_position(headers: tuple[str, ...], cell: Cell) -> int | None:
    """Position of the one label that a cell names; None for a cell without a label, or if it fits none or several."""
    at = position_of(headers, cell) if cell.column is not None else None
    return at if isinstance(at, int) else None


def used_positions(headers: tuple[str, ...], tables: Mapping[str, Mapping[str, Cell]]) -> set[int]:
    """Positions of the labels that feed something."""
    found = (certain_position(headers, cell) for cells in tables.values() for cell in cells.values())
    return {at for at in found if at is not None}


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


def by_labels(
    matching: Matching, table: str, given: Mapping[str, Cell], *, only: set[str] | None = None
) -> dict[str, Cell]:
    """Cells of a table: those ``given`` by answers, exact labels, then ambiguous ones, of the columns ``only``."""
    cells, labels = dict(given), labelled(matching.headers, table)
    for column, positions in labels.exact.items():
        if column not in cells and (only is None or column in only):
            cells |= _preferred(matching, table, column, positions)
    for certain in (True, False):
        for position, meanings in labels.ambiguous.items():
            if position not in matching.ignored and (only is None or only & {m.column for m in meanings}):
                _ambiguous(matching, table, position, meanings, cells, certain=certain)
    return cells


def _preferred(matching: Matching, table: str, column: str, positions: tuple[int, ...]) -> dict[str, Cell]:
    """Cell of the header that is the column's own label, among several that name it; else a question."""
    headers, target = matching.headers, schema()[table].columns[column]
    own = [i for i in positions if normalise(headers[i])[0] == normalise(target.zh)[0]] or list(positions)
    if len(own) > 1:
        answer = matching.ask(_which(matching, "double", table, column, own), f"{table}.{column}")
        found = from_answer(headers, answer) if answer else None
        return {column: found} if found else {}
    return {column: cell_at(headers, own[0])}


def _which(matching: Matching, kind: str, table: str, column: str, positions: list[int], label: str = "") -> Question:
    """Question which of some labels a column is."""
    headers, target = matching.headers, schema()[table].columns[column]
    found = propose.for_column(
        matching.first, target, positions, matching.profile,
        answer=lambda at: label_at(headers, at), least=0.0 if kind == "double" else 0.35,
    )  # fmt: skip
    given = {"label": label, "labels": tuple(label_at(headers, i) for i in positions), "candidates": found}
    return matching.question(kind, f"{table}.{column}", table=table, column=column, **given)


def _ambiguous(
    matching: Matching,
    table: str,
    position: int,
    meanings: tuple[Meaning, ...],
    cells: dict[str, Cell],
    *,
    certain: bool,
) -> None:
    """Settle an ambiguous label by its context, or ask, if a column still wants it."""
    headers = matching.headers
    wanted = {m.column for m in meanings if m.column} - set(cells)
    if not wanted or position in used_positions(headers, {table: cells}):
        return
    meaning = settled(matching.first, position, meanings)
    if meaning is None and not certain:
        question = _meaning_question(matching, table, position, meanings)
        answer = matching.ask(question, *(f"{table}.{column}" for column in wanted))
        if answer is None:
            return
        name, _, meant = answer.partition(":")
        meaning = next((m for m in meanings if m.id == meant or f"{table}.{m.column}" == name), None)
        if name == IGNORE:
            matching.ignored.add(position)
            return
        if meaning is None:
            matching.give(name, cell_at(headers, position))
    if meaning is not None and meaning.column in wanted:
        cells[meaning.column] = cell_at(headers, position, meaning.id)


def _meaning_question(matching: Matching, table: str, position: int, meanings: tuple[Meaning, ...]) -> Question:
    first, found, ranked = matching.first, matching.profile(position), []
    several = len({m.column for m in meanings if m.column}) > 1
    for order, meaning in enumerate(meanings):
        target = schema()[table].columns.get(meaning.column)
        fitting = fit(found, target) if target else None
        name = f"{table}.{meaning.column}" if target else IGNORE
        score = round(0.3 + 0.4 * (fitting or 0) - 0.05 * order, 3)
        why = tuple(propose.judged_values(found, target, fitting)) if target and several else ()
        ranked.append(Candidate(f"{name}:{meaning.id}", score, why, meaning))
    evidence = [propose.beside(first, position)]
    if found.filled:
        evidence.insert(0, Evidence("distinct", {"filled": found.filled, "distinct": found.distinct}))
    return matching.question(
        "label", f"{table}/{first.headers[position]}", table=table, label=first.headers[position],
        examples=matching.examples(position), evidence=tuple(evidence),
        candidates=tuple(sorted(ranked, key=lambda one: -one.score)),
        meaning=meanings[0],
    )  # fmt: skip


def needed(matching: Matching, table: str, cells: dict[str, Cell], *, dated: bool) -> None:
    """Ask for each column that the table needs and has not, unless a question that is open may still give it."""
    headers = matching.headers
    pending = {name.partition(".")[2] for name in matching.pending if name.startswith(f"{table}.")}
    used = used_positions(headers, {table: cells})
    free = [i for i in range(len(headers)) if i not in used]
    for column in lacking(table, set(cells) | pending, dated=dated):
        question = _which(matching, "date" if column == col.AS_OF else "column", table, column, free)
        if column == col.BRANCH_ID:
            named = origins(matching.family.sheets, matching.branches)
            ranked = sorted([*named, *question.candidates], key=lambda one: -one.score)
            question = replace(question, candidates=tuple(ranked[: propose.AT_MOST]))
        answer = matching.interview.ask(question)
        if answer and (cell := from_answer(headers, answer)):
            cells[column] = cell
    key = f"{matching.family.key}/date/{table}.{col.AS_OF}"
    day = matching.interview.answers.get(key)
    if day and col.AS_OF not in cells and (cell := from_answer(headers, day)):
        matching.interview.answered.add(key)
        cells[col.AS_OF] = cell


def gone(matching: Matching, table: str, column: str, cell: Cell) -> Cell | None:
    """Cell of a column whose confirmed label is gone or stands twice now, as it is answered; None to do without."""
    at, every = position_of(matching.headers, cell), list(range(len(matching.headers)))
    if isinstance(at, list):
        question = _which(matching, "double", table, column, at)
    else:
        question = _which(matching, "gone", table, column, every, label=cell.column or "")
    answer = matching.ask(question, f"{table}.{column}")
    found = from_answer(matching.headers, answer) if answer else None
    if found is None or found.column is None:
        return found
    return cell.model_copy(update={"column": found.column, "nth": found.nth})
