"""Who keeps whom, and who is called on which day."""

from kit.planning.assignment import assignment
from kit.planning.calendar import WorkDays, work_days
from kit.planning.contacts import contact_plan

__all__ = ["WorkDays", "assignment", "contact_plan", "work_days"]
