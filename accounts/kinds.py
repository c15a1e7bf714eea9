"""The kinds of things of this room that others point at as `(kind, id)`: model, who sees it, where its page is."""

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
)
from crm.kinds import Kind


def _kind(name: str, model: Any, url_name: str, label: str = "", *related: str) -> Kind:
    """Return a kind whose rows say `visible_to`; `label` is what a row is called by, `related` what that reads."""
    rows = model.objects.select_related(*related) if related else model.objects.all()
    return Kind(
        name,
        model,
        lambda user: rows.visible_to(user),
        lambda pk: reverse(url_name, args=[pk]),
        (lambda row: str(getattr(row, label))) if label else str,
    )


KINDS: tuple[Kind, ...] = (
    _kind("account", Account, "accounts:account", "called"),
    _kind("contact", Contact, "accounts:contact", "name"),
    _kind("account_plan", AccountPlan, "accounts:plan_itself", "named", "account"),
    _kind("account_risk", AccountRisk, "accounts:risk"),
    Kind(
        "plan_row",
        PlanRow,
        lambda user: PlanRow.objects.visible_to(user).kept(),
        lambda pk: reverse("accounts:plan_row", args=[pk]),
    ),
    _kind("nomination", Nomination, "accounts:nomination", "account", "account"),
    _kind("inquiry", Inquiry, "accounts:inquiry"),
    _kind("rival", Rival, "accounts:edit_rival"),
    _kind("sweep_place", SweepPlace, "accounts:sweep"),
    _kind("sweep_unit", SweepUnit, "accounts:sweep_unit", "door"),
)
