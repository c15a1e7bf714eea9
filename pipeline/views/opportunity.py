"""An opportunity: opened, shown, changed, printed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Account
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest
from crm.templatetags.ui import day
from crm.workdays import load_calendar
from pipeline.actions.guards import Refused
from pipeline.actions.opportunities import edit_opportunity, open_opportunity
from pipeline.board import card_of
from pipeline.forms.closing import LoseForm
from pipeline.forms.opportunity import NewOpportunityForm, NextStepForm, OpportunityForm
from pipeline.funnel import weighted
from pipeline.models import Criterion, Opportunity
from pipeline.overview import countdown_of, gap_sentence, lacks_sponsor, people_of, points_of
from pipeline.panels import panels
from pipeline.views.shared import done, posted, refused, visible_or_404, workable_or_404
from teams.access import may, needs
from teams.choices import Right


def points_context(request: AuthenticatedHttpRequest, opportunity: Opportunity) -> dict[str, Any]:
    """Return what the steps and their evidence are shown from; four queries."""
    steps = list(opportunity.pipeline.steps.order_by("position"))
    criteria = Criterion.objects.filter(step__in=steps).order_by("track", "position")
    evidence = opportunity.evidence.select_related("contact", "actor", "document")
    changes = list(opportunity.stage_changes.select_related("before", "after", "actor").order_by("-id"))
    points = points_of(opportunity, steps, criteria, evidence, changes)
    return {
        "opportunity": opportunity,
        "points": points,
        "here": [point for point in points if point.is_here],
        "changes": changes,
        "next_ours": _after(opportunity.our_step_id, steps),
        "next_customer": _after(opportunity.customer_step_id, steps),
        "may_work": may(request.user, Right.SELL) and opportunity.archived_at is None,
    }


def _after(step_id: int, steps: list[Any]) -> Any:
    """Return the step after the one with this id, None after the last."""
    following = dict(zip([step.pk for step in steps], steps[1:], strict=False))
    return following.get(step_id)


def page_context(request: AuthenticatedHttpRequest, opportunity: Opportunity) -> dict[str, Any]:
    """Return what the page and its print are made from."""
    calendar = load_calendar()
    people = people_of(opportunity.deciders.select_related("contact"))
    return points_context(request, opportunity) | {
        "card": card_of(opportunity, on=request.today, calendar=calendar),
        "gap": gap_sentence(opportunity.lead),
        "countdown": countdown_of(opportunity, on=request.today, calendar=calendar),
        "people": people,
        "lacks_sponsor": lacks_sponsor(opportunity, people),
        "facts": facts_of(opportunity),
        "weighted": weighted(opportunity.amount, opportunity.our_step.band) if opportunity.is_open else None,
    }


def facts_of(opportunity: Opportunity) -> list[tuple[Any, ...]]:
    """Return label and value of what is known, empty ones included."""
    account = opportunity.account
    return [
        (_("Customer"), account.name if account else "", account.get_absolute_url() if account else ""),
        (_("Expected signature"), day(opportunity.expected_on)),
        (_("Odds stated"), None if opportunity.odds is None else f"{opportunity.odds} %"),
        (_("Product"), opportunity.product),
        (_("Pipeline"), opportunity.pipeline),
        (_("Owner"), opportunity.owner),
        (_("Team"), opportunity.team),
        (_("Opened"), day(opportunity.opened_on)),
        (_("At this step since"), day(opportunity.step_since)),
        (_("Number elsewhere"), opportunity.external_id),
        (_("Notes"), opportunity.notes),
    ]


@require_safe
def opportunity(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show everything about one opportunity."""
    found = visible_or_404(request, pk)
    context = page_context(request, found) | {
        "next_form": NextStepForm(today=request.today, calendar=load_calendar(), initial={"text": found.next_step}),
        "lose_form": LoseForm(today=request.today),
        "panels": panels(),
        "may_hand_over": may(request.user, Right.HAND_OVER),
    }
    return render(request, "pipeline/opportunity.html", context)


@require_safe
def print_view(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the review form of an opportunity, for paper."""
    return render(request, "pipeline/opportunity_print.html", page_context(request, visible_or_404(request, pk)))


@require_http_methods(["GET", "POST"])
@needs(Right.SELL)
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Open an opportunity, with or without a customer."""
    asked = _number(request.GET.get("account"))
    account = Account.objects.visible_to(request.user).live().filter(pk=asked).first() if asked is not None else None
    initial = {"account": account} if account else {}
    form = NewOpportunityForm(posted(request), user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_opportunity(
                **form.opening, owner=request.user, actor=request.user, on=request.today, now=request.now
            )
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, opened, _("Opened."))
    cancel_url = account.get_absolute_url() if account else reverse("pipeline:board")
    context = {"form": form, "account": account, "cancel_url": cancel_url}
    return render(request, "pipeline/opportunity_new.html", context, status=422 if form.errors else 200)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change facts of an opportunity."""
    found = workable_or_404(request, pk)
    data = chosen(request.POST) if request.method == "POST" else None
    form = OpportunityForm(data, instance=found, user=request.user)
    if data is not None and form.is_valid():
        current = visible_or_404(request, pk)
        try:
            saved = edit_opportunity(
                current, changes=form.changes, version=form.seen_version, actor=request.user, now=request.now
            )
        except EditConflict as conflict:
            url = found.get_absolute_url()
            return conflict_page(request, conflict, form, title=current.name, version=current.version, cancel_url=url)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, saved, _("Saved."))
    context = {"form": form, "opportunity": found}
    return render(request, "pipeline/opportunity_edit.html", context, status=422 if form.errors else 200)
