"""Who keeps whom, whom to act on, who is called on which day, and with what words."""

from kit.planning.assignment import assignment
from kit.planning.calendar import WorkDays, work_days
from kit.planning.contacts import contact_plan
from kit.planning.lists import branch_lists
from kit.planning.scripts import Scripts, keep_scripts, scripts
from kit.planning.words import call_sheets, lacking, word_sheet

__all__ = [
    "Scripts",
    "WorkDays",
    "assignment",
    "branch_lists",
    "call_sheets",
    "contact_plan",
    "keep_scripts",
    "lacking",
    "scripts",
    "word_sheet",
    "work_days",
]
