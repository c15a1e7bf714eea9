"""Plans and visits."""

from visits.models.plan import DayPlan, PlanItem
from visits.models.visit import Visit, VisitContact

__all__ = ["DayPlan", "PlanItem", "Visit", "VisitContact"]
