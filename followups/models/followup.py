"""Due items and the settings of the rules that make them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded, Versioned
from followups.choices import FollowUpState
from followups.querysets import FollowUpQuerySet


class FollowUp(Versioned, Recorded):
    """One thing one person must do, once.

    `key` names the occurrence ("visit-tomorrow:planitem:813:2026-12-01:55"): however often a rule runs, by however many
    schedulers, there is one row. The text is made from `kind` and `params` when shown, in the reader's language.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    subject_kind = models.CharField(max_length=40, help_text="Registered kind of the thing it is about.")
    subject_id = models.BigIntegerField()
    source_version = models.PositiveIntegerField(default=0, help_text="Version of the subject it was computed from.")
    account_id = models.BigIntegerField(null=True, help_text="The customer concerned, for lists by customer.")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follow_ups", verbose_name=_("for whom")
    )
    due_on = models.DateField(_("due"))
    ends_on = models.DateField(null=True, help_text="After this day it is told in the app only.")
    params = models.JSONField(default=dict, help_text="Names and dates the text is made from.")
    state = models.CharField(_("state"), max_length=10, choices=FollowUpState, default=FollowUpState.OPEN)
    snoozed_until = models.DateField(_("not before"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            models.Index(fields=["recipient", "due_on"], name="followup_open", condition=Q(state="OPEN")),
            models.Index(fields=["subject_kind", "subject_id"], name="followup_by_subject"),
            models.Index(fields=["account_id"], name="followup_by_account", condition=Q(account_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.key


class RuleSetting(Versioned):
    """An admin's settings of one rule; absent means the defaults the rule declares."""

    kind = models.CharField(max_length=40, unique=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("follow-up rule")
        verbose_name_plural = _("follow-up rules")

    def __str__(self) -> str:
        return self.kind


class RuleRun(models.Model):
    """How the last run of a rule went; an admin sees here that one fails."""

    kind = models.CharField(max_length=40, unique=True)
    ran_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    yielded = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0, help_text="Left out: the subject was changed meanwhile.")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("run of a rule")
        verbose_name_plural = _("runs of rules")

    def __str__(self) -> str:
        return self.kind
