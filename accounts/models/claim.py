"""Claims on customers (registration 客户报备), and what the firm has settled about them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import ClaimState, SecondClaim, Tier
from accounts.claims.claiming import Limits
from accounts.models.account import Account
from accounts.querysets import ClaimQuerySet
from crm.models.abstract import ClientMade, Recorded, Versioned


class Claim(ClientMade, Versioned, Recorded):
    """A person's claim on a customer: region, month, who is responsible, filed when.

    Only a customer somebody claimed can lapse. Whom the firm gave a customer to (import, a manager's hand-over) keeps
    it without a date, unless it was a claimed one: then the new owner is protected anew.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="claims", verbose_name=_("customer"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims", verbose_name=_("responsible")
    )
    region = models.CharField(_("region"), max_length=60, blank=True)
    month = models.DateField(_("month"))
    note = models.CharField(_("notes"), max_length=250, blank=True)
    filed_at = models.DateTimeField(_("filed at"))
    state = models.CharField(_("state"), max_length=8, choices=ClaimState)
    granted_until = models.DateField(_("protected at least until"), null=True)
    protected_until = models.DateField(_("protected until"), null=True)
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="ACTIVE"),
                name="claim_one_in_force",
                violation_error_message=_("Somebody holds this customer already."),
            ),
            models.UniqueConstraint(
                fields=["account", "claimant"],
                condition=Q(state="WAITING"),
                name="claim_asked_once",
                violation_error_message=_("You have asked for this customer already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="ACTIVE") | Q(granted_until__isnull=False, protected_until__isnull=False),
                name="claim_in_force_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "state", "protected_until"], name="claim_by_claimant"),
            models.Index(fields=["protected_until", "id"], condition=Q(state="ACTIVE"), name="claim_to_lapse"),
        ]

    def __str__(self) -> str:
        return self.account.called

    def get_absolute_url(self) -> str:
        """Return the address of the claim."""
        return reverse("accounts:claim", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Return whether it protects."""
        return self.state == ClaimState.ACTIVE


def _number(label: Any, default: int | None, low: int, high: int) -> models.PositiveSmallIntegerField:
    """Return a number with its bounds; one that may be empty has no default."""
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        null=default is None,
        blank=default is None,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
    )


class ClaimPolicy(Versioned):
    """What the firm has settled about claims; one row, absent means these numbers. All of them are ours, editable."""

    days_a = _number(_("A: days of protection"), 45, 7, 730)
    days_b = _number(_("B: days of protection"), 60, 7, 730)
    days_c = _number(_("C: days of protection"), 120, 7, 730)
    days_none = _number(_("No tier yet: days of protection"), 60, 7, 730)
    warning_days = _number(_("working days before the lapse that the owner is warned"), 5, 1, 30)
    contact_counts = models.BooleanField(_("a visit or another contact renews the protection"), default=True)
    progress_counts = models.BooleanField(_("a step of an opportunity renews the protection"), default=True)
    deals_exempt = models.BooleanField(_("customers with open opportunities do not lapse"), default=True)
    limit_total = _number(_("customers a person may hold"), None, 1, 10_000)
    limit_a = _number(_("of them A"), None, 1, 10_000)
    limit_b = _number(_("of them B"), None, 1, 10_000)
    limit_c = _number(_("of them C"), None, 1, 10_000)
    limit_none = _number(_("of them without a tier"), None, 1, 10_000)
    cooling_days = _number(_("days before the same person may claim it again"), 30, 0, 365)
    second_claim = models.CharField(
        _("a claim on a customer somebody holds"), max_length=8, choices=SecondClaim, default=SecondClaim.MANAGER
    )

    class Meta:
        verbose_name = _("rules of claims")
        verbose_name_plural = _("rules of claims")
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_counts=True) | Q(progress_counts=True),
                name="claim_policy_something_counts",
                violation_error_message=_("Something must renew a protection: choose contacts, steps or both."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("rules of claims"))

    @property
    def days(self) -> Mapping[str, int]:
        """Return the days of protection by tier; "" is none yet."""
        return {Tier.A: self.days_a, Tier.B: self.days_b, Tier.C: self.days_c, "": self.days_none}

    @property
    def limits(self) -> Limits:
        """Return how many customers a person may hold."""
        tiers = {Tier.A: self.limit_a, Tier.B: self.limit_b, Tier.C: self.limit_c, "": self.limit_none}
        return Limits(self.limit_total, tiers)
