"""Thresholds of a profile, typed: what the words of a report mean in numbers.

None of them is a constant in code. A profile in ``templates/profiles`` gives the defaults of a kind of bank, an
engagement overrides them, and each report prints those that it used (口径).
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kit.messages import message
from kit.params.base import WAN, YUAN, Family, Frozen, known
from kit.params.checks import Checks, ControlTotal
from kit.params.division import (
    Compared,
    Deposits,
    Dormancy,
    DormancyRule,
    Evidence,
    Familiar,
    Funds,
    Hidden,
    KeyProduct,
    Merchant,
    Offers,
    Primary,
    Stage,
    Stages,
    Tier,
    TierRule,
    Units,
    Wallet,
)
from kit.params.management import (
    Allocation,
    Cadence,
    Contact,
    ContactClass,
    ContactCode,
    FlowStep,
    Grade,
    IntentGrade,
    Messages,
    Practice,
    steps,
)
from kit.params.segments import FEWEST_SEGMENTS, MOST_SEGMENTS, Clause, SegmentRule, Segments

__all__ = [
    "FEWEST_SEGMENTS",
    "MOST_SEGMENTS",
    "WAN",
    "YUAN",
    "Allocation",
    "Cadence",
    "Checks",
    "Clause",
    "Compared",
    "Contact",
    "ContactClass",
    "ContactCode",
    "ControlTotal",
    "Deposits",
    "Dormancy",
    "DormancyRule",
    "Evidence",
    "Familiar",
    "Family",
    "FlowStep",
    "Funds",
    "Grade",
    "Hidden",
    "IntentGrade",
    "KeyProduct",
    "Merchant",
    "Messages",
    "Offers",
    "Params",
    "Practice",
    "Primary",
    "SegmentRule",
    "Segments",
    "Stage",
    "Stages",
    "Tier",
    "TierRule",
    "Units",
    "Wallet",
]


class Params(Frozen):
    """Every threshold of one engagement."""

    profile: str = "rural-postal"
    as_of: date | None = None
    printed: date | None = None
    aum_basis: Literal["month_average", "spot", "quarter_average", "year_average"] = "month_average"
    top_share_of_customers: float = Field(default=0.2, gt=0, lt=1)
    share_of_aum: float = Field(default=0.8, gt=0, lt=1)
    findings: int = Field(default=5, gt=0)  # of the summary
    critical_from: float = Field(default=0.9, gt=0, lt=1)
    tiers: tuple[Tier, ...]
    segments: Segments
    tier_rule: TierRule = TierRule()
    dormancy: Dormancy = Dormancy()
    dormancy_rules: tuple[DormancyRule, ...] = ()
    familiar: Familiar = Familiar()
    merchant: Merchant = Merchant()
    primary: Primary = Primary()
    hidden: Hidden = Hidden()
    allocation: Allocation = Allocation()
    grade: Grade = Grade()
    contact: Contact = Contact()
    messages: Messages = Messages()
    deposits: Deposits = Deposits()
    units: Units = Units()
    stages: Stages = Stages()
    flow: tuple[FlowStep, ...] = Field(
        default=steps("owned", "segmented", "surveyed", "planned", "contacted"), min_length=1
    )
    flow_after: tuple[FlowStep, ...] = steps("invited", "met", "proposed", "closed", "followed", "referred")
    practice: Practice = Practice()
    offers: Offers = Offers()
    funds: Funds = Funds()
    wallet: Wallet = Wallet()
    checks: Checks = Checks()
    compared: Compared = Compared()
    evidence: Evidence = Evidence()

    @field_validator("tiers")
    @classmethod
    def _ladder(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        floors = [tier.floor_wan for tier in tiers]
        if len(tiers) < 2 or floors[0] != 0 or any(b <= a for a, b in pairwise(floors)):
            raise ValueError("at least two tiers, the first from 0, each floor above the one before")
        if len({tier.code for tier in tiers}) != len(tiers):
            raise ValueError("tier codes must differ")
        return tiers

    @field_validator("flow", "flow_after")
    @classmethod
    def _steps_differ(cls, steps: tuple[FlowStep, ...]) -> tuple[FlowStep, ...]:
        if len({step.code for step in steps}) != len(steps):
            raise ValueError(message("params.steps"))
        return steps

    @model_validator(mode="after")
    def _grades(self) -> Params:
        if self.primary.weak_below > self.primary.strong_from:
            raise ValueError("primary.weak_below must not exceed primary.strong_from")
        known("allocation.floor", [self.allocation.floor or None], self.tier_codes())
        known("hidden.sectors", self.hidden.sectors, self.segments.sectors)
        if self.tier_rule.watch_after > self.tier_rule.fall_after:
            raise ValueError("tier_rule.watch_after must not exceed tier_rule.fall_after")
        return self

    @property
    def day(self) -> date:
        """The as-of date; it is settled before any analysis runs."""
        if self.as_of is None:
            raise ValueError("as_of is not settled")
        return self.as_of

    @property
    def today(self) -> date:
        """The printing day, from which every deadline and the plan count; never before the data's date."""
        return max(self.printed or self.day, self.day)

    @property
    def age_days(self) -> int:
        """Days from the data's date to the printing day."""
        return (self.today - self.day).days

    @property
    def is_stale(self) -> bool:
        """Whether the data are older on the printing day than the profile lets pass unsaid."""
        return self.age_days > self.checks.stale_days

    @property
    def value_floor_fen(self) -> int:
        """The floor of the second tier: from there on a customer is of value."""
        return self.tiers[1].floor_fen

    @property
    def top_rank(self) -> int:
        """Rank of the highest tier; the lowest is 0."""
        return len(self.tiers) - 1

    @property
    def upper_rank(self) -> int:
        """Rank at which the upper half of the ladder begins."""
        return len(self.tiers) // 2

    def tier_codes(self) -> tuple[str, ...]:
        """Tier codes, lowest first."""
        return tuple(tier.code for tier in self.tiers)

    def upper_tiers(self) -> tuple[str, ...]:
        """The upper half of the ladder: the customers whom other banks compete for."""
        return self.tier_codes()[self.upper_rank :]
