"""The tier policy: the one in force, drafts with what they would do, applying, going back; one customer's tier."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.tiers import (
    OverrideRefused,
    PolicyRefused,
    apply_policy,
    discard_draft,
    end_override,
    new_draft,
    override_tier,
    roll_back,
    save_draft,
)
from accounts.choices import PolicyState, TierChangeKind
from accounts.forms.tiers import OverrideForm, TierPolicyForm
from accounts.models import Account, Contact, TierChange, TierPolicy
from accounts.simulation import compared, finding, reason_of, simulated, turnover_bars
from accounts.tier_jobs import APPLY, ROLL_BACK, apply_soon, is_long, roll_back_soon
from accounts.tier_runs import compute_proposals, policy_in_force
from accounts.views.account import account_or_404, head
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.models import Job
from teams.access import may, needs, require
from teams.choices import Right, Role
from teams.models import User

BY_HAND_SHOWN = 50


def _may_look(user: User) -> bool:
    """Return whether the person may look at the policy: who sets it, and the director."""
    return may(user, Right.ADMINISTER) or user.role == Role.DIRECTOR


def _look(request: AuthenticatedHttpRequest) -> None:
    if not _may_look(request.user):
        raise PermissionDenied


@require_GET
def policies(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the policy in force, actual beside reference shares, drafts, and the policies before."""
    _look(request)
    policy = policy_in_force()
    run = compute_proposals(policy, on=request.today)
    rows = compared(run.standings, policy.reference)
    every = TierPolicy.objects.exclude(pk=policy.pk).select_related("author")
    context = {
        "policy": policy,
        "compared": rows,
        "bars": turnover_bars(rows),
        "finding": finding(rows),
        "waiting": len(run.movers),
        "drafts": every.filter(state=PolicyState.DRAFT).order_by("-pk"),
        "retired": every.filter(state=PolicyState.RETIRED).order_by("-applied_at", "-pk")[:20],
        "job": _job(request),
        "by_hand": _set_by_hand(request),
        "may_administer": may(request.user, Right.ADMINISTER),
    }
    return render(request, "accounts/tiers.html", context)


def _set_by_hand(request: AuthenticatedHttpRequest) -> list[tuple[Account, TierChange | None, bool]]:
    """Return the customers whose tier is set by hand, the first to end first: why, and whether one sees them."""
    rows = Account.objects.live().exclude(tier_fixed_until=None).order_by("tier_fixed_until", "pk")
    fixed = list(rows.select_related("owner")[:BY_HAND_SHOWN])
    changes = TierChange.objects.filter(account__in=fixed, kind=TierChangeKind.OVERRIDE).order_by("pk")
    last = {change.account_id: change for change in changes.select_related("actor")}
    keys = [account.pk for account in fixed]
    seen = set(Account.objects.visible_to(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    return [(account, last.get(account.pk), account.pk in seen) for account in fixed]


def _job(request: AuthenticatedHttpRequest) -> Job | None:
    """Return this person's last run, where there is one."""
    return Job.objects.filter(owner=request.user, kind__in=(APPLY, ROLL_BACK)).order_by("-id").first()


@require_GET
@needs(Right.ADMINISTER)
def progress(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer how far this person's last run is; without htmx the page that shows it."""
    job = _job(request)
    if job is None or not is_fragment(request):
        return redirect("accounts:tiers")
    return render(request, "accounts/tier_job.html", {"job": job})


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a draft, from the policy in force."""
    present = policy_in_force()
    present.pk, present.name = None, _("Draft %(day)s") % {"day": request.today.isoformat()}
    form = TierPolicyForm(request.POST or None, instance=present)
    if form.is_valid():
        draft = new_draft(values=form.values, actor=request.user)
        messages.success(request, _("The draft is kept. It changes nothing until it is applied."))
        return go_to(request, reverse("accounts:draft", args=[draft.pk]))
    return _draft_page(request, form, None)


def _draft_or_404(pk: int) -> TierPolicy:
    return get_object_or_404(TierPolicy, pk=pk, state=PolicyState.DRAFT)


@require_http_methods(["GET", "POST"])
def draft(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a draft beside what it would do, and change it."""
    _look(request)
    found = _draft_or_404(pk)
    if request.method == "POST":
        require(request.user, Right.ADMINISTER)
    post = chosen(request.POST) if request.method == "POST" else None
    form = TierPolicyForm(post, instance=_draft_or_404(pk))
    if form.is_valid():
        url = reverse("accounts:draft", args=[pk])
        try:
            save_draft(found, changes=form.policy_changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = TierPolicy.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=found.name, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    return _draft_page(request, form, found)


def _draft_page(request: AuthenticatedHttpRequest, form: TierPolicyForm, found: TierPolicy | None) -> HttpResponse:
    """Show the form, and the effect of the draft as it was last right."""
    run = compute_proposals(found or policy_in_force(), on=request.today)
    context = {"form": form, "draft": found, "may_administer": may(request.user, Right.ADMINISTER)}
    context |= simulated(run, request.user, request.GET)
    return render(request, "accounts/tier_draft.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Right.ADMINISTER)
def simulate(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer what the rules as typed would do; nothing is kept."""
    form = TierPolicyForm(request.POST, instance=policy_in_force())
    if not form.is_valid():
        return render(request, "accounts/tier_draft.html#problems", {"form": form})
    typed = TierPolicy(**form.values)
    run = compute_proposals(typed, on=request.today)
    asked = {name: request.POST.get(name, "") for name in ("from", "to")}
    context = simulated(run, request.user, asked) | {"form": form, "may_administer": True}
    return render(request, "accounts/tier_draft.html#effect", context)


@require_POST
@needs(Right.ADMINISTER)
def discard(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    discard_draft(_draft_or_404(pk), actor=request.user)
    messages.success(request, _("The draft is gone; the tiers stay as they are."))
    return go_to(request, reverse("accounts:tiers"))


def _moved(count: int) -> str:
    return ngettext("Applied: %(n)s customer moved.", "Applied: %(n)s customers moved.", count) % {"n": count}


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def apply(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask once, naming what happens, then apply a policy: a draft, or the one in force anew."""
    found = get_object_or_404(TierPolicy.objects.exclude(state=PolicyState.RETIRED), pk=pk)
    if request.method == "POST":
        if is_long():
            apply_soon(found, actor=request.user, on=request.today)
        else:
            moved = apply_policy(found, actor=request.user, on=request.today, now=request.now)
            messages.success(request, _moved(moved))
        return go_to(request, reverse("accounts:tiers"))
    run = compute_proposals(found, on=request.today)
    return render(request, "accounts/tier_apply.html", {"policy": found} | simulated(run, request.user, request.GET))


@require_POST
@needs(Right.ADMINISTER)
def go_back(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Put the policy before into force again, and its tiers."""
    try:
        if is_long():
            roll_back_soon(actor=request.user, on=request.today)
        else:
            moved = roll_back(actor=request.user, on=request.today, now=request.now)
            messages.success(request, _moved(moved))
    except PolicyRefused as refusal:
        messages.error(request, str(refusal))
    return go_to(request, reverse("accounts:tiers"))


# --- one customer -----------------------------------------------------------------------------------------------------
def _tier_context(request: AuthenticatedHttpRequest, account: Account) -> dict[str, Any]:
    people = list(Contact.objects.filter(account=account).live())
    policy = policy_in_force()
    proposal = compute_proposals(policy, on=request.today).proposals.get(account.pk)
    return head(request, account, "tier", people) | {
        "policy": policy,
        "proposal": proposal,
        "why": reason_of(proposal) if proposal else "",
        "gap": policy.contact_days.get(account.tier),
        "changes": account.tier_changes.select_related("actor", "policy").order_by("-pk")[:50],
        "is_fixed": account.tier_fixed_until is not None,
    }


@require_GET
def account_tier(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a customer's tier: what it earns and why, whether it is set by hand, how it changed."""
    account = account_or_404(request, pk)
    return render(request, "accounts/tier.html", _tier_context(request, account))


@require_http_methods(["GET", "POST"])
def override(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Set a customer's tier by hand, until a day and with a reason."""
    account = account_or_404(request, pk)
    require(request.user, Right.LEAD)
    form = OverrideForm(request.POST or None, today=request.today, initial={"tier": account.tier})
    url = reverse("accounts:tier", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        try:
            override_tier(
                account,
                to=data["tier"],
                until=data["until"],
                reason=data["reason"],
                actor=request.user,
                on=request.today,
            )
        except OverrideRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Tier %(tier)s until %(day)s.") % {"tier": data["tier"], "day": data["until"]})
            return go_to(request, url)
    title = _("Set the tier of %(name)s by hand") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Set"), cancel_url=url)


@require_POST
def free(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """End a hand setting now."""
    account = account_or_404(request, pk)
    require(request.user, Right.LEAD)
    fresh = end_override(account, actor=request.user, on=request.today)
    messages.success(request, _("The computed tier counts again: %(tier)s.") % {"tier": fresh.tier or "–"})
    return go_to(request, reverse("accounts:tier", args=[pk]))
