"""Extracts to book. Every row ends in the book or, with its reason, in quarantine; every sum ties."""

from kit.intake.load_plan import LoadPlan, plan_intake
from kit.intake.opening import given_password
from kit.intake.pipeline import IntakeResult, Progress, intake
from kit.intake.quarantine import Notice, reason
from kit.intake.questions import OpenQuestions
from kit.intake.readers import Password
from kit.intake.sources import Refused, Source, find_sources

__all__ = [
    "IntakeResult",
    "LoadPlan",
    "Notice",
    "OpenQuestions",
    "Password",
    "Progress",
    "Refused",
    "Source",
    "find_sources",
    "given_password",
    "intake",
    "plan_intake",
    "reason",
]
