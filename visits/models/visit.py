"""What happened at the customer's."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned
from pipeline.models import Opportunity
from visits.choices import NeedAttitude, NewClass, Purpose, Result, VisitKind
from visits.effectiveness import is_effective
from visits.models.plan import Located, PlanItem
from visits.querysets import OfVisitQuerySet, VisitQuerySet


class Visit(ClientMade, Versioned, Located, Recorded):
    """One contact with a customer. Only the customer is required; the rest may follow.

    `happened_on` is what the person says, `recorded_at` the server's time. `client_id` is made on the device: the same
    one sent twice is one visit.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="visits", verbose_name=_("account"))
    opportunity = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="visits", verbose_name=_("opportunity")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits", verbose_name=_("person"))
    plan_item = models.OneToOneField(
        PlanItem, models.SET_NULL, null=True, blank=True, related_name="visit", verbose_name=_("planned stop")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=VisitKind, default=VisitKind.VISIT)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, blank=True)
    happened_on = models.DateField(_("on"))
    started_at = models.TimeField(_("from"), null=True, blank=True)
    ended_at = models.TimeField(_("to"), null=True, blank=True)
    contacts = models.ManyToManyField(Contact, through="VisitContact", related_name="visits", verbose_name=_("met"))
    said = models.TextField(_("what was said"), blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result, blank=True)
    goal_reached = models.BooleanField(_("goal reached"), null=True, blank=True)
    attitude = models.CharField(_("need attitude"), max_length=13, choices=NeedAttitude, blank=True)
    new_class = models.CharField(_("class after the visit"), max_length=8, choices=NewClass, blank=True)
    commitment = models.CharField(_("the customer promised"), max_length=200, blank=True)
    commitment_on = models.DateField(_("promised for"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_on = models.DateField(_("next contact"), null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [
            models.Index(fields=["account", "-happened_on", "-id"], name="visit_by_account"),
            models.Index(fields=["user", "-happened_on"], name="visit_by_user"),
            models.Index(
                fields=["opportunity", "-happened_on"],
                name="visit_by_opportunity",
                condition=Q(opportunity__isnull=False),
            ),
            models.Index(fields=["-happened_on", "-id"], name="visit_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.account}"

    def get_absolute_url(self) -> str:
        """Return the address of the visit's page."""
        return reverse("visits:visit", args=[self.pk])

    @property
    def is_effective(self) -> bool:
        """Return whether the goal or a commitment was reached (sales-manager counts the rate)."""
        return is_effective(goal_reached=self.goal_reached, commitment=self.commitment)


class VisitContact(models.Model):
    """A person who was met."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="met")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="met_on")

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("person met")
        verbose_name_plural = _("people met")
        constraints = [models.UniqueConstraint(fields=["visit", "contact"], name="visit_contact_once")]

    def __str__(self) -> str:
        return str(self.contact)
