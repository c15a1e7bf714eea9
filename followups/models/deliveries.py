"""The outbox: what has to reach a person, and by which channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded
from followups.choices import Channel, DeliveryState
from followups.models.followup import FollowUp
from followups.querysets import DeliveryQuerySet, NotificationQuerySet


class Delivery(Recorded):
    """One message to one person by one channel, written in the transaction of what it tells about.

    The row is the truth: brokers and schedulers only wake the dispatcher, which claims rows with a lease. Rows for the
    same person that are due together travel in one mail; the first claim writes its Message-ID into `provider_ref` of
    each, and from then on the same rows travel together under the same identity, however often it is tried.
    """

    key = models.CharField(max_length=200, unique=True)
    follow_up = models.ForeignKey(FollowUp, models.CASCADE, null=True, related_name="deliveries")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    source_version = models.PositiveIntegerField(default=0)
    params = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.DUE)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    lost_leases = models.PositiveSmallIntegerField(default=0, help_text="How often its dispatcher died with it.")
    provider_ref = models.CharField(max_length=320, blank=True)
    last_error = models.CharField(max_length=500, blank=True, help_text="A reason of NotSent, or a server's words.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_waiting", condition=Q(state__in=["DUE", "SENDING"])),
            models.Index(fields=["recipient", "-id"], name="delivery_by_recipient"),
            models.Index(fields=["subject_kind", "subject_id"], name="delivery_by_subject"),
            models.Index(fields=["provider_ref"], name="delivery_by_message", condition=~Q(provider_ref="")),
        ]

    def __str__(self) -> str:
        return self.key


class Notification(Recorded):
    """A line in a person's centre; the delivery's key makes it appear once."""

    key = models.CharField(max_length=200, unique=True)
    follow_up = models.ForeignKey(FollowUp, models.CASCADE, null=True, related_name="notifications")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    params = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_by_recipient"),
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.key


class ChannelChoice(models.Model):
    """What a person wants by which channel; absent means the default of the kind."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_choices")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel)
    is_on = models.BooleanField()

    class Meta:
        verbose_name = _("channel choice")
        verbose_name_plural = _("channel choices")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="channel_choice_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.kind} {self.channel}"


class DispatcherBeat(models.Model):
    """When a dispatcher last worked; the admin's page warns when it is long ago."""

    name = models.CharField(max_length=60, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dispatcher sign of life")
        verbose_name_plural = _("dispatcher signs of life")

    def __str__(self) -> str:
        return self.name
