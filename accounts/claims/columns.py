"""Columns of the list of claims."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Claim
from crm.listing import Column

COLUMNS: tuple[Column, ...] = (
    Column("name", _("Customer"), lambda claim: claim.account.name, sort="name", is_usual=True),
    Column("tier", _("Tier"), lambda claim: claim.account.tier, is_usual=True),
    Column("claimant", pgettext_lazy("claim", "Responsible"), lambda claim: str(claim.claimant), is_usual=True),
    Column("team", _("Team"), lambda claim: str(claim.claimant.team or "")),
    Column("region", _("Region"), lambda claim: claim.region, is_usual=True),
    Column("month", pgettext_lazy("claim", "Month"), lambda claim: f"{claim.month:%Y-%m}"),
    Column("filed", _("Filed at"), lambda claim: claim.filed_at, sort="filed", is_usual=True),
    Column("last", _("Last contact"), lambda claim: claim.account.last_contact_on, is_usual=True),
    Column("until", _("Protected until"), lambda claim: claim.protected_until, sort="until", is_usual=True),
    Column("state", _("State"), lambda claim: claim.get_state_display(), is_usual=True),
    Column("reason", _("Reason"), lambda claim: claim.reason),
)
SORTS: dict[str, Any] = {"name": "account__name", "filed": "filed_at", "until": "protected_until"}
USUAL_SORT = "until"
LOADED = ("account", "claimant__team")


def days_left(claim: Claim, on: Any) -> int | None:
    """Return for how many days a claim in force still protects; None for any other."""
    return (claim.protected_until - on).days if claim.is_active and claim.protected_until else None
