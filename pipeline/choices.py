"""The field's own words about opportunities. No stage is named here: steps are rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OpportunityState(models.TextChoices):
    """Whether it is still to be won."""

    OPEN = "OPEN", _("still open")
    WON = "WON", _("won")
    LOST = "LOST", _("lost")


class Track(models.TextChoices):
    """The two processes that run side by side (synchronised-selling)."""

    CUSTOMER = "CUSTOMER", _("customer")
    OURS = "OURS", _("we")


class EvidenceKind(models.TextChoices):
    """What a step was passed on."""

    ANSWER = "ANSWER", _("an answer")
    DOCUMENT = "DOCUMENT", _("a document")
    WORD = "WORD", _("a person's word")
    EVENT = "EVENT", _("something that took place")


class DecisionRole(models.TextChoices):
    """Part a person plays in the decision of one project (synchronised-selling)."""

    APPROVER = "A", _("approver")
    DECIDER = "D", _("decision maker")
    EVALUATOR = "E", _("evaluator")
    INFLUENCER = "I", _("influencer")
    USER = "U", _("user of the product")


class ChangeKind(models.TextChoices):
    """What a row of the stage history says."""

    OPENED = "OPENED", _("opened")
    FORWARD = "FORWARD", _("moved on")
    BACK = "BACK", _("moved back")
    WON = "WON", _("won")
    LOST = "LOST", _("lost")
    REOPENED = "REOPENED", _("reopened")


class ProgressKind(models.TextChoices):
    """The last thing that moved an opportunity; only these reset its stall clock."""

    OPENED = "OPENED", _("the opening")
    STAGE = "STAGE", _("a move")
    EVIDENCE = "EVIDENCE", _("new evidence")
    AMOUNT = "AMOUNT", _("a new amount")
    NEXT_STEP = "NEXT", _("a next step done")
    VISIT = "VISIT", _("a visit")


class Metric(models.TextChoices):
    """What a target counts (sales-manager)."""

    WON_VALUE = "WON_VALUE", _("signed")
    NEW_ACCOUNTS = "NEW_ACCOUNTS", _("new customers")


class PeriodKind(models.TextChoices):
    """Length of a period."""

    MONTH = "MONTH", _("month")
    QUARTER = "QUARTER", _("quarter")
    YEAR = "YEAR", _("year")
