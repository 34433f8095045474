"""What chapters, reports and workbooks must know of their run beside its tables: ``data/context.json``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from kit.analysis.success import SuccessModel
from kit.errors import MissingFile, UnreadableFile
from kit.files import replace
from kit.messages import message
from kit.params import Params

CONTEXT = "context.json"


class Context(BaseModel):
    """One run, as those know it who come after its preparation.

    Attributes
    ----------
    kit
        Version of the kit that made it.
    inputs
        Digest of what it was prepared from; the printing day, in ``params``, is no part of it.
    aum_column
        Column of the monthly table that AUM and tiers stand on.
    unlocks
        For a column that could not be computed, the groups of ``table.column`` of which each must be delivered.
    plan_start
        First day of the contact plan.
    success
        Likely success of the bank's contacts; None where no outcome is on record.
    holidays_announced
        Whether the holidays are public of every year into which the plan reaches.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    kit: str
    inputs: str
    bank: str
    language: Literal["zh", "en"]
    params: Params
    aum_column: str
    unlocks: dict[str, tuple[tuple[str, ...], ...]]
    plan_start: date
    success: SuccessModel | None
    holidays_announced: bool

    @classmethod
    def read(cls, data: Path) -> Context:
        """The context of the run whose tables lie in ``data``.

        Raises
        ------
        MissingFile
            Where nothing was run yet.
        UnreadableFile
            Where another version of the kit ran.
        """
        path = data / CONTEXT
        if not path.is_file():
            raise MissingFile(path=path, need=message("errors.need.run"))
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except ValidationError:
            raise UnreadableFile(path=path, reason=message("errors.run.other_version")) from None

    def write(self, data: Path) -> None:
        """Write the context of the run whose tables lie in ``data``."""
        replace(data / CONTEXT, self.model_dump_json(indent=1).encode())


def earlier(data: Path) -> dict[str, Any]:
    """The context of the run that lies in ``data`` as it was written, by any version of the kit; empty without one."""
    path = data / CONTEXT
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
