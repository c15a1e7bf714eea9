"""One small engine for everything somebody has to sign."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded, Versioned
from followups.choices import ApprovalState
from followups.querysets import ApprovalQuerySet
from teams.models import User


class Approval(Versioned, Recorded):
    """A request for a signature on one version of a thing; its steps are signed in order."""

    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_version = models.PositiveIntegerField(default=0, help_text="What was handed in; a later edit reopens it.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="requested_approvals", verbose_name=_("handed in by")
    )
    state = models.CharField(_("state"), max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(state="WAITING"),
                name="approval_waiting_once",
                violation_error_message=_("This is already waiting for a signature."),
            )
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="approval_by_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"


class ApprovalStep(models.Model):
    """One signature: who is asked, who signed, what was said. Any one of those asked may give it."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signs"))
    or_else = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("or one of these"))
    state = models.CharField(max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        constraints = [models.UniqueConstraint(fields=["approval", "position"], name="approval_step_once")]
        indexes = [models.Index(fields=["approver"], name="approval_step_waiting", condition=Q(state="WAITING"))]

    def __str__(self) -> str:
        return f"{self.approval} {self.position}"

    @property
    def signers(self) -> list[User]:
        """Return whoever may give this signature, the first of them first."""
        return [self.approver, *sorted(self.or_else.all(), key=lambda person: person.pk)]
