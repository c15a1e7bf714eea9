"""Whether a customer can buy, on what evidence, and who else sells there."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Aspect, Verdict
from accounts.models.account import Account
from accounts.querysets import InHouseQuerySet
from crm.models.abstract import Recorded, Versioned


class QualificationCheck(Recorded):
    """One judgement of one question, with its evidence; only ever added, the newest of each question counts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="checks")
    aspect = models.CharField(_("question"), max_length=12, choices=Aspect)
    verdict = models.CharField(_("verdict"), max_length=6, choices=Verdict, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    happened_on = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = InHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification check")
        verbose_name_plural = _("qualification checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="") | ~Q(evidence=""),
                name="qualification_needs_evidence",
                violation_error_message=_("Say what it rests on."),
            )
        ]
        indexes = [models.Index(fields=["account", "aspect", "-id"], name="check_by_account")]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_aspect_display()}"


class Rival(Versioned, Recorded):
    """A competitor at a customer: what is in use, how content they are with it, who sells it and how."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="rivals")
    name = models.CharField(_("competitor"), max_length=100)
    product = models.CharField(_("product in use"), max_length=120, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("how content the customer is"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 not at all, 5 fully"),
    )
    salesperson = models.CharField(_("their salesperson"), max_length=60, blank=True)
    style = models.CharField(_("how that person works"), max_length=200, blank=True)
    relation = models.CharField(_("that person's standing there"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("competitor at a customer")
        verbose_name_plural = _("competitors at customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="rival_satisfaction_1_5",
                violation_error_message=_("How content they are goes from 1 to 5."),
            )
        ]
        indexes = [models.Index(fields=["account", "name"], name="rival_by_account")]

    def __str__(self) -> str:
        return self.name
