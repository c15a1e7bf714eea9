"""A day's plan and its stops."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned
from pipeline.models import Opportunity
from visits.choices import ItemState, PlanState, Purpose, Suggestion
from visits.querysets import DayPlanQuerySet, PlanItemQuerySet


class Located(models.Model):
    """Where a device says it was (WGS-84, metres of accuracy); missing is normal and never a gate."""

    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)

    class Meta:
        abstract = True


class DayPlan(Versioned, Recorded):
    """What one person means to do on one day; tomorrow's is made today and signed by the manager."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="day_plans", verbose_name=_("person")
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=9, choices=PlanState, default=PlanState.DRAFT)
    note = models.TextField(_("note to the manager"), blank=True)
    submitted_at = models.DateTimeField(null=True, editable=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)

    objects = DayPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("day plan")
        verbose_name_plural = _("day plans")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="day_plan_once")]
        indexes = [models.Index(fields=["day", "state"], name="day_plan_by_day")]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan's reading page; its owner is sent on to the page where it is made."""
        return reverse("visits:day_plan", args=[self.pk])


class PlanItem(ClientMade, Versioned, Located, Recorded):
    """One stop: which customer, when, what for.

    `causes` are the reasons it was proposed for, as `visits.suggesting` writes them; their words are made when shown.
    """

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="items")
    account = models.ForeignKey(Account, models.CASCADE, related_name="plan_items", verbose_name=_("account"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    opportunity = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("opportunity")
    )
    starts_at = models.TimeField(_("time"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.RELATION)
    goal = models.CharField(_("goal"), max_length=200, blank=True)
    suggestion = models.CharField(max_length=8, choices=Suggestion, default=Suggestion.OWN)
    causes = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=7, choices=ItemState, default=ItemState.OPEN)
    arrived_at = models.DateTimeField(null=True, editable=False)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned stop")
        verbose_name_plural = _("planned stops")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "account"],
                name="plan_item_account_once",
                violation_error_message=_("This customer is already in the plan."),
            )
        ]
        indexes = [models.Index(fields=["account", "state"], name="plan_item_by_account")]

    def __str__(self) -> str:
        return f"{self.plan.day} {self.account}"

    def get_absolute_url(self) -> str:
        """Return the address of the stop's page."""
        return reverse("visits:plan:stop", args=[self.pk])
