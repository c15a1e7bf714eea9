"""Plans and visits for tests."""

from datetime import date

import factory

from accounts.tests.factories import AccountFactory
from teams.tests.factories import UserFactory
from visits.models import DayPlan, PlanItem, Visit


class DayPlanFactory(factory.django.DjangoModelFactory[DayPlan]):
    """A draft for 24 November 2026; one a person and day."""

    class Meta:
        model = DayPlan
        django_get_or_create = ("user", "day")

    user = factory.SubFactory(UserFactory)
    day = date(2026, 11, 24)


class PlanItemFactory(factory.django.DjangoModelFactory[PlanItem]):
    """A stop at a customer of the planner."""

    class Meta:
        model = PlanItem

    plan = factory.SubFactory(DayPlanFactory)
    account = factory.SubFactory(AccountFactory, owner=factory.SelfAttribute("..plan.user"))


class VisitFactory(factory.django.DjangoModelFactory[Visit]):
    """A visit by the customer's owner."""

    class Meta:
        model = Visit

    account = factory.SubFactory(AccountFactory)
    user = factory.LazyAttribute(lambda visit: visit.account.owner)
    happened_on = date(2026, 11, 20)
