"""What every part of the thresholds is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["WAN", "YUAN", "Family", "Frozen"]

YUAN, WAN = 100, 1_000_000  # 分 in 1 元, in 1 万元


Family = Literal["demand", "time", "structured", "wmp", "fund", "insurance", "bond", "gold", "custody", "loan", "card"]


class Frozen(BaseModel):
    """A part of the thresholds: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
