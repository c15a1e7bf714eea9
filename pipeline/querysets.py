"""Reads of opportunities."""

from collections import defaultdict
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from accounts.choices import SPONSORS
from crm.searchtext import search_filter
from crm.workdays import load_calendar
from pipeline.choices import OpportunityState
from pipeline.funnel import Totals
from pipeline.stalls import stall_line
from pipeline.worth import WORTH, Rates
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from pipeline.models import ExchangeRate, Opportunity  # noqa: F401 (named in base classes)
    from teams.models import User

OPEN = Q(state=OpportunityState.OPEN)
NO_NEXT_STEP = OPEN & Q(next_step_on=None)


def next_step_overdue(on: date) -> Q:
    """Return the condition: open, and the next step lies before `on`."""
    return OPEN & Q(next_step_on__lt=on)


def next_step_today(on: date) -> Q:
    """Return the condition: open, and the next step is for `on`."""
    return OPEN & Q(next_step_on=on)


def start_of(day: date) -> datetime:
    """Return the instant a day begins in the zone in force."""
    return timezone.make_aware(datetime.combine(day, time.min))


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Opportunities."""

    def visible_to(self, user: "User") -> Self:
        """Return opportunities seen through their account or through their own owner and team."""
        if user.acts_as(Role.DIRECTOR, Role.CLERK):
            return self
        people = [user.pk, *user.stands_in_for]
        accounts: Any = self.model._meta.get_field("account").remote_field.model
        seen = Q(owner_id__in=people) | Q(account_id__in=accounts.objects.visible_to(user).order_by().values("pk"))
        if user.acts_as(Role.MANAGER):
            seen |= Q(team_id__in=led_teams(user))
        return self.filter(seen)

    def live(self) -> Self:
        """Return opportunities that are not archived."""
        return self.filter(archived_at=None)

    def open(self) -> Self:
        """Return what can still be won."""
        return self.filter(OPEN)

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

    def sums(self, rates: Rates, on: date) -> Totals:
        """Return how many there are, what they are worth and what by their funnel band; one query.

        In the reporting currency, as the rates say on the day `on` (growing-key-accounts, funnel).
        """
        found = self.order_by().aggregate(
            count=Count("pk"),
            value=Sum(rates.worth(on), output_field=WORTH, default=0),
            weighted=Sum(rates.weighted(on), output_field=WORTH, default=0),
            unrated=Count("pk", filter=rates.unrated),
        )
        return Totals(**found)

    def stall_condition(self, now: datetime) -> Q:
        """Return the condition of `stalled`, for counts; it reads the steps (one query)."""
        on = timezone.localtime(now).date()
        unpaused = Q(next_step_on=None) | Q(next_step_on__lt=on)
        return OPEN & unpaused & self._older_than_expected("progressed_at", on)

    def stalled(self, now: datetime) -> Self:
        """Return open opportunities without progress for longer than their step should take.

        A next step for today or later pauses the clock: what is agreed for a later day is not stuck. The same rule as
        `stalls.stall_of`.
        """
        return self.filter(self.stall_condition(now))

    def overdue_at_step(self, on: date, *, extra_days: int = 0) -> Self:
        """Return open opportunities longer at our step than expected (working days), with no next step to come."""
        unpaused = Q(next_step_on=None) | Q(next_step_on__lt=on)
        return self.open().filter(unpaused, self._older_than_expected("step_since", on, extra_days=extra_days))

    def without_sponsor(self) -> Self:
        """Return open opportunities at a step that asks for a sponsor, with none among the people who decide.

        "No sponsor, no sale" (synchronised-selling).
        """
        deciders: Any = self.model._meta.get_field("deciders").related_model
        sponsors = deciders.objects.filter(opportunity=OuterRef("pk"), contact__stance__in=SPONSORS)
        return self.open().filter(our_step__needs_sponsor=True).exclude(Exists(sponsors))

    def _older_than_expected(self, field: str, on: date, *, extra_days: int = 0) -> Q:
        """Return the condition that a time lies further back than the expected working days of our step."""
        steps: Any = self.model._meta.get_field("our_step").remote_field.model
        by_days: dict[int, list[int]] = defaultdict(list)
        for pk, days in steps.objects.order_by("pk").values_list("pk", "expected_days"):
            by_days[days + extra_days].append(pk)
        calendar = load_calendar()
        late = Q(pk__in=[])
        for days, pks in by_days.items():
            line = start_of(stall_line(on, days, calendar))
            late |= Q(("our_step_id__in", pks), (f"{field}__lt", line))
        return late


class OfOpportunityQuerySet(models.QuerySet[Any]):
    """Rows seen through their opportunity."""

    def visible_to(self, user: "User") -> Self:
        """Return rows of opportunities the person may see."""
        opportunities: Any = self.model._meta.get_field("opportunity").remote_field.model
        return self.filter(opportunity_id__in=opportunities.objects.visible_to(user).order_by().values("pk"))


class EvidenceQuerySet(OfOpportunityQuerySet):
    """Evidence."""

    def standing(self) -> Self:
        """Return what was not withdrawn."""
        return self.filter(withdrawn_at=None)


class StageChangeQuerySet(OfOpportunityQuerySet):
    """Stage history."""

    def standing(self) -> Self:
        """Return what counts: moves that were not taken back at once."""
        return self.filter(undone_at=None)


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    """Exchange rates."""

    def rates(self) -> Rates:
        """Return what currencies are worth, by day; one query."""
        dated: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        rows = self.exclude(currency=settings.REPORTING_CURRENCY).order_by("currency", "starts_on")
        for currency, starts_on, rate in rows.values_list("currency", "starts_on", "rate"):
            dated[currency].append((starts_on, rate))
        return Rates(settings.REPORTING_CURRENCY, dict(dated))
