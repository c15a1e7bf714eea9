"""Handing over what somebody keeps, when he leaves, moves, or customers are shared out anew."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import HandedState, HandOverReason, HandOverState
from accounts.handover.querysets import HandOverItemQuerySet, HandOverQuerySet
from accounts.models.account import Account
from crm.models import Job
from crm.models.abstract import Recorded, Versioned

UNDO_FOR = timedelta(days=30)


class HandOver(Versioned, Recorded):
    """Customers that go from one person to others: planned, looked at, then run customer by customer.

    `rules` are tried in order, [{"by": "tier", "value": "A", "to": 12}, …]; what none of them names goes to `rest_to`.
    Without a giver each customer goes from whoever keeps it.
    """

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    reason = models.CharField(_("why"), max_length=10, choices=HandOverReason, default=HandOverReason.LEAVES)
    day = models.DateField(_("on"))
    with_first_visits = models.BooleanField(_("first visits"), default=True)
    rules = models.JSONField(default=list)
    rest_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("the rest to")
    )
    state = models.CharField(_("state"), max_length=10, choices=HandOverState, default=HandOverState.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("planned by")
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        indexes = [
            models.Index(fields=["giver", "-id"], name="handover_by_giver"),
            models.Index(fields=["day"], name="handover_scheduled", condition=Q(state="SCHEDULED")),
        ]

    def __str__(self) -> str:
        return f"{self.giver or ''} {self.day}".strip()

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("accounts:handovers:page", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        """Return whether it may still be changed: it has not begun."""
        return self.state in (HandOverState.DRAFT, HandOverState.SCHEDULED)

    @property
    def is_working(self) -> bool:
        """Return whether a worker has it."""
        return self.state in (HandOverState.RUNNING, HandOverState.UNDOING)

    def can_go_back(self, now: datetime) -> bool:
        """Return whether it may be taken back: it has ended, within the last 30 days."""
        ended = self.state in (HandOverState.DONE, HandOverState.STOPPED)
        return ended and self.finished_at is not None and now <= self.finished_at + UNDO_FOR

    @property
    def back_until(self) -> date | None:
        """Return the last day on which it may be taken back."""
        return (self.finished_at + UNDO_FOR).date() if self.finished_at else None


class HandOverItem(models.Model):
    """One customer of a hand-over, from whom and to whom; without a customer: what belongs to none of his.

    `before` is what takes it back, `expects` how the rows were left, as `crm.undo` compares them.
    """

    hand_over = models.ForeignKey(HandOver, models.CASCADE, related_name="items")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="hand_over_items")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_chosen = models.BooleanField(default=False, help_text=_("Chosen one by one, whatever the rules say."))
    state = models.CharField(max_length=8, choices=HandedState, default=HandedState.WAITING)
    error = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict)
    expects = models.JSONField(default=list)
    first_visit_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True, editable=False)

    objects = HandOverItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer handed over")
        verbose_name_plural = _("customers handed over")
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "account"], name="handover_account_once"),
            models.UniqueConstraint(fields=["hand_over"], condition=Q(account=None), name="handover_loose_once"),
        ]
        indexes = [
            models.Index(fields=["hand_over", "state"], name="handover_item_by_state"),
            models.Index(fields=["to", "hand_over"], name="handover_item_by_receiver"),
        ]

    def __str__(self) -> str:
        return str(self.account or "")
