"""Columns that no extract may hold: their file is refused, unless a person says to read it without them."""

from collections.abc import Sequence
from dataclasses import replace

from kit.intake.grid import Sheet
from kit.intake.labels import forbidden_labels
from kit.intake.questions import IGNORE, LEAVE_OUT, Candidate, Interview, Question
from kit.intake.sources import Family, Refused
from kit.messages import language, listed, message


def forbidden_files(sheets: Sequence[Sheet]) -> list[Refused]:
    """Files with a column that no extract may hold."""
    found: dict[str, Refused] = {}
    for sheet in sheets:
        for label, kind in forbidden_labels(sheet).items():
            reason = message("intake.unreadable.forbidden", label=label, kind=kind.label(language()))
            found.setdefault(str(sheet.path), Refused(sheet.path, sheet.name, label, reason))
    return list(found.values())


def without_forbidden(family: Family, interview: Interview) -> Family:
    """Sheets without the columns that no extract may hold, if a person said so; else as they are."""
    labels = tuple(forbidden_labels(family.first))
    if not labels:
        return family
    key, candidates = f"{family.key}/forbidden", (Candidate(IGNORE, 0.6), Candidate(LEAVE_OUT, 0.4))
    question = Question("forbidden", key, family.places, label=listed(labels), candidates=candidates, blocking=False)
    if interview.ask(question) != LEAVE_OUT:
        return family
    return replace(family, sheets=tuple(sheet.leaving_out(labels) for sheet in family.sheets))
