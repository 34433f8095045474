"""Extracts to book. Every row ends in the book or, with its reason, in quarantine; every sum ties."""

from kit.intake.load_plan import plan_intake
from kit.intake.pipeline import IntakeResult, Progress, intake
from kit.intake.quarantine import reason
from kit.intake.questions import OpenQuestions
from kit.intake.readers import Password
from kit.intake.sources import Refused, find_sources

__all__ = [
    "IntakeResult",
    "OpenQuestions",
    "Password",
    "Progress",
    "Refused",
    "find_sources",
    "intake",
    "plan_intake",
    "reason",
]
