"""States, channels, and the reasons for not sending."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FollowUpState(models.TextChoices):
    """Life of a follow-up."""

    OPEN = "OPEN", _("to be done")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("no longer needed")


class Channel(models.TextChoices):
    """Ways a follow-up reaches a person."""

    IN_APP = "IN_APP", _("in the app")
    EMAIL = "EMAIL", _("mail")


class DeliveryState(models.TextChoices):
    """Life of a delivery; SENDING with an ended lease is taken up again."""

    DUE = "DUE", _("due")
    SENDING = "SENDING", _("being sent")
    SENT = "SENT", _("sent")
    CANCELLED = "CANCELLED", _("cancelled")
    DEAD = "DEAD", _("given up")


class NotSent(models.TextChoices):
    """Why a delivery was cancelled or given up."""

    DONE = "done", _("it was done before")
    NOT_NEEDED = "not_needed", _("no longer needed")
    SNOOZED = "snoozed", _("put off")
    STALE = "stale", _("it was changed; a new reminder follows")
    GONE = "gone", _("what it was about is no longer there")
    INACTIVE = "inactive", _("the person left")
    HIDDEN = "hidden", _("the person may no longer see it")
    CHANNEL_OFF = "channel_off", _("the person does not want it this way")
    NO_ADDRESS = "no_address", _("the person has no address for it")
    TOO_LATE = "too_late", _("too late to be of use")
    TAKEN_BACK = "taken_back", _("taken back")
    POISON = "poison", _("sending it stopped the dispatcher several times")


# What comes back when the item it belongs to does.
REVIVABLE = (NotSent.DONE, NotSent.NOT_NEEDED, NotSent.SNOOZED, NotSent.STALE, NotSent.GONE, NotSent.HIDDEN)


class ApprovalState(models.TextChoices):
    """Life of an approval and of each of its steps."""

    WAITING = "WAITING", _("waiting for signature")
    APPROVED = "APPROVED", _("approved")
    RETURNED = "RETURNED", _("returned")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
