"""The kinds of things of this room that others point at as `(kind, id)`: model, who sees it, where its page is."""

from typing import Any

from django.urls import reverse

from accounts.models import Account, Contact, Inquiry, Rival, SweepPlace, SweepUnit
from crm.kinds import Kind


def _kind(name: str, model: Any, url_name: str, label: str = "") -> Kind:
    """Return a kind whose rows say `visible_to`; `label` is the field or property a row is called by."""
    return Kind(
        name,
        model,
        lambda user: model.objects.visible_to(user),
        lambda pk: reverse(url_name, args=[pk]),
        (lambda row: str(getattr(row, label))) if label else str,
    )


KINDS: tuple[Kind, ...] = (
    _kind("account", Account, "accounts:account", "called"),
    _kind("contact", Contact, "accounts:contact", "name"),
    _kind("inquiry", Inquiry, "accounts:inquiry"),
    _kind("rival", Rival, "accounts:edit_rival"),
    _kind("sweep_place", SweepPlace, "accounts:sweep"),
    _kind("sweep_unit", SweepUnit, "accounts:sweep_unit", "door"),
)
