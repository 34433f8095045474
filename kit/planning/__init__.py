"""Who keeps whom, whom to act on, and who is called on which day."""

from kit.planning.assignment import Assigned, assignment
from kit.planning.calendar import WorkDays, festivals, work_days
from kit.planning.capacities import owner_weeks, room_of
from kit.planning.contacts import PLAN, contact_plan, first_contacts, plan_start
from kit.planning.lists import branch_lists, list_stakes

__all__ = [
    "PLAN",
    "Assigned",
    "WorkDays",
    "assignment",
    "branch_lists",
    "contact_plan",
    "festivals",
    "first_contacts",
    "list_stakes",
    "owner_weeks",
    "plan_start",
    "room_of",
    "work_days",
]
