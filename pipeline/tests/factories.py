"""Opportunities for tests; the ready-made pipelines come with the migrations."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from accounts.tests.factories import AccountFactory
from pipeline.actions.opportunities import search_text_of
from pipeline.choices import Track
from pipeline.models import Evidence, Opportunity, Pipeline, Product, Target


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
        lambda opportunity: (
            opportunity.pipeline.steps.get(code=opportunity.step)
            if opportunity.step
            else opportunity.pipeline.steps.order_by("position")[0]
        )
    )
    customer_step = factory.LazyAttribute(lambda opportunity: opportunity.our_step)
    step_since = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    progressed_at = factory.LazyAttribute(lambda opportunity: opportunity.step_since)
    opened_on = date(2026, 10, 1)
    amount = Decimal("3800000")
    search_text = factory.LazyAttribute(lambda opportunity: search_text_of(opportunity.name, opportunity.account))


class EvidenceFactory(factory.django.DjangoModelFactory[Evidence]):
    """Something that shows a criterion."""

    class Meta:
        model = Evidence

    opportunity = factory.SubFactory(OpportunityFactory)
    text = "客户在会上说明"
    happened_on = date(2026, 11, 10)
    actor = factory.LazyAttribute(lambda evidence: evidence.opportunity.owner)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    """Something we sell."""

    class Meta:
        model = Product

    name = factory.Sequence(lambda number: f"精密减速机{number}")


class TargetFactory(factory.django.DjangoModelFactory[Target]):
    """A target of a person or a team."""

    class Meta:
        model = Target

    period = "MONTH"
    starts_on = date(2026, 11, 1)
    value = Decimal("1000000")


def show_required(opportunity: Opportunity, *tracks: str) -> None:
    """Show every required criterion of the opportunity's pipeline on the tracks (default: both)."""
    for step in opportunity.pipeline.steps.all():
        for criterion in step.criteria.filter(is_required=True, track__in=tracks or Track.values):
            EvidenceFactory(opportunity=opportunity, criterion=criterion)
