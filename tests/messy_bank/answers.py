"""Labels that only a person can explain, and the mapping files in which somebody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from kit.schema import aliases, normalise

__all__ = ["Answer", "mapping_text"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a label of a file feeds, and which of its meanings it has there; an intake asks without the answer."""

    file: str
    label: str
    table: str
    column: str
    meaning: str = ""


def mapping_text(
    table: str, headers: Sequence[str], answers: Sequence[Answer], *, file: str, sheet: str, on: date
) -> str:
    """Text of the mapping file of one sheet: its labels as they are known, and the answers for the others."""
    said = {answer.label: answer for answer in answers}
    known = aliases(table)
    cells: dict[str, Any] = {}
    for header in headers:
        answer = said.get(header)
        if answer is None:
            cells[known[normalise(header)[0]].id] = header
        else:
            cells[answer.column] = {"column": header, "meaning": answer.meaning} if answer.meaning else header
    told: Mapping[str, Any] = {
        "file": f"extracts/{file}",
        **({"sheet": sheet} if sheet else {}),
        "tables": {table: cells},
        "confirmed": {"by": "demo", "on": on.isoformat()},
    }
    return yaml.safe_dump(dict(told), allow_unicode=True, sort_keys=False, width=1000)
