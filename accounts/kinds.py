"""The kinds of things of this room that others point at as `(kind, id)`: model, who sees it, where its page is."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from accounts.models import (
    Account,
    AccountPlan,
    AccountRisk,
    Contact,
    Inquiry,
    Nomination,
    PlanRow,
    Rival,
    SweepPlace,
    SweepUnit,
    TierPolicy,
    TierRound,
)
from crm.kinds import Kind


def _kind(name: str, rows: Any, url_name: str, label: Callable[[Any], str] = str) -> Kind:
    """Return a kind; `rows` are a model's rows, which say `visible_to`, `label` what a row is called."""
    return Kind(name, rows.model, lambda user: rows.visible_to(user), lambda pk: reverse(url_name, args=[pk]), label)


KINDS: tuple[Kind, ...] = (
    _kind("account", Account.objects.all(), "accounts:account", lambda account: account.called),
    _kind("contact", Contact.objects.all(), "accounts:contact", lambda contact: contact.name),
    _kind(
        "account_plan",
        AccountPlan.objects.select_related("account"),
        "accounts:plan_itself",
        lambda plan: f"{plan.account.called} {plan.year}",
    ),
    _kind("account_risk", AccountRisk.objects.all(), "accounts:risk"),
    _kind("plan_row", PlanRow.objects.kept(), "accounts:plan_row"),
    _kind(
        "nomination",
        Nomination.objects.select_related("account"),
        "accounts:nomination",
        lambda nomination: nomination.account.called,
    ),
    _kind("inquiry", Inquiry.objects.all(), "accounts:inquiry"),
    _kind("rival", Rival.objects.all(), "accounts:edit_rival"),
    _kind("sweep_place", SweepPlace.objects.all(), "accounts:sweep"),
    _kind("tier_policy", TierPolicy.objects.all(), "accounts:draft"),
    _kind("tier_round", TierRound.objects.select_related("policy"), "accounts:tier_round"),
    _kind("sweep_unit", SweepUnit.objects.all(), "accounts:sweep_unit", lambda unit: unit.door),
)
