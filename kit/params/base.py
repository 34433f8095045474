"""What every part of the thresholds is made of."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kit.errors import nearest
from kit.messages import message

YUAN, WAN = 100, 1_000_000  # 分 in 1 元, in 1 万元


Family = Literal["demand", "time", "structured", "wmp", "fund", "insurance", "bond", "gold", "custody", "loan", "card"]


# A name of the engagement's own, in any script: it heads columns and stands in keys.
Code = Annotated[str, Field(pattern=r"^\w+$")]


def known(setting: str, names: Iterable[str | None], among: Iterable[str]) -> None:
    """Refuse a setting that names what there is not.

    Raises
    ------
    ValueError
        With the setting, the name and the nearest of those that there are.
    """
    there = set(among)
    if lost := sorted(str(name) for name in names if name is not None and name not in there):
        raise ValueError(message("params.known", setting=setting, name=lost[0], hint=nearest(lost[0], there)))


class Frozen(BaseModel):
    """A part of the thresholds: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
