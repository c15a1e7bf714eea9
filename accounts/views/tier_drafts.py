"""Drafts of the tier policy: writing, simulating, comparing, having them signed, applying them on a day."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.tier_drafts import (
    KIND,
    BadDay,
    PolicyRefused,
    ask_signature,
    call_off,
    discard_draft,
    new_draft,
    nobody_signs,
    plan_day,
    refusal_of,
    save_draft,
    take_back,
)
from accounts.actions.tier_policies import apply_policy
from accounts.choices import DRAFTS, PolicyState
from accounts.forms.tiers import AskForm, CompareForm, DayForm, TierPolicyForm
from accounts.models import TierPolicy
from accounts.tiers.jobs import SIMULATE, apply_soon, kept_simulation, simulate_soon
from accounts.tiers.runs import as_draft, compute_proposals, is_long, policy_in_force
from accounts.tiers.simulation import (
    SHOWN_OF_CELL,
    Simulation,
    compare,
    comparison_from_json,
    from_json,
    simulate,
)
from accounts.tiers.simulation_pages import compared_drafts, figures_of, simulated
from accounts.views.changes import form_page
from accounts.views.tiers import look, moved_text
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.models import Job
from crm.models.jobs import JobState
from followups.choices import ApprovalState
from followups.models import Approval
from teams.access import may, needs, require
from teams.choices import Right


def _no_draft(request: AuthenticatedHttpRequest, found: TierPolicy) -> HttpResponse | None:
    """Answer somebody whose page is older than what another did: this is no draft any more. None: it is one."""
    if found.state in DRAFTS:
        return None
    is_in_force = found.state == PolicyState.ACTIVE
    said = _("“%(name)s” is in force already.") % {"name": found.name} if is_in_force else refusal_of(found)
    messages.info(request, said)
    return go_to(request, reverse("accounts:tiers"))


# --- writing ----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a draft, from the policy in force."""
    name = _("Draft %(day)s") % {"day": request.today.isoformat()}
    form = TierPolicyForm(request.POST or None, instance=as_draft(policy_in_force(), name=name))
    if form.is_valid():
        draft = new_draft(values=form.values, actor=request.user)
        messages.success(request, _("The draft is kept. It changes nothing until it is applied."))
        return go_to(request, draft.get_absolute_url())
    return _draft_page(request, form, None)


@require_http_methods(["GET", "POST"])
def draft(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a draft beside what it would do, and change it; what is in force or was stands on the policy's page."""
    look(request)
    found = get_object_or_404(TierPolicy, pk=pk)
    if request.method == "POST":
        require(request.user, Right.ADMINISTER)
    elif found.state not in DRAFTS:
        return redirect("accounts:tiers")
    post = chosen(request.POST) if request.method == "POST" else None
    form = TierPolicyForm(post, instance=get_object_or_404(TierPolicy, pk=pk))
    return (_save(request, form, found) if form.is_valid() else None) or _draft_page(request, form, found)


def _save(request: AuthenticatedHttpRequest, form: TierPolicyForm, found: TierPolicy) -> HttpResponse | None:
    """Write what was typed; None where it cannot be, with the reason in the form."""
    url = found.get_absolute_url()
    try:
        saved = save_draft(found, changes=form.policy_changes, version=form.seen_version, actor=request.user)
    except EditConflict as conflict:
        return _conflict(request, form, found, conflict)
    except PolicyRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    is_void = found.state == PolicyState.APPROVED and saved.state == PolicyState.DRAFT
    text = _("Saved. The rules changed, so they have to be signed again.") if is_void else _("Saved.")
    messages.success(request, text)
    return go_to(request, url)


def _conflict(
    request: AuthenticatedHttpRequest, form: TierPolicyForm, found: TierPolicy, conflict: EditConflict
) -> HttpResponse | None:
    """Ask which value counts; weights, days and shares, which are many values at once, are told in the form."""
    version = TierPolicy.objects.values_list("version", flat=True).get(pk=found.pk)
    joint = [clash for clash in conflict.clashes if clash.field not in form.fields]
    if not joint:
        url = found.get_absolute_url()
        return conflict_page(request, conflict, form, title=found.name, version=version, cancel_url=url)
    said = {"who": joint[0].changed_by, "what": _(", ").join(clash.label for clash in joint)}
    sentence = _("%(who)s changed this meanwhile: %(what)s. Look at the draft, then save again to keep what you typed.")
    form.add_error(None, sentence % said)
    typed: Any = chosen(request.POST).copy()
    typed["version"] = str(version)
    form.data = typed
    return None


def _effect(request: AuthenticatedHttpRequest, policy: TierPolicy) -> dict[str, Any]:
    """Return what the page shows of the effect: the figures, or that a worker has to find or is finding them."""
    if not is_long():
        found = simulate(compute_proposals(policy, on=request.today))
        return simulated(found, request.user, request.GET or request.POST)
    job = kept_simulation(policy, actor=request.user, on=request.today)
    if job is None or job.state != JobState.DONE:
        return {"is_long": True, "job": job}
    return simulated(from_json(job.result["simulation"]), request.user, request.GET or request.POST)


def _draft_page(request: AuthenticatedHttpRequest, form: TierPolicyForm, found: TierPolicy | None) -> HttpResponse:
    """Show the form, and the effect of the draft as it was last right."""
    approval = Approval.objects.about(KIND, found.pk).order_by("-pk").first() if found else None
    steps = approval.steps.select_related("approver", "decided_by").order_by("position") if approval else None
    context = {
        "form": form,
        "draft": found,
        "step": steps.first() if steps is not None else None,
        "was_returned": approval is not None and approval.state == ApprovalState.RETURNED,
        "may_administer": may(request.user, Right.ADMINISTER),
    }
    context |= _effect(request, found or as_draft(policy_in_force()))
    return render(request, "accounts/tiers/draft.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Right.ADMINISTER)
def discard(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = get_object_or_404(TierPolicy, pk=pk)
    if answer := _no_draft(request, found):
        return answer
    try:
        entry = discard_draft(found, actor=request.user, now=request.now)
        messages.success(request, _("The draft is gone; the tiers stay as they are."), extra_tags=f"undo:{entry.pk}")
    except PolicyRefused as refusal:
        messages.error(request, str(refusal))
    return go_to(request, reverse("accounts:tiers"))


# --- simulating -------------------------------------------------------------------------------------------------------
@require_POST
@needs(Right.ADMINISTER)
def simulate_typed(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer what the rules as typed would do; nothing is kept. Very many customers are left to a worker, on asking."""
    form = TierPolicyForm(request.POST, instance=policy_in_force())
    if not form.is_valid():
        return render(request, "accounts/tiers/draft.html#problems", {"form": form, "is_typed": True})
    typed = TierPolicy(**form.values)
    if is_long() and "start" in request.POST:
        job = simulate_soon(typed, actor=request.user, on=request.today)
        if not is_fragment(request):
            return redirect("accounts:simulation", job.pk)
    context = _effect(request, typed) | {"form": form, "may_administer": True, "is_typed": True}
    return render(request, "accounts/tiers/draft.html#effect", context)


@require_GET
def simulation(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a simulation or comparison that a worker makes or has made for this person."""
    look(request)
    job = get_object_or_404(Job, pk=pk, owner=request.user, kind=SIMULATE)
    context: dict[str, Any] = {"job": job, "may_administer": False, "is_long": True}
    if "comparison" in job.result:
        context |= compared_drafts(comparison_from_json(job.result["comparison"]), request.user)
    elif "simulation" in job.result:
        context |= simulated(from_json(job.result["simulation"]), request.user, request.GET) | {"is_long": False}
    if is_fragment(request) and "comparison" not in job.result:
        return render(request, "accounts/tiers/draft.html#effect", context)
    if is_fragment(request):
        return go_to(request, request.path)
    return render(request, "accounts/tiers/simulation.html", context)


@require_http_methods(["GET", "POST"])
def compare_drafts(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show two drafts, or a draft and the policy in force, side by side; very many customers are left to a worker."""
    look(request)
    rows = TierPolicy.objects.filter(state__in=[*DRAFTS, PolicyState.ACTIVE]).order_by("-pk")
    given = request.POST if request.method == "POST" else request.GET
    form = CompareForm(given if "b" in given else None, policies=rows, initial={"a": given.get("a")})
    context: dict[str, Any] = {"form": form, "is_long": is_long()}
    if form.is_valid():
        first, second = form.cleaned_data["a"], form.cleaned_data["b"]
        if context["is_long"] and request.method == "GET":
            return render(request, "accounts/tiers/compare.html", context)
        if context["is_long"]:
            job = simulate_soon(first, second, actor=request.user, on=request.today)
            return redirect("accounts:simulation", job.pk)
        runs = (compute_proposals(policy, on=request.today) for policy in (first, second))
        context |= compared_drafts(compare(*runs, shown=SHOWN_OF_CELL), request.user)
    return render(request, "accounts/tiers/compare.html", context, status=422 if form.errors else 200)


# --- the signature and the day ----------------------------------------------------------------------------------------
def _kept_effect(request: AuthenticatedHttpRequest, policy: TierPolicy) -> Simulation | None:
    """Return the effect of a draft; None where a worker has not found it."""
    if not is_long():
        return simulate(compute_proposals(policy, on=request.today))
    job = kept_simulation(policy, actor=request.user, on=request.today)
    return from_json(job.result["simulation"]) if job and job.state == JobState.DONE else None


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def ask(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask a director to sign a draft."""
    found = get_object_or_404(TierPolicy, pk=pk)
    if answer := _no_draft(request, found):
        return answer
    form = AskForm(request.POST or None, actor=request.user)
    if not form.fields["signer"].queryset.exists():  # type: ignore[attr-defined]
        messages.error(request, nobody_signs())
        return go_to(request, found.get_absolute_url())
    if form.is_valid():
        effect = _kept_effect(request, found)
        try:
            ask_signature(
                found,
                **form.cleaned_data,
                figures=figures_of(effect) if effect else {},
                actor=request.user,
                on=request.today,
                now=request.now,
            )
        except PolicyRefused as refusal:
            form.add_error("apply_on" if isinstance(refusal, BadDay) else None, str(refusal))
        else:
            messages.success(request, _("%(who)s was asked to sign.") % {"who": form.cleaned_data["signer"]})
            return go_to(request, found.get_absolute_url())
    title = _("Have “%(name)s” signed") % {"name": found.name}
    return form_page(request, form, title=title, verb=_("Ask for the signature"), cancel_url=found.get_absolute_url())


def _after(request: AuthenticatedHttpRequest, found: TierPolicy, write: Any, text: str) -> HttpResponse:
    """Do one thing to a draft, and say what came of it on its page."""
    try:
        write()
        messages.success(request, text)
    except PolicyRefused as refusal:
        messages.error(request, str(refusal))
    return go_to(request, found.get_absolute_url())


@require_POST
@needs(Right.ADMINISTER)
def untake(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take the request for a signature back."""
    found = get_object_or_404(TierPolicy, pk=pk)
    if answer := _no_draft(request, found):
        return answer
    text = _("The request is taken back; the draft can be changed again.")
    return _after(request, found, lambda: take_back(found, actor=request.user, now=request.now), text)


@require_POST
@needs(Right.ADMINISTER)
def uncall(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Not apply a signed draft on its day."""
    found = get_object_or_404(TierPolicy, pk=pk)
    if answer := _no_draft(request, found):
        return answer
    text = _("Called off. The draft stays signed; choose another day whenever you want.")
    return _after(request, found, lambda: call_off(found, actor=request.user), text)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def apply(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask once, naming what happens, then apply a signed draft, today or on the day chosen."""
    found = get_object_or_404(TierPolicy, pk=pk)
    if answer := _no_draft(request, found):
        return answer
    form = DayForm(request.POST or None, today=request.today)
    if form.is_valid():
        try:
            return _apply_on(request, found, form.cleaned_data["day"])
        except BadDay as refusal:
            form.add_error("day", str(refusal))
        except PolicyRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"policy": found, "form": form} | _effect(request, found)
    return render(request, "accounts/tiers/apply.html", context, status=422 if form.is_bound else 200)


def _apply_on(request: AuthenticatedHttpRequest, found: TierPolicy, day: Any) -> HttpResponse:
    if day != request.today:
        plan_day(found, day=day, actor=request.user, on=request.today)
        text = _("“%(name)s” is applied on %(day)s. Until then you can call it off.")
        messages.success(request, text % {"name": found.name, "day": day.isoformat()})
        return go_to(request, found.get_absolute_url())
    if is_long():
        plan_day(found, day=day, actor=request.user, on=request.today)
        apply_soon(found, actor=request.user, on=request.today)
    else:
        moved = apply_policy(found, actor=request.user, on=request.today, now=request.now)
        messages.success(request, moved_text(moved))
    return go_to(request, reverse("accounts:tiers"))
