"""Reads of opportunities."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import DecimalField, F, Q, Sum
from django.db.models.functions import Coalesce

from crm.searchtext import search_filter
from pipeline.choices import OpportunityState
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from pipeline.models import Opportunity
    from teams.models import User

MONEY = DecimalField(max_digits=18, decimal_places=4)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Opportunities."""

    def visible_to(self, user: "User") -> Self:
        """Return opportunities seen through their account or through their own owner and team."""
        if user.role in (Role.DIRECTOR, Role.CLERK):
            return self
        people = [user.pk, *user.stands_in_for]
        accounts: Any = self.model._meta.get_field("account").remote_field.model
        seen = Q(owner_id__in=people) | Q(account_id__in=accounts.objects.visible_to(user).order_by().values("pk"))
        if user.role == Role.MANAGER:
            seen |= Q(team_id__in=led_teams(user))
        return self.filter(seen)

    def live(self) -> Self:
        """Return opportunities that are not archived."""
        return self.filter(archived_at=None)

    def open(self) -> Self:
        """Return what can still be won."""
        return self.filter(state=OpportunityState.OPEN)

    def won(self) -> Self:
        """Return what was won."""
        return self.filter(state=OpportunityState.WON)

    def lost(self) -> Self:
        """Return what was lost."""
        return self.filter(state=OpportunityState.LOST)

    def closed_between(self, first: date, last: date) -> Self:
        """Return what was won or lost from `first` to `last`, both included."""
        return self.filter(closed_on__range=(first, last))

    def matching(self, query: str) -> Self:
        """Return opportunities found by any part of their name or their customer's."""
        return self.filter(search_filter("search_text", query))

    def value(self) -> Any:
        """Return the sum of the amounts."""
        return self.aggregate(total=Coalesce(Sum("amount"), 0, output_field=MONEY))["total"]

    def weighted(self) -> Any:
        """Return the sum of amount × funnel band (growing-key-accounts, funnel)."""
        product = F("amount") * F("our_step__band") / 100
        return self.aggregate(total=Coalesce(Sum(product, output_field=MONEY), 0, output_field=MONEY))["total"]

    def stalled(self, now: datetime) -> Self:
        """Return open opportunities longer at their step than it should take, with no next step to come.

        A future dated next step pauses the clock: what is agreed for a later day is not stuck.
        """
        steps: Any = self.model._meta.get_field("our_step").remote_field.model
        late = Q(pk__in=[])
        for pk, days in steps.objects.values_list("pk", "expected_days"):
            late |= Q(our_step_id=pk, progressed_at__lt=now - timedelta(days=days))
        return self.open().filter(late).filter(Q(next_step_on=None) | Q(next_step_on__lt=now.date()))


class OfOpportunityQuerySet(models.QuerySet[Any]):
    """Rows seen through their opportunity."""

    def visible_to(self, user: "User") -> Self:
        """Return rows of opportunities the person may see."""
        opportunities: Any = self.model._meta.get_field("opportunity").remote_field.model
        return self.filter(opportunity_id__in=opportunities.objects.visible_to(user).order_by().values("pk"))
