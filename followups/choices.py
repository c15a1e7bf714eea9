"""States and channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FollowUpState(models.TextChoices):
    """Life of a follow-up."""

    OPEN = "OPEN", _("open")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("no longer needed")


class Channel(models.TextChoices):
    """Ways a follow-up reaches a person."""

    IN_APP = "IN_APP", _("in the app")
    EMAIL = "EMAIL", _("e-mail")


class DeliveryState(models.TextChoices):
    """Life of a delivery; SENDING with an ended lease is taken up again."""

    DUE = "DUE", _("due")
    SENDING = "SENDING", _("being sent")
    SENT = "SENT", _("sent")
    CANCELLED = "CANCELLED", _("cancelled")
    DEAD = "DEAD", _("given up")


class ApprovalState(models.TextChoices):
    """Life of an approval and of each of its steps."""

    WAITING = "WAITING", _("waiting for signature")
    APPROVED = "APPROVED", _("approved")
    RETURNED = "RETURNED", _("returned")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
