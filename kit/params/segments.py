"""客群: the rules by which customers are grouped, in their order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from kit.messages import message
from kit.params.base import Family, Frozen, known

FEWEST_SEGMENTS, MOST_SEGMENTS = 4, 8  # 一般分成4-8个客群即可


class Clause(Frozen):
    """What must be true of a customer, all of it; what is left out does not matter, what is unknown is not true."""

    age_from: int | None = None
    age_to: int | None = None
    gender: Literal["男", "女"] | None = None
    sector: str | None = None
    children: bool = False
    payroll: bool = False
    merchant: bool = False


class SegmentRule(Frozen):
    """One segment: whoever fits any of the clauses; ``suited`` are the product families to speak of with him."""

    code: str = Field(min_length=1)
    any_of: tuple[Clause, ...] = ()
    suited: tuple[Family, ...] = ()


class Segments(Frozen):
    """The rules of the segments in their order, and the words that tell occupations, hobbies and channels.

    Attributes
    ----------
    rules
        Four to eight; the first that fits wins. The last has no clause: it takes whom no other fits.
    hobbies, channels
        Theme of an event, and way to the bank, with the words that tell it.
    small_cell
        Customers of one segment with one owner below which no batch is worth its preparation.
    """

    rules: tuple[SegmentRule, ...]
    occupations: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unknown_occupations: tuple[str, ...] = ()
    hobbies: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    channels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    small_cell: int = Field(default=10, gt=0)

    @field_validator("rules")
    @classmethod
    def _batches(cls, rules: tuple[SegmentRule, ...]) -> tuple[SegmentRule, ...]:
        if not FEWEST_SEGMENTS <= len(rules) <= MOST_SEGMENTS:
            raise ValueError(message("params.segments", fewest=FEWEST_SEGMENTS, most=MOST_SEGMENTS, count=len(rules)))
        if len(set(_codes(rules))) != len(rules):
            raise ValueError(message("params.codes"))
        if rules[-1].any_of or not all(rule.any_of for rule in rules[:-1]):
            raise ValueError(message("params.last"))
        if any(clause == Clause() for rule in rules for clause in rule.any_of):
            raise ValueError(message("params.condition"))
        return rules

    @model_validator(mode="after")
    def _sectors(self) -> Segments:
        known("segments.rules.sector", (clause.sector for rule in self.rules for clause in rule.any_of), self.sectors)
        return self

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors of occupations, and the two of those that no word, or nothing, tells of."""
        return (*self.occupations, "other", "unknown")

    def codes(self) -> tuple[str, ...]:
        """Segments in the order of their rules."""
        return _codes(self.rules)

    @property
    def rest_rank(self) -> int:
        """Place of the segment of those whom no rule fits."""
        return len(self.rules) - 1

    @property
    def rest(self) -> str:
        """其他/待识别: the segment of those whom no rule fits."""
        return self.rules[-1].code


def _codes(rules: tuple[SegmentRule, ...]) -> tuple[str, ...]:
    return tuple(rule.code for rule in rules)
