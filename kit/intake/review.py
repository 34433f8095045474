"""Questions about an engagement's files, answered on the terminal or in a meeting, and kept in ``mapping/``."""

import datetime as dt
import re
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.prompt import Prompt
from rich.text import Text

from kit.errors import KitError, UnknownName
from kit.intake.load_plan import LoadPlan, plan_intake
from kit.intake.mapping import Confirmed, save_mapping
from kit.intake.opening import Opened, given_password
from kit.intake.questions import Question
from kit.intake.readers import Password
from kit.intake.record import mappings
from kit.intake.sources import Files, find_sources
from kit.messages import language, listed, message
from kit.schema import schema
from kit.workbooks.form import CONTACT


class BadAnswer(KitError):
    """A reply is no answer to its question (reply, question, how)."""


class Review:
    """The questions about an engagement's files, by number, and the answers that were given.

    Parameters
    ----------
    folder
        The engagement folder.
    as_of
        Date of a monthly table without one of its own, as in ``engagement.yml``; text is in ISO form.
    password
        Called with the path of an encrypted workbook.
    """

    def __init__(
        self, folder: Path | str, as_of: dt.date | str | None = None, *, password: Password = given_password
    ) -> None:
        self.folder = Path(folder)
        self._as_of = dt.date.fromisoformat(str(as_of)) if as_of else None
        self._sources, self._files = find_sources(self.folder), Files(password)
        self._answers: dict[str, str] = {}
        self.asked: list[Question] = []
        self.plan = self._planned()

    def _planned(self) -> LoadPlan:
        """Plan with the answers so far; a question keeps the number under which it was first asked."""
        found = plan_intake(self._sources, self._as_of, answers=self._answers, files=self._files)
        known = {question.key for question in self.asked}
        self.asked += [q for q in (*found.questions, *found.optional) if q.key not in known]
        return found

    @property
    def open(self) -> dict[int, Question]:
        """Questions that stand in the way of a book, by number."""
        return self._numbered(self.plan.questions)

    @property
    def optional(self) -> dict[int, Question]:
        """Questions about labels that are not needed, by number."""
        return self._numbered(self.plan.optional)

    def _numbered(self, questions: tuple[Question, ...]) -> dict[int, Question]:
        keys = {question.key: question for question in questions}
        return {n: keys[q.key] for n, q in enumerate(self.asked, start=1) if q.key in keys}

    def answer(self, number: int, reply: str | int) -> str:
        """Answer a question: with a candidate's number, a name, or what the question says; what remains open.

        Raises
        ------
        UnknownName
            If there is no such question.
        BadAnswer
            If the reply is no answer to it.
        """
        if not 1 <= number <= len(self.asked):
            known = [str(n) for n in range(1, len(self.asked) + 1)]
            raise UnknownName(kind=message("questions.review.question"), name=str(number), known=known)
        question = self.asked[number - 1]
        accepted = question.accepted(str(reply))
        if accepted is None:
            raise BadAnswer(reply=reply, question=question, how=question.how)
        self._answers[question.key] = accepted
        self.plan = self._planned()
        return message("questions.review.left", question=question, answer=accepted, left=len(self.open))

    def save(self, by: str, on: dt.date | None = None) -> list[Path]:
        """Write a mapping for each layout whose questions are all answered; paths of what was written."""
        confirmed = Confirmed(by=by, on=on or dt.datetime.now(tz=dt.UTC).astimezone().date())
        still = {question.key.partition("/")[0] for question in self.plan.questions}
        touched = {key.partition("/")[0] for key in self.plan.answered}
        sheets = [s for found in self._files.opened.values() if isinstance(found, Opened) for s in found.sheets]
        sheets = list({(s.path, s.name): s for s in sheets}.values())
        written = []
        for family, readings in self.plan.families:
            if family.key in touched and family.key not in still:
                for mapping, origin in mappings(family, readings, sheets, confirmed):
                    path = origin or self._free(mapping.file, mapping.sheet)
                    save_mapping(path, mapping)
                    written.append(path)
        return written

    def _free(self, file: str, sheet: str | None) -> Path:
        """Path of a new mapping file, named for what it maps."""
        stem = re.sub(r"\.\w+$", "", file) + (f"_{sheet}" if sheet else "")
        stem = re.sub(r"[^\w-]+", "", stem.replace("*", "")).strip("_-") or "mapping"
        path, number = self.folder / "mapping" / f"{stem}.yml", 1
        while path.exists():
            number += 1
            path = path.with_name(f"{stem}_{number}.yml")
        return path

    def files(self) -> pd.DataFrame:
        """Return what each file and sheet feeds, or why it feeds nothing."""
        lines, ready = [], message("questions.review.ready")
        waiting = {place for question in self.plan.questions for place in question.places}
        for family, readings in self.plan.families:
            for reading in readings:
                place = reading.sheet.names
                fed = listed([schema()[table].label(language()) for table in reading.tables], 20)
                state = message("questions.review.asked") if place in waiting else ready
                columns = sum(len(cells) for cells in reading.tables.values())
                lines.append((*place, fed or "—", columns, len(family.first.headers), state))
        back = (schema()["contact"].label(language()), len(CONTACT), len(CONTACT), ready)
        lines += [(each.path.name, "", *back) for each in self.plan.returned]
        lines += [(each.path.name, each.sheet, "—", 0, 0, each.reason) for each in self.plan.refused]
        return pd.DataFrame(sorted(lines), columns=message("questions.review.files").split("|"))

    def questions(self, *, optional: bool = False) -> pd.DataFrame:
        """Return the questions with their candidates and what speaks for each, a line a candidate."""
        lines = []
        for number, q in (self.optional if optional else self.open).items():
            shown = [(f"{n}) {c}", "; ".join(map(str, c.evidence))) for n, c in enumerate(q.candidates, start=1)]
            asked = f"{q} ({', '.join(q.examples)})" if q.examples else str(q)
            lines += [(number, q.where, asked, *each) for each in shown or [("—", q.how)]]
        names = message("questions.review.questions").split("|")
        return pd.DataFrame(lines, columns=names).set_index(names[:3])


def show(console: Console, number: int, question: Question) -> None:
    """Print a question with its candidates, folded to the width of the console."""
    where, asked, *rest = question.lines()
    console.print(Text(f"{number}. {asked}", style="bold"))
    console.print(Padding(Text(where, style="dim"), (0, 0, 0, 3), expand=False))
    for line in rest:
        console.print(Padding(Text(line), (0, 0, 0, 3), expand=False))


def on_terminal(review: Review, console: Console, by: str | None) -> list[Path]:
    """Ask the open questions one by one, save the answers, and return the mappings written.

    If the input ends, or is interrupted, layouts whose questions are all answered are saved all the same.
    """
    by = by or ""
    try:
        first = {number: q for number, q in review.optional.items() if q.kind in ("forbidden", "blank")}
        if review.open or first:
            by = by or Prompt.ask(message("questions.review.by"), console=console)
        for number, question in first.items():
            _answered(review, console, number, question)
        while review.open:
            number, question = next(iter(review.open.items()))
            _answered(review, console, number, question)
        if review.optional and (review.plan.answered or console.is_terminal):
            _optional(review, console)
    except (EOFError, KeyboardInterrupt):
        console.print()
    return review.save(by) if by else []


def _answered(review: Review, console: Console, number: int, question: Question) -> None:
    console.print()
    show(console, number, question)
    first = message("questions.review.enter") if question.candidates else ""
    console.print(Padding(Text(f"{question.how}{first}", style="dim"), (0, 0, 0, 3), expand=False))
    while True:
        try:
            console.print(
                Text(review.answer(number, Prompt.ask("  >", console=console, default="", show_default=False)))
            )
        except BadAnswer as error:
            console.print(Text(str(error), style="red"))
        else:
            return


def _optional(review: Review, console: Console) -> None:
    """Offer the labels that are not used; Enter leaves the rest of them."""
    offer = message("questions.review.optional", count=len(review.optional))
    if Prompt.ask(offer, console=console, default="", show_default=False).strip().lower() in {"y", "yes", "是"}:
        for number, question in review.optional.items():
            _answered(review, console, number, question)
