"""What only a person may decide about a source: the question, the likely answers and what speaks for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.errors import KitError
from kit.messages import language, listed, message
from kit.schema import MONEY_UNITS, Column, Meaning, schema

IGNORE = "-"
LEAVE_OUT = "leave_out"
_ANSWERS = {
    IGNORE: "none", LEAVE_OUT: "leave_out", "sheet": "sheet", "file": "file", "no": "blank_no",
    "unknown": "blank_unknown",
}  # fmt: skip


def _column_name(column: Column) -> str:
    """Label and id of a column: 归属机构号 customer.branch_id."""
    return f"{column.label(language())} {column.table}.{column.id}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for an answer, or against it; in words when it is read."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts: dict[str, Any] = {}
        for key, value in self.facts.items():
            if key == "kind":
                facts[key] = message(f"questions.kind.{value}")
            elif key == "table":
                facts[key] = schema()[value].label(language())
            elif isinstance(value, tuple):
                facts[key] = listed(value)
            else:
                facts[key] = f"{value:.0%}" if isinstance(value, float) else value
        return message(f"questions.evidence.{self.code}", **facts)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, how likely it is from 0 to 1, and why; ``meaning`` is what an ambiguous label stands for."""

    answer: str
    score: float
    evidence: tuple[Evidence, ...] = ()
    meaning: Meaning | None = None

    def __str__(self) -> str:
        name = self.answer.partition(":")[0]
        if self.meaning:
            used = message("questions.answer.none") if name == IGNORE else name
            return f"{self.meaning.label(language())} → {used}"
        table, _, column = name.partition(".")
        if table in schema() and column in schema()[table].columns:
            return _column_name(schema()[table].columns[column])
        if name in schema():
            return f"{schema()[name].label(language())} {name}"
        return message(f"questions.answer.{_ANSWERS[name]}") if name in _ANSWERS else name


@dataclass(frozen=True, slots=True)
class Question:
    """A question about sheets of one layout.

    Attributes
    ----------
    kind
        ``table``, ``label`` (what an ambiguous label means), ``column`` (a mandatory column has no source),
        ``double`` (several labels for one column), ``gone`` (a confirmed label is gone), ``date``, ``branch`` (which
        branch a sheet's or a file's name means), ``unit``; ``use`` asks about a label that is not needed,
        ``forbidden`` about one that no extract may hold, ``blank`` about what an empty flag means.
    key
        Tells it from every other question; the same when the same files are looked at again.
    places
        File and sheet of each sheet that it is about.
    examples
        Shapes of values, or codes that many rows share; never the text of a cell.
    """

    kind: str
    key: str
    places: tuple[tuple[str, str], ...]
    table: str = ""
    column: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    meaning: Meaning | None = None
    blocking: bool = True

    def __str__(self) -> str:
        column = schema()[self.table].columns.get(self.column) if self.table else None
        return message(
            f"questions.title.{self.kind}", label=self.label, labels=listed(self.labels, 30),
            question=self.meaning.question(language()) if self.meaning else "",
            column=_column_name(column) if column else "",
        )  # fmt: skip

    @property
    def where(self) -> str:
        """Files and sheets, the first few of many."""
        names = [f"{file} [{sheet}]" if sheet else file for file, sheet in self.places]
        more = message("questions.line.more", count=len(names)) if len(names) > 3 else ""
        return listed(names, 3) + more

    @property
    def how(self) -> str:
        """What may be answered."""
        return message(f"questions.how.{'label' if self.kind == 'use' else self.kind}")

    def lines(self) -> list[str]:
        """Return the question in lines: where, what, examples, and each candidate with what speaks for it."""
        found = [self.where, str(self)]
        colon, stop = message("questions.line.colon"), message("questions.line.stop")
        if self.examples:
            found.append(message("questions.line.examples", values=listed(self.examples)))
        if self.evidence:
            found.append(stop.join(map(str, self.evidence)))
        if self.kind == "table":
            tables = tuple(f"{table.label(language())} {table.id}" for table in schema().values())
            found.append(message("questions.line.tables", tables=listed(tables, 20)))
        for number, candidate in enumerate(self.candidates, start=1):
            why = stop.join(map(str, candidate.evidence))
            found.append(f"{number}) {candidate}" + (colon + why if why else ""))
        return found

    def accepted(self, given: str) -> str | None:
        """Return the answer that a reply stands for: a number, a candidate, a name; None if it is no answer."""
        reply = given.strip()
        if not reply:
            return self.candidates[0].answer if self.candidates else None
        if re.fullmatch(r"\d{1,2}", reply) and 1 <= int(reply) <= len(self.candidates):
            return self.candidates[int(reply) - 1].answer
        for candidate in self.candidates:
            if reply in {candidate.answer, candidate.answer.partition(":")[0]}:
                return candidate.answer
        return reply if self._may_be(reply) else None

    def _may_be(self, reply: str) -> bool:
        if reply == IGNORE:
            return self.kind in {"table", "label", "gone", "branch", "use", "forbidden"}
        table, _, column = reply.partition(".")
        return {
            "table": reply in schema(),
            "label": table in schema() and column in schema()[table].columns,
            "use": table in schema() and column in schema()[table].columns,
            "column": reply in self.labels or (len(reply) > 1 and reply[0] == "="),
            "gone": reply in self.labels or (len(reply) > 1 and reply[0] == "="),
            "double": reply in self.labels,
            "date": re.fullmatch(r"=\d{4}-\d\d-\d\d", reply) is not None,
            "branch": True,
            "forbidden": False,
            "blank": False,
            "unit": reply in MONEY_UNITS,
        }[self.kind]


class Interview:
    """The questions that come up while sources are planned, and what is answered already."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.open: dict[str, Question] = {}
        self.answered: set[str] = set()

    def ask(self, question: Question) -> str | None:
        """Return the answer; without one the question is noted, and there is none."""
        answer = self.answers.get(question.key)
        if answer is None:
            self.open.setdefault(question.key, question)
        else:
            self.answered.add(question.key)
        return answer


class OpenQuestions(KitError):
    """Something about the sources is to be answered before a book is made (questions, refused)."""

    def details(self, _: str | None = None) -> dict[str, Any]:
        """Return the questions in lines, and their number."""
        questions = self.facts["questions"]
        blocks = ["\n   ".join([f"{n}. {q.lines()[0]}", *q.lines()[1:]]) for n, q in enumerate(questions, start=1)]
        return self.facts | {"listed": "\n\n".join(blocks), "count": len(questions)}
