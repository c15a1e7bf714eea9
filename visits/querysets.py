"""Reads of plans and visits."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from followups.models import Approval
from teams.choices import Role
from teams.querysets import led_teams
from visits.choices import ItemState, PlanState

if TYPE_CHECKING:
    from teams.models import User
    from visits.models import DayPlan, PlanItem, Visit  # noqa: F401 -- named in the generics below


def _people(user: "User") -> Q:
    """Return the condition on `user_id` of whose work a person may look at."""
    mine = Q(user_id__in=[user.pk, *user.stands_in_for])
    return mine | Q(user__team_id__in=led_teams(user)) if user.acts_as(Role.MANAGER) else mine


class DayPlanQuerySet(models.QuerySet["DayPlan"]):
    """Day plans."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own plans and those one has to sign, for a manager those of his teams, for a director all."""
        if user.acts_as(Role.DIRECTOR):
            return self
        to_sign = Approval.objects.visible_to(user).filter(subject_kind="day_plan").order_by().values("subject_id")
        return self.filter(_people(user) | Q(pk__in=to_sign))

    def of(self, user: "User", day: date) -> Self:
        """Return a person's plan of a day: one or none."""
        return self.filter(user=user, day=day)

    def waiting(self) -> Self:
        """Return plans that wait for a signature."""
        return self.filter(state=PlanState.SUBMITTED)


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    """Planned stops."""

    def visible_to(self, user: "User") -> Self:
        """Return the stops of plans the person may see."""
        plans: Any = self.model._meta.get_field("plan").remote_field.model
        return self.filter(plan_id__in=plans.objects.visible_to(user).order_by().values("pk"))

    def open(self) -> Self:
        """Return stops not yet done or dropped."""
        return self.filter(state=ItemState.OPEN)

    def kept(self) -> Self:
        """Return the stops of the plan: what was taken out again is not one."""
        return self.exclude(state=ItemState.DROPPED)

    def in_order(self) -> Self:
        """Return stops in the order of the day."""
        return self.order_by("position", "pk")

    def left_over(self, user: "User", *, on: date, days: int = 14) -> Self:
        """Return open stops of a person's plans of the last `days` before `on`."""
        return self.open().filter(plan__user=user, plan__day__lt=on, plan__day__gte=on - timedelta(days=days))


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own visits, those of customers one sees, and for a manager those of his teams."""
        if user.acts_as(Role.DIRECTOR):
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

    def effective(self) -> Self:
        """Return visits that reached the goal or a commitment; `visits.effectiveness` says the same of one."""
        return self.filter(Q(goal_reached=True) | ~Q(commitment=""))

    def ineffective(self) -> Self:
        """Return visits that reached neither the goal nor a commitment."""
        return self.exclude(Q(goal_reached=True) | ~Q(commitment=""))

    def newest_first(self) -> Self:
        """Return visits by what people say of when they were, the newest first."""
        return self.order_by(F("happened_on").desc(), F("pk").desc())


class OfVisitQuerySet(models.QuerySet[Any]):
    """Rows seen through their visit."""

    def visible_to(self, user: "User") -> Self:
        """Return rows of visits the person may see."""
        visits: Any = self.model._meta.get_field("visit").remote_field.model
        return self.filter(visit_id__in=visits.objects.visible_to(user).order_by().values("pk"))
