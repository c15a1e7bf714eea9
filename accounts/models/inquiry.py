"""Calls and walk-ins: who came, what for, how they heard of us, who looks after them; and the rule that says who."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Channel, Heard
from accounts.models.account import Account, Industry, in_one
from accounts.querysets import InquiryQuerySet
from crm.models.abstract import ClientMade, Recorded, Versioned
from teams.models import Team


class Inquiry(ClientMade, Versioned, Recorded):
    """Somebody called or came in; given to a person at once, with a first contact due."""

    channel = models.CharField(_("how they came"), max_length=10, choices=Channel, default=Channel.CALL)
    person = models.CharField(_("who"), max_length=60)
    company = models.CharField(_("company"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    wants = models.CharField(_("what they want"), max_length=500)
    heard = models.CharField(_("how they heard of us"), max_length=12, choices=Heard, blank=True)
    province = models.CharField(_("province"), max_length=30, blank=True)
    city = models.CharField(_("city"), max_length=30, blank=True)
    district = models.CharField(_("district or county"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    industry = models.ForeignKey(
        Industry, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("industry")
    )
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="inquiries", verbose_name=_("customer")
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="taken_inquiries", verbose_name=_("taken by")
    )
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inquiries", verbose_name=_("given to")
    )
    answered_at = models.DateTimeField(_("first contact"), null=True, blank=True, editable=False)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("call or walk-in")
        verbose_name_plural = _("calls and walk-ins")
        indexes = [
            models.Index(fields=["given_to", "-id"], name="inquiry_by_keeper"),
            models.Index(fields=["taken_by", "-id"], name="inquiry_by_taker"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.person, self.company)))

    @property
    def area(self) -> str:
        """Return province, city and district, as one place."""
        return in_one(self.province, self.city, self.district)


class InquiryRule(Recorded):
    """Who gets which calls and walk-ins: the first rule that fits; a team's goes to whoever has the fewest open."""

    position = models.PositiveSmallIntegerField(_("order"), default=10)
    province = models.CharField(_("province"), max_length=30, blank=True)
    city = models.CharField(_("city"), max_length=30, blank=True)
    industry = models.ForeignKey(
        Industry, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("industry")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))

    class Meta:
        verbose_name = _("rule for calls and walk-ins")
        verbose_name_plural = _("rules for calls and walk-ins")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, team__isnull=False) | Q(user__isnull=False, team=None),
                name="inquiry_rule_one_taker",
                violation_error_message=_("Choose a person or a team, one of the two."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}"
