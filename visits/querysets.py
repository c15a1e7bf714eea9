"""Reads of plans and visits."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from teams.choices import Role
from teams.querysets import led_teams
from visits.choices import ItemState

if TYPE_CHECKING:
    from teams.models import User
    from visits.models import DayPlan, PlanItem, Visit


def _people(user: "User") -> Q:
    """Return the condition on `user_id` of whose work a person may look at."""
    mine = Q(user_id__in=[user.pk, *user.stands_in_for])
    return mine | Q(user__team_id__in=led_teams(user)) if user.role == Role.MANAGER else mine


class DayPlanQuerySet(models.QuerySet["DayPlan"]):
    """Day plans."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own plans, for a manager those of his teams, for a director all."""
        return self if user.role == Role.DIRECTOR else self.filter(_people(user))


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    """Planned stops."""

    def visible_to(self, user: "User") -> Self:
        """Return the stops of plans the person may see."""
        plans: Any = self.model._meta.get_field("plan").remote_field.model
        return self.filter(plan_id__in=plans.objects.visible_to(user).order_by().values("pk"))

    def open(self) -> Self:
        """Return stops not yet done or dropped."""
        return self.filter(state=ItemState.OPEN)


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own visits, those of customers one sees, and for a manager those of his teams."""
        if user.role == Role.DIRECTOR:
            return self
        accounts: Any = self.model._meta.get_field("account").remote_field.model
        seen = Q(account_id__in=accounts.objects.visible_to(user).order_by().values("pk"))
        return self.filter(_people(user) | seen)

    def live(self) -> Self:
        """Return visits that are not archived."""
        return self.filter(archived_at=None)

    def between(self, first: date, last: date) -> Self:
        """Return visits from `first` to `last`, both included."""
        return self.filter(happened_on__range=(first, last))
