"""Columns of the list of opportunities."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.listing import Column
from pipeline.funnel import weighted
from pipeline.models import Opportunity


def _of(name: str) -> Callable[[Opportunity], Any]:
    return lambda opportunity: getattr(opportunity, name)


def _text(name: str) -> Callable[[Opportunity], str]:
    return lambda opportunity: str(getattr(opportunity, name) or "")


MONEY = "#,##0.00"
COLUMNS = (
    Column("name", _("Opportunity"), _of("name"), sort="name", is_usual=True),
    Column("account", _("Customer"), _text("account"), is_usual=True),
    Column("step", _("Step"), lambda one: f"{one.our_step.code} {_(one.our_step.name)}", is_usual=True),
    Column("customer_step", _("Customer's step"), lambda one: f"{one.customer_step.code} {_(one.customer_step.name)}"),
    Column("amount", _("Amount"), _of("amount"), sort="amount", is_number=True, is_usual=True, excel_format=MONEY),
    Column(
        "weighted",
        _("Weighted"),
        lambda one: weighted(one.amount, one.our_step.band),
        is_number=True,
        excel_format=MONEY,
    ),
    Column("currency", _("Currency"), _of("currency")),
    Column("expected", _("Expected signature"), _of("expected_on"), sort="expected", is_usual=True),
    Column("next_on", _("Next step on"), _of("next_step_on"), sort="next", is_usual=True),
    Column("next", _("Next step"), _of("next_step")),
    Column("owner", _("Owner"), _text("owner"), is_usual=True),
    Column("team", _("Team"), _text("team")),
    Column("state", _("State"), lambda one: one.get_state_display()),
    Column("odds", _("Odds (%)"), _of("odds"), is_number=True),
    Column("product", _("Product"), _text("product")),
    Column("opened", _("Opened on"), _of("opened_on")),
    Column("closed", _("Closed on"), _of("closed_on"), sort="closed"),
    Column("loss", _("Reason for loss"), _text("loss_reason")),
    Column("competitor", _("Competitor"), _of("competitor")),
    Column("number", _("Number elsewhere"), _of("external_id")),
)
SORTS = {"name": "name", "amount": "amount", "expected": "expected_on", "next": "next_step_on", "closed": "closed_on"}
USUAL_SORT = "next"
