"""Who keeps whom, whom to act on, and who is called on which day."""

from kit.planning.assignment import Assigned, assignment
from kit.planning.calendar import WorkDays, work_days
from kit.planning.contacts import contact_plan
from kit.planning.lists import branch_lists

__all__ = ["Assigned", "WorkDays", "assignment", "branch_lists", "contact_plan", "work_days"]
