"""Filters of the list of opportunities; its page, its export, its bulk actions and the board use the same ones."""

from datetime import date, datetime
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import DateRangeWidget

from crm.money_field import AmountField
from pipeline.choices import OpportunityState
from pipeline.models import LossReason, Opportunity, Pipeline, Product, Step
from pipeline.nextsteps import LATER, NEXT_WEEK, NONE, OVERDUE, THIS_WEEK, TODAY, week_ends
from pipeline.querysets import NO_NEXT_STEP, OPEN, OpportunityQuerySet, next_step_overdue, next_step_today
from teams.filters import TeamFilter, values_asked
from teams.models import Team, User
from teams.querysets import SELLS

ANY_STATE = "any"


class DaysWidget(DateRangeWidget):
    """Two days, from and to."""

    template_name = "pipeline/widgets/days.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give both boxes the look of a field and a name for who does not see them."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for box, label in zip(context["widget"]["subwidgets"], (_("from"), _("until")), strict=True):
            box["attrs"] |= {"class": "form-control", "aria-label": label}
        return context


class AmountFilter(filters.Filter):
    """An amount as people write it: 380万, 3.8M."""

    field_class = AmountField


def days(field: str, label: Any) -> filters.DateFromToRangeFilter:
    """Return a filter for a range of days; `…_after` and `…_before` in the address, both included."""
    return filters.DateFromToRangeFilter(field_name=field, label=label, widget=DateRangeWidget(attrs={"type": "date"}))


class OpportunityFilter(filters.FilterSet):
    """Which opportunities: by text, state, step, whose, customer, what is due, days and amounts."""

    q = filters.CharFilter(
        label=_("Search"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Opportunity or customer")}),
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[*OpportunityState.choices, (ANY_STATE, _("every state"))],
        empty_label=None,
        method="by_state",
    )
    step = filters.ModelChoiceFilter(
        label=_("Step"),
        field_name="our_step",
        queryset=Step.objects.order_by("-pipeline__is_default", "pipeline_id", "position"),
        empty_label=_("Every step"),
    )
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=User.objects.none(), empty_label=_("Everybody"))
    team = TeamFilter(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Every team"))
    next = filters.ChoiceFilter(
        label=_("Next step"),
        choices=[
            (OVERDUE, _("overdue")),
            (TODAY, _("today")),
            (THIS_WEEK, _("later this week")),
            (NEXT_WEEK, _("next week")),
            (LATER, _("later")),
            (NONE, _("none")),
        ],
        empty_label=_("Any time"),
        method="by_next",
    )
    stalled = filters.BooleanFilter(label=_("Stalled"), method="by_stalled", widget=forms.CheckboxInput)
    sponsor = filters.ChoiceFilter(
        label=_("Sponsor"), choices=[(NONE, _("missing"))], empty_label=_("Any"), method="by_sponsor"
    )
    pipeline = filters.ModelChoiceFilter(
        label=_("Pipeline"), queryset=Pipeline.objects.order_by("-is_default", "pk"), empty_label=_("Every pipeline")
    )
    product = filters.ModelChoiceFilter(
        label=_("Product"), queryset=Product.objects.order_by("name"), empty_label=_("Every product")
    )
    amount_min = AmountFilter(label=_("Amount from"), field_name="amount", lookup_expr="gte")
    amount_max = AmountFilter(label=_("Amount up to"), field_name="amount", lookup_expr="lte")
    expected = days("expected_on", _("Expected signature"))
    opened = days("opened_on", _("Opened on"))
    closed = days("closed_on", _("Closed on"))
    loss = filters.ModelChoiceFilter(
        label=_("Reason for loss"),
        field_name="loss_reason",
        queryset=LossReason.objects.order_by("position"),
        empty_label=_("Every reason"),
    )
    archived = filters.ChoiceFilter(
        label=_("Archive"), choices=[("yes", _("only archived"))], empty_label=_("not archived"), method="by_archived"
    )
    account = filters.NumberFilter(field_name="account_id", widget=forms.HiddenInput)

    class Meta:
        model = Opportunity
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, user: User, on: date, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.now = on, now
        owning = Exists(Opportunity.objects.filter(owner=OuterRef("pk"), archived_at=None))
        self.filters["owner"].queryset = User.objects.visible_to(user).filter(SELLS | Q(owning)).order_by("name", "pk")
        self.filters["team"].queryset = Team.objects.visible_to(user)

    def by_text(self, queryset: OpportunityQuerySet, _name: str, value: str) -> OpportunityQuerySet:
        """Narrow to opportunities found by any part of their name or their customer's."""
        return queryset.matching(value)

    def by_state(self, queryset: OpportunityQuerySet, _name: str, _value: str) -> OpportunityQuerySet:
        """Leave all in; `filter_queryset` decides."""
        return queryset

    def by_next(self, queryset: OpportunityQuerySet, _name: str, value: str) -> OpportunityQuerySet:
        """Narrow to open opportunities by the day of their next step."""
        return queryset.filter(bucket_conditions(self.on)[value])

    def by_stalled(self, queryset: OpportunityQuerySet, _name: str, value: bool) -> OpportunityQuerySet:  # noqa: FBT001
        """Narrow to what stands still."""
        return queryset.stalled(self.now) if value else queryset

    def by_sponsor(self, queryset: OpportunityQuerySet, _name: str, _value: str) -> OpportunityQuerySet:
        """Narrow to what should have a sponsor and has none."""
        return queryset.without_sponsor()

    def by_archived(self, queryset: OpportunityQuerySet, _name: str, _value: str) -> OpportunityQuerySet:
        """Leave the archived ones in; `filter_queryset` decides."""
        return queryset

    def filter_queryset(self, queryset: OpportunityQuerySet) -> OpportunityQuerySet:
        """Apply the filters; unless asked for, only what is open and not archived is shown."""
        found: OpportunityQuerySet = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state") or OpportunityState.OPEN
        if state != ANY_STATE:
            found = found.filter(state=state)
        if self.form.cleaned_data.get("archived"):
            return found.exclude(archived_at=None)
        return found.live()

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return len(values_asked(self.form))


def bucket_conditions(on: date) -> dict[str, Q]:
    """Return the conditions of the buckets of next steps, in order; every open opportunity is in exactly one."""
    sunday, next_sunday = week_ends(on)
    return {
        OVERDUE: next_step_overdue(on),
        TODAY: next_step_today(on),
        THIS_WEEK: Q(OPEN, next_step_on__gt=on, next_step_on__lte=sunday),
        NEXT_WEEK: Q(OPEN, next_step_on__gt=sunday, next_step_on__lte=next_sunday),
        LATER: Q(OPEN, next_step_on__gt=next_sunday),
        NONE: NO_NEXT_STEP,
    }
