"""Who keeps whom, whom to act on, who is called on which day, and with what words."""

from kit.planning.assignment import Assigned, assignment
from kit.planning.calendar import WorkDays, festivals, work_days
from kit.planning.capacities import owner_weeks, room_of
from kit.planning.contacts import PLAN, contact_plan, first_contacts, plan_start
from kit.planning.lists import branch_lists, list_stakes
from kit.planning.scripts import Scripts, keep_scripts, scripts
from kit.planning.words import call_sheets, lacking, word_sheet

__all__ = [
    "PLAN",
    "Assigned",
    "Scripts",
    "WorkDays",
    "assignment",
    "branch_lists",
    "call_sheets",
    "contact_plan",
    "festivals",
    "first_contacts",
    "keep_scripts",
    "lacking",
    "list_stakes",
    "owner_weeks",
    "plan_start",
    "room_of",
    "scripts",
    "word_sheet",
    "work_days",
]
