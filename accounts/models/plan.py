"""What we mean to do at a customer in a year, and what may go wrong there."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import RiskKind
from accounts.models.account import Account
from accounts.plans.risks import gravity, weight
from accounts.querysets import InHouseQuerySet, OfPlanQuerySet, RiskQuerySet
from crm.models.abstract import ClientMade, Recorded, Versioned

PERSON = settings.AUTH_USER_MODEL


class AccountPlan(Versioned, Recorded):
    """The plan for one customer and year (growing-key-accounts, 大客户策略); amounts are in the firm's currency."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="plans", verbose_name=_("account"))
    year = models.PositiveSmallIntegerField(_("year"))
    sponsor = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("executive sponsor")
    )
    review_on = models.DateField(_("review on"), null=True, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=18, decimal_places=4, null=True, blank=True)
    spent = models.DecimalField(_("spent"), max_digits=18, decimal_places=4, null=True, blank=True)
    environment = models.TextField(_("environment"), blank=True)
    policy = models.TextField(_("policy"), blank=True)
    industry_profit = models.TextField(_("profit of the industry"), blank=True)
    cost_share = models.TextField(_("our share in its cost"), blank=True)
    standing = models.TextField(_("its standing in the industry"), blank=True)
    strengths = models.TextField(_("our strengths"), blank=True)
    weaknesses = models.TextField(_("our weaknesses"), blank=True)
    made_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", editable=False)

    objects = InHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("account plan")
        verbose_name_plural = _("account plans")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "year"],
                name="account_plan_once",
                violation_error_message=_("There is a plan for this year already."),
            ),
            models.CheckConstraint(
                condition=(Q(budget=None) | Q(budget__gte=0)) & (Q(spent=None) | Q(spent__gte=0)),
                name="account_plan_amounts_positive",
                violation_error_message=_("Budget and spent are never below zero."),
            ),
        ]
        indexes = [models.Index(fields=["review_on"], name="account_plan_by_review", condition=~Q(review_on=None))]

    def __str__(self) -> str:
        return f"{self.account} {self.year}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan on its customer's page."""
        return f"{reverse('accounts:plan', args=[self.account_id])}?year={self.year}"

    @property
    def owner_id(self) -> int | None:
        """Return whose customer it is: he reads what is said about the plan."""
        return self.account.owner_id

    @property
    def left(self) -> Decimal | None:
        """Return what is left of the budget, negative where more was spent; None without a budget."""
        return None if self.budget is None else self.budget - (self.spent or Decimal(0))


class PlanRow(ClientMade, Versioned, Recorded):
    """One line of a plan: goal → strategy → resources → action → standard → method → feedback."""

    plan = models.ForeignKey(AccountPlan, models.CASCADE, related_name="rows")
    goal = models.TextField(_("goal"))
    strategy = models.TextField(_("strategy"), blank=True)
    resources = models.TextField(_("resources"), blank=True)
    action = models.TextField(pgettext_lazy("account plan", "action"), blank=True)
    standard = models.TextField(_("standard"), blank=True)
    method = models.TextField(_("method"), blank=True)
    feedback = models.TextField(_("feedback"), blank=True)
    responsible = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an account plan")
        verbose_name_plural = _("lines of an account plan")
        indexes = [
            models.Index(
                fields=["due_on"], name="plan_row_open", condition=Q(done_on=None, removed_at=None) & ~Q(due_on=None)
            )
        ]

    def __str__(self) -> str:
        return self.goal[:80]

    @property
    def asks(self) -> str:
        """Return what is to be done: the action, or the goal where none is named yet; one line of it."""
        return " ".join((self.action or self.goal).split())[:120]


class AccountRisk(ClientMade, Versioned, Recorded):
    """Something that may go wrong at a customer, how grave it is and what is done against it (sales-manager)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="risks")
    kind = models.CharField(_("kind"), max_length=6, choices=RiskKind)
    text = models.CharField(_("risk"), max_length=250)
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    effect = models.PositiveSmallIntegerField(_("effect"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    countermeasure = models.TextField(_("countermeasure"), blank=True)
    responsible = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)

    objects = RiskQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk at a customer")
        verbose_name_plural = _("risks at customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), effect__range=(1, 5)),
                name="risk_scales_1_5",
                violation_error_message=_("Likelihood and effect go from 1 to 5."),
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], name="risk_open", condition=Q(closed_on=None) & ~Q(due_on=None)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def weight(self) -> int:
        """Return likelihood × effect."""
        return weight(self.likelihood, self.effect)

    @property
    def weighed(self) -> str:
        """Return how the weight comes about."""
        return f"{self.likelihood} × {self.effect} = {self.weight}"

    @property
    def gravity(self) -> str:
        """Return low, medium or high."""
        return gravity(self.likelihood, self.effect)

    @property
    def asks(self) -> str:
        """Return what is to be done: the countermeasure, or the risk where none is named yet; one line of it."""
        return " ".join((self.countermeasure or self.text).split())[:120]
