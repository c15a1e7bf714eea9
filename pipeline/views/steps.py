"""Moving along the tracks, evidence, next steps, and the people in the decision."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from crm.files import QuotaExceeded
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.workdays import load_calendar
from pipeline.actions.deciders import set_all_roles
from pipeline.actions.evidence import add_evidence, withdraw_evidence
from pipeline.actions.guards import Refused
from pipeline.actions.opportunities import finish_next_step, set_next_step
from pipeline.actions.showing import move_showing
from pipeline.actions.steps import STEP_FIELD, missing_for
from pipeline.choices import DecisionRole, Track
from pipeline.forms.opportunity import NextStepForm
from pipeline.forms.steps import EvidenceForm, MoveForm, RolesForm, WithdrawForm, people_at
from pipeline.models import Criterion, Opportunity, Step
from pipeline.views.opportunity import points_context
from pipeline.views.shared import done, next_url, posted, refused, visible_or_404, workable_or_404

PEOPLE_SHOWN = 100


def _asked_step(data: Any, steps: Any) -> Step | None:
    """Return the step a form or an address names, if it is one of these."""
    asked = str(data.get("to", ""))
    return steps.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _move_form(request: AuthenticatedHttpRequest, found: Opportunity) -> MoveForm:
    """Return the form with a line for everything that is missing for the step asked for."""
    data = request.POST if request.method == "POST" else request.GET
    asked = data.get("track", "")
    track = asked if asked in Track.values else Track.OURS
    here: Step = getattr(found, STEP_FIELD[Track(track)])
    steps = found.pipeline.steps.order_by("position")
    to = _asked_step(data, steps) or steps.filter(position__gt=here.position).first() or here
    missing = missing_for(found, track, to)
    initial = {"track": track, "to": to, "seen": here.pk}
    return MoveForm(
        posted(request), steps=steps.exclude(pk=here.pk), today=request.today, missing=missing, initial=initial
    )


@require_http_methods(["GET", "POST"])
def move(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Move an opportunity along a track; what is missing is named, and can be shown on the spot."""
    found = workable_or_404(request, pk)
    form = _move_form(request, found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = {name: given[name] for name in ("track", "to", "on", "reason", "seen")}
        try:
            moved = move_showing(found, **asked, shown=form.shown, actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, moved, _("Moved to %(step)s.") % {"step": given["to"]})
    context = {"form": form, "opportunity": found, "next": next_url(request, "")}
    return render(request, "pipeline/move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def evidence(request: AuthenticatedHttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    """Say what shows a criterion; as a fragment the answer is the list of steps."""
    found = workable_or_404(request, pk)
    criterion = get_object_or_404(Criterion, pk=criterion_pk, step__pipeline=found.pipeline_id)
    form = EvidenceForm(posted(request), request.FILES or None, opportunity=found, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            add_evidence(found, criterion=criterion, **form.cleaned_data, actor=request.user, now=request.now)
        except (Refused, QuotaExceeded) as refusal:
            refused(form, refusal)
        else:
            if is_fragment(request):
                return render(request, "pipeline/points.html", points_context(request, visible_or_404(request, pk)))
            return done(request, found, _("Saved."))
    context = {"form": form, "opportunity": found, "criterion": criterion}
    if is_fragment(request):
        answer = render(request, "pipeline/evidence.html#form", context)
        return reswap(retarget(answer, f"#show-{criterion.pk}"), "innerHTML")
    return render(request, "pipeline/evidence.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def withdraw(request: AuthenticatedHttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Say that evidence no longer holds."""
    found = workable_or_404(request, pk)
    item = found.evidence.select_related("criterion").filter(pk=evidence_pk).first()
    if item is None:
        raise Http404
    form = WithdrawForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_evidence(item, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, found, _("Withdrawn. It stays readable with your reason."))
    context = {"form": form, "opportunity": found, "item": item}
    return render(request, "pipeline/withdraw.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def next_step(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say what comes next and when."""
    found = workable_or_404(request, pk)
    form = NextStepForm(
        posted(request), today=request.today, calendar=load_calendar(), initial={"text": found.next_step}
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = set_next_step(
                found, text=form.cleaned_data["text"], on=form.day, actor=request.user, now=request.now
            )
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, saved, _("Saved."))
    context = {"form": form, "opportunity": found, "next": next_url(request, "")}
    return render(request, "pipeline/next_step.html", context, status=422 if form.errors else 200)


@require_POST
def next_step_done(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Tick off the next step; the page then asks for the one after it."""
    found = workable_or_404(request, pk)
    try:
        saved = finish_next_step(found, actor=request.user, now=request.now)
    except Refused as refusal:
        form = NextStepForm({}, today=request.today, calendar=load_calendar())
        refused(form, refusal)
        return render(request, "pipeline/next_step.html", {"form": form, "opportunity": found}, status=422)
    return done(request, saved, _("Done. What comes next?"))


@require_http_methods(["GET", "POST"])
def people(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say who takes part in the decision, and in which part."""
    found = workable_or_404(request, pk)
    contacts = list(people_at(found)[:PEOPLE_SHOWN])
    held: dict[str, list[str]] = {RolesForm.name_of(contact): [] for contact in contacts}
    for decider in found.deciders.select_related("contact"):
        held.setdefault(RolesForm.name_of(decider.contact), []).append(decider.role)
    form = RolesForm(posted(request), contacts=contacts, initial=held)
    if request.method == "POST" and form.is_valid():
        try:
            set_all_roles(found, form.roles, actor=request.user)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, found, _("Saved."))
    context = {"form": form, "opportunity": found, "roles": DecisionRole.choices}
    return render(request, "pipeline/people.html", context, status=422 if form.errors else 200)
