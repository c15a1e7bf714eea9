"""Opportunities for tests; the ready-made pipelines come with the migrations."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from accounts.tests.factories import AccountFactory
from pipeline.models import Opportunity, Pipeline


def default_pipeline() -> Pipeline:
    """Return the key-account pipeline."""
    return Pipeline.objects.get(is_default=True)


class OpportunityFactory(factory.django.DjangoModelFactory[Opportunity]):
    """An open opportunity at the first step, `step=` names another code."""

    class Meta:
        model = Opportunity
        exclude = ("step",)

    step = ""
    name = factory.Sequence(lambda number: f"产线改造{number}")
    account = factory.SubFactory(AccountFactory)
    owner = factory.LazyAttribute(lambda opportunity: opportunity.account.owner)
    team = factory.LazyAttribute(lambda opportunity: opportunity.owner.team)
    pipeline = factory.LazyFunction(default_pipeline)
    our_step = factory.LazyAttribute(
        lambda opportunity: opportunity.pipeline.steps.get(code=opportunity.step)
        if opportunity.step
        else opportunity.pipeline.steps.order_by("position")[0]
    )
    customer_step = factory.LazyAttribute(lambda opportunity: opportunity.our_step)
    step_since = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    progressed_at = factory.LazyAttribute(lambda opportunity: opportunity.step_since)
    opened_on = date(2026, 10, 1)
    amount = Decimal("3800000")
