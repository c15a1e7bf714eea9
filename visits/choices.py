"""The field's own words about visits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """Why we go (sales-manager, daily visit plan)."""

    NEW_BUSINESS = "NEW_BUSINESS", _("new business")
    RESEARCH = "RESEARCH", _("market research")
    COLLECTION = "COLLECTION", _("collection")
    SERVICE = "SERVICE", _("service")
    COMPLAINT = "COMPLAINT", _("complaint")
    ORDER = "ORDER", _("order")
    RELATION = "RELATION", _("regular contact")
    OTHER = "OTHER", _("other")


class VisitKind(models.TextChoices):
    """How we were in contact."""

    VISIT = "VISIT", _("visit")
    CALL = "CALL", _("call")
    WECHAT = "WECHAT", _("WeChat")
    ONLINE = "ONLINE", _("online meeting")


class Result(models.TextChoices):
    """What came of it; never preset."""

    FORWARD = "FORWARD", _("moved forward")
    SAME = "SAME", _("unchanged")
    BLOCKED = "BLOCKED", _("blocked")


class NeedAttitude(models.TextChoices):
    """Need attitude after a visit (growing-key-accounts)."""

    BUYS = "BUYS", _("buys now")
    THINKING = "THINKING", _("very satisfied, thinking")
    HESITATING = "HESITATING", _("satisfied, hesitating")
    NOT_SATISFIED = "NOT_SATISFIED", _("not satisfied")


class NewClass(models.TextChoices):
    """Class given after every visit (growing-key-accounts)."""

    KEEP = "KEEP", _("keep developing")
    INVITE = "INVITE", _("invite to showroom or trial")
    HOPEFUL = "HOPEFUL", _("hopeful")
    SIGNING = "SIGNING", _("signing soon")


class PlanState(models.TextChoices):
    """Life of a day's plan."""

    DRAFT = "DRAFT", _("draft")
    SUBMITTED = "SUBMITTED", _("handed in")
    APPROVED = "APPROVED", _("signed")
    RETURNED = "RETURNED", _("returned")


class ItemState(models.TextChoices):
    """Life of one stop."""

    OPEN = "OPEN", _("planned")
    DONE = "DONE", _("done")
    DROPPED = "DROPPED", _("dropped")


class Suggestion(models.TextChoices):
    """Why a customer was proposed for the plan."""

    CADENCE = "CADENCE", _("contact owed by tier")
    PROMISE = "PROMISE", _("promised")
    STAGE = "STAGE", _("stage overdue")
    CARRIED = "CARRIED", _("left from an earlier plan")
    OWN = "OWN", _("own choice")
