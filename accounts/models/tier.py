"""How customers are tiered, and every change of a tier."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import PolicyState, Tier, TierChangeKind
from accounts.models.account import Account
from accounts.querysets import OfAccountQuerySet
from crm.models.abstract import Recorded, Versioned


def reference_shares() -> dict[str, dict[str, int]]:
    """Return the nine reference numbers of growing-key-accounts, in percent, per tier."""
    return {
        "A": {"turnover": 70, "customers": 10, "staff": 15},
        "B": {"turnover": 20, "customers": 20, "staff": 25},
        "C": {"turnover": 10, "customers": 70, "staff": 60},
    }


def visit_frequency() -> dict[str, int]:
    """Return how many days may pass between two contacts, per tier. Ours, editable."""
    return {"A": 14, "B": 30, "C": 90}


class TierPolicy(Versioned, Recorded):
    """One version of the firm's tier rules; one is in force, drafts are simulated before they are applied."""

    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=PolicyState, default=PolicyState.DRAFT)
    weight_turnover = models.PositiveSmallIntegerField(_("weight of turnover"), default=60)
    weight_potential = models.PositiveSmallIntegerField(_("weight of growth potential"), default=25)
    weight_credit = models.PositiveSmallIntegerField(_("weight of credit standing"), default=15)
    cut_a = models.DecimalField(
        _("A: up to share of customers (%)"), max_digits=5, decimal_places=2, default=Decimal(10)
    )
    cut_b = models.DecimalField(
        _("A and B together: up to share of customers (%)"), max_digits=5, decimal_places=2, default=Decimal(30)
    )
    window_months = models.PositiveSmallIntegerField(_("months of turnover counted"), default=12)
    reference = models.JSONField(_("reference shares"), default=reference_shares)
    contact_days = models.JSONField(_("days between contacts"), default=visit_frequency)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(_("in force since"), null=True, editable=False)

    class Meta:
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_turnover__gte=0, weight_potential__gte=0, weight_credit__gte=0)
                & Q(weight_turnover=100 - models.F("weight_potential") - models.F("weight_credit")),
                name="tier_weights_add_up",
                violation_error_message=_("The three weights must add up to 100."),
            ),
            models.CheckConstraint(
                condition=Q(cut_a__gt=0, cut_b__gt=models.F("cut_a"), cut_b__lt=100),
                name="tier_cuts_in_order",
                violation_error_message=_("The share for A must lie below the share for A and B, and both below 100."),
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="ACTIVE"), name="tier_policy_one_in_force"),
        ]

    def __str__(self) -> str:
        return self.name


class TierChange(Recorded):
    """Who changed a tier, when, from, to, why, by which policy."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tier_changes")
    before = models.CharField(max_length=1, choices=Tier, blank=True)
    after = models.CharField(max_length=1, choices=Tier, blank=True)
    kind = models.CharField(max_length=14, choices=TierChangeKind)
    happened_on = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    policy = models.ForeignKey(TierPolicy, models.PROTECT, null=True, related_name="changes")
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes = [models.Index(fields=["account", "-id"], name="tier_change_by_account")]

    def __str__(self) -> str:
        return f"{self.account}: {self.before or '–'} → {self.after or '–'}"
