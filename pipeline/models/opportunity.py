"""Opportunities, what they moved on, and who decides."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from crm.models import StoredFile, UndoEntry
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned
from pipeline.choices import ChangeKind, DecisionRole, EvidenceKind, OpportunityState, ProgressKind, Track
from pipeline.models.pipeline import Criterion, LossReason, Pipeline, Product, Step
from pipeline.querysets import EvidenceQuerySet, OfOpportunityQuerySet, OpportunityQuerySet, StageChangeQuerySet
from teams.models import Team


class Opportunity(ClientMade, Versioned, Recorded):
    """Something that can be won, with its own owner and team; it may lack an account.

    `our_step` and `customer_step` are the two tracks; only `pipeline.actions` moves them, on evidence. `step_since` and
    `progressed_at` are the server's times. `closed_on` is what people say, `closed_at` when the server heard it.
    """

    name = models.CharField(_("name"), max_length=200)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("account")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="opportunities", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("team")
    )
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="opportunities", verbose_name=_("pipeline"))
    our_step = models.ForeignKey(Step, models.PROTECT, related_name="+", verbose_name=_("our step"))
    customer_step = models.ForeignKey(Step, models.PROTECT, related_name="+", verbose_name=_("the customer's step"))
    step_since = models.DateTimeField(editable=False)
    progressed_at = models.DateTimeField(editable=False)
    progress_kind = models.CharField(max_length=8, choices=ProgressKind, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=4, choices=OpportunityState, default=OpportunityState.OPEN)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    expected_on = models.DateField(_("expected signature"), null=True, blank=True)
    odds = models.PositiveSmallIntegerField(
        _("odds stated (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    loss_reason = models.ForeignKey(
        LossReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason for loss")
    )
    competitor = models.CharField(_("competitor"), max_length=100, blank=True)
    lesson = models.TextField(_("lesson"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    external_id = models.CharField(_("number elsewhere"), max_length=60, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    search_text = models.TextField(blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OpportunityQuerySet.as_manager()

    # Set by an action that can be taken back, so that the page can offer it.
    undo_entry: UndoEntry | None = None

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="opportunity_external_once",
                violation_error_message=_("Another opportunity already has this number."),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="opportunity_amount_not_negative",
                violation_error_message=_("An amount is zero or more."),
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_on=None) | (~Q(state="OPEN") & Q(closed_on__isnull=False)),
                name="opportunity_closed_has_date",
                violation_error_message=_("A won or lost opportunity has a closing date, an open one has none."),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state"], name="opportunity_by_owner"),
            models.Index(fields=["team", "state"], name="opportunity_by_team"),
            models.Index(fields=["account", "state"], name="opportunity_by_account"),
            models.Index(fields=["state", "closed_on"], name="opportunity_by_closing"),
            models.Index(fields=["our_step", "state"], name="opportunity_by_step"),
            models.Index(fields=["state", "expected_on", "id"], name="opportunity_by_expected"),
            models.Index(fields=["state", "next_step_on", "id"], name="opportunity_by_next"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the opportunity's page."""
        return reverse("pipeline:opportunity", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Return whether it can still be won."""
        return self.state == OpportunityState.OPEN

    @property
    def lead(self) -> int:
        """Return by how many steps we are ahead of the buyer (negative: behind); selling ahead loses."""
        return self.our_step.position - self.customer_step.position


class Evidence(ClientMade, Recorded):
    """What a criterion was found fulfilled by: an answer, a document, a person's word with its date."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="evidence")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("shows that"))
    kind = models.CharField(_("kind"), max_length=8, choices=EvidenceKind, default=EvidenceKind.WORD)
    text = models.CharField(_("what shows it"), max_length=500)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("said by")
    )
    document = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    happened_on = models.DateField(_("date"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_why = models.CharField(_("why it no longer holds"), max_length=250, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["opportunity", "criterion"], name="evidence_by_opportunity")]

    def __str__(self) -> str:
        return self.text[:80]


class StageChange(Recorded):
    """One move on one track. Order and clocks go by `recorded_at`, which nobody can give.

    A row is never removed: a move that was taken back at once is marked by `undone_at` and counts no more.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="stage_changes")
    track = models.CharField(max_length=8, choices=Track)
    kind = models.CharField(max_length=8, choices=ChangeKind)
    before = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    happened_on = models.DateField(help_text=_("What a person says."))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=250, blank=True)
    undone_at = models.DateTimeField(null=True, editable=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    history_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Time an imported system recorded it; only imported rows have one.")
    )

    objects = StageChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage history")
        constraints = [
            models.CheckConstraint(
                condition=Q(history_at=None) | Q(origin__in=["IMPORT", "DEMO"]), name="stage_history_only_imported"
            )
        ]
        indexes = [
            models.Index(fields=["opportunity", "-id"], name="stage_by_opportunity"),
            models.Index(fields=["recorded_at"], name="stage_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity} {self.kind}"


class Decider(Recorded):
    """A person's part in the decision of one opportunity; one may hold several."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="deciders")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="decides", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=1, choices=DecisionRole)

    objects = OfOpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("person in the decision")
        verbose_name_plural = _("people in the decision")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "contact", "role"],
                name="decider_once",
                violation_error_message=_("This person already has this role here."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} {self.role}"
