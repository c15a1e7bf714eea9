"""How customers are tiered, and every change of a tier."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import CutBy, PolicyState, RoundState, RunEvery, Tier, TierChangeKind
from accounts.models.account import Account
from accounts.querysets import OfAccountQuerySet, TierRulesQuerySet
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


def usual_weights() -> dict[str, int]:
    """Return what each criterion of `accounts.tiers.scoring` counts, in percent. Ours, editable."""
    return {"turnover": 60, "potential": 25, "credit": 15}


class RatingScale(Versioned, Recorded):
    """A further criterion of the firm: customers are rated by it from 0 to 5."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    hint = models.CharField(_("what 0 and 5 mean"), max_length=120, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("further criterion")
        verbose_name_plural = _("further criteria")

    def __str__(self) -> str:
        return self.name


class AccountRating(Recorded):
    """A customer's rating by a further criterion; absent where nobody rated it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="ratings")
    scale = models.ForeignKey(RatingScale, models.CASCADE, related_name="ratings")
    value = models.PositiveSmallIntegerField(_("rating"))

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating of a customer")
        verbose_name_plural = _("ratings of customers")
        constraints = [
            models.UniqueConstraint(fields=["account", "scale"], name="account_rating_once"),
            models.CheckConstraint(
                condition=Q(value__lte=5),
                name="account_rating_0_5",
                violation_error_message=_("A rating goes from 0 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale}: {self.value}"


class TierPolicy(Versioned, Recorded):
    """One version of the firm's tier rules; one is in force, drafts are simulated and signed before they are applied.

    `ran_on` is the day of its last run; while it is empty, a policy in force is still being applied. Changes of tiers
    after `change_mark` are those it made since it came into force in the place of `replaced`, or came back.
    """

    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=PolicyState, default=PolicyState.DRAFT)
    weights = models.JSONField(_("weights"), default=usual_weights)
    cut_by = models.CharField(_("cut by"), max_length=10, choices=CutBy, default=CutBy.CUSTOMERS)
    cut_a = models.DecimalField(_("cut of A"), max_digits=5, decimal_places=2, default=Decimal(10))
    cut_b = models.DecimalField(_("cut of B"), max_digits=5, decimal_places=2, default=Decimal(30))
    min_criteria = models.PositiveSmallIntegerField(_("criteria that have to be known"), default=1)
    min_weight = models.PositiveSmallIntegerField(_("weight that has to be known (%)"), default=0)
    margin = models.DecimalField(_("margin at the cuts"), max_digits=4, decimal_places=2, default=Decimal(0))
    window_months = models.PositiveSmallIntegerField(_("months of turnover counted"), default=12)
    run_every = models.CharField(_("run anew"), max_length=10, choices=RunEvery, default=RunEvery.NEVER)
    applies_itself = models.BooleanField(_("tiers change without a signature"), default=False)
    reference = models.JSONField(_("reference shares"), default=reference_shares)
    contact_days = models.JSONField(_("days between contacts"), default=visit_frequency)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    figures = models.JSONField(default=dict, help_text="What the signer is told of the effect.")
    signed_at = models.DateTimeField(null=True, editable=False)
    apply_on = models.DateField(_("apply on"), null=True)
    applied_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    ran_on = models.DateField(_("last run"), null=True, editable=False)
    replaced = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    came_back = models.BooleanField(default=False, editable=False)
    change_mark = models.BigIntegerField(default=0, editable=False)

    objects = TierRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(cut_by="SCORE", cut_b__gt=0, cut_a__gt=models.F("cut_b"), cut_a__lte=100)
                | (~Q(cut_by="SCORE") & Q(cut_a__gt=0, cut_b__gt=models.F("cut_a"), cut_b__lt=100)),
                name="tier_cuts_fit",
                violation_error_message=_("The cuts of A and B overlap or lie outside 0 to 100."),
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="ACTIVE"), name="tier_policy_one_in_force"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the policy's page."""
        return reverse("accounts:draft", args=[self.pk])


class TierRound(Versioned, Recorded):
    """What one run of the rules in force proposes, kept until it is signed: what was signed is what is applied.

    `moves` are lists of account, tier before, tier after, score and place.
    """

    policy = models.ForeignKey(TierPolicy, models.PROTECT, related_name="rounds")
    happened_on = models.DateField()
    state = models.CharField(_("state"), max_length=8, choices=RoundState, default=RoundState.WAITING)
    moves = models.JSONField(default=list)
    out_of = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True, editable=False)

    objects = TierRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposals of a run")
        verbose_name_plural = _("proposals of runs")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="WAITING"), name="tier_round_one_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.happened_on}"

    def get_absolute_url(self) -> str:
        """Return the address of the page of these proposals."""
        return reverse("accounts:tier_round", args=[self.pk])


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
    rank = models.PositiveIntegerField(null=True)
    out_of = models.PositiveIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes = [
            models.Index(fields=["account", "-id"], name="tier_change_by_account"),
            models.Index(fields=["happened_on"], name="tier_hand_ended", condition=Q(kind="OVERRIDE_ENDED")),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.before or '–'} → {self.after or '–'}"
