"""Key accounts: what a proposal needs, who decides, and every proposal with what came of it."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import KeyScope, NominationState
from accounts.key_accounts.nominating import CRITERIA, TOP_SCORE, TOP_TOTAL, total_of
from accounts.models.account import Account
from accounts.querysets import InHouseQuerySet
from crm.models.abstract import ClientMade, Recorded, Versioned


class KeyAccountRule(Versioned):
    """What the firm asks of a key account; one row."""

    total_wanted = models.PositiveSmallIntegerField(
        _("points wanted together"), default=14, validators=[MaxValueValidator(TOP_TOTAL)], help_text=_("of 20")
    )
    each_wanted = models.PositiveSmallIntegerField(
        _("points wanted for each criterion"), default=2, validators=[MaxValueValidator(TOP_SCORE)], help_text=_("of 5")
    )
    review_months = models.PositiveSmallIntegerField(
        _("looked at again after (months)"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    class Meta:
        verbose_name = _("key-account rule")
        verbose_name_plural = _("key-account rules")

    def __str__(self) -> str:
        return str(_("key-account rule"))


class KeyAccountSigner(Recorded):
    """Somebody of the key-account group: any one of them signs a proposal for all."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))

    class Meta:
        verbose_name = _("member of the key-account group")
        verbose_name_plural = _("key-account group")

    def __str__(self) -> str:
        return f"{self.user}"


def _score(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, validators=[MaxValueValidator(TOP_SCORE)], help_text=_("0 to 5"))


def _reason() -> models.CharField:
    return models.CharField(_("why"), max_length=250)


class Nomination(ClientMade, Versioned, Recorded):
    """A proposal to make a customer a key account: four scores, each with its reason, and what came of it.

    `mark_before` is the mark of the customer before this one was approved, for taking the signature back.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="nominations", verbose_name=_("account"))
    scope = models.CharField(_("scope"), max_length=8, choices=KeyScope)
    sales_score = _score(_("brings large sales, or could"))
    sales_reason = _reason()
    innovation_score = _score(_("takes up technology and innovates"))
    innovation_reason = _reason()
    strength_score = _score(_("strong in its market"))
    strength_reason = _reason()
    finance_score = _score(_("in good financial health"))
    finance_reason = _reason()
    state = models.CharField(
        _("state"), max_length=9, choices=NominationState, default=NominationState.SUBMITTED, editable=False
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    handed_in_at = models.DateTimeField(_("handed in"))
    decided_on = models.DateField(_("decided on"), null=True, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(_("why it ended"), max_length=250, blank=True)
    mark_before = models.JSONField(default=dict, editable=False)

    objects = InHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("key-account proposal")
        verbose_name_plural = _("key-account proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["SUBMITTED", "RETURNED"]),
                name="nomination_open_once",
                violation_error_message=_("A proposal for this customer is under way already."),
            ),
            models.CheckConstraint(
                condition=Q(sales_score__lte=5, innovation_score__lte=5, strength_score__lte=5, finance_score__lte=5),
                name="nomination_scores_0_5",
                violation_error_message=_("Scores go from 0 to 5."),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="nomination_by_state")]

    def __str__(self) -> str:
        return f"{self.account}"

    def get_absolute_url(self) -> str:
        """Return the address of the proposal."""
        return reverse("accounts:nomination", args=[self.pk])

    @property
    def scores(self) -> dict[str, int]:
        """Return the four scores by criterion."""
        return {criterion: getattr(self, f"{criterion}_score") for criterion in CRITERIA}

    @property
    def total(self) -> int:
        """Return the points together."""
        return total_of(self.scores)

    @classmethod
    def words_of(cls, criterion: str) -> str:
        """Return a criterion in words."""
        field: Any = cls._meta.get_field(f"{criterion}_score")
        return str(field.verbose_name)

    @property
    def lines(self) -> list[tuple[str, int, str]]:
        """Return criterion, score and reason of the four, in words."""
        reasons = [getattr(self, f"{criterion}_reason") for criterion in CRITERIA]
        words = [self.words_of(criterion) for criterion in CRITERIA]
        return list(zip(words, self.scores.values(), reasons, strict=True))
