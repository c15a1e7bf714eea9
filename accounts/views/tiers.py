"""The tier policy in force: actual shares beside the reference, running it anew, proposals that wait, going back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.tier_drafts import PolicyRefused
from accounts.actions.tier_policies import last_day_back, roll_back
from accounts.actions.tier_rounds import KIND, Outcome, ask_for_round, run_again
from accounts.choices import DRAFTS, PolicyState, RoundState, TierChangeKind
from accounts.models import Account, RatingScale, TierChange, TierPolicy, TierRound
from accounts.tiers.days import next_run
from accounts.tiers.jobs import CHANGING, roll_back_soon, run_soon
from accounts.tiers.runs import compute_proposals, is_long, policy_in_force, present_groups
from accounts.tiers.simulation import simulate
from accounts.tiers.simulation_pages import (
    compared,
    customers_for,
    finding,
    in_words,
    moving_text,
    simulated,
    turnover_bars,
)
from accounts.tiers.standings import shares
from accounts.tiers.words import score_in_words, tiers_in_words
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.models import Job
from followups.models import Approval
from teams.access import get_visible_or_404, may, needs, require
from teams.choices import Right, Role

BY_HAND_SHOWN = 50
MOVES_SHOWN = 200


def look(request: AuthenticatedHttpRequest) -> None:
    """Refuse whoever neither sets the policy nor directs the firm (or stands in for who does)."""
    if not may(request.user, Right.ADMINISTER) and not request.user.acts_as(Role.DIRECTOR):
        raise PermissionDenied


def _waiting_moves(request: AuthenticatedHttpRequest, policy: TierPolicy) -> int | None:
    """Return how many customers a run of today would move; None where that takes a worker."""
    return None if is_long() else len(compute_proposals(policy, on=request.today).movers)


@require_GET
def policies(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the policy in force, actual beside reference shares, drafts, and the policies before."""
    look(request)
    policy = policy_in_force()
    rows = compared(shares(present_groups(policy, on=request.today)), policy.reference)
    every = TierPolicy.objects.exclude(pk=policy.pk).select_related("author")
    context = {
        "policy": policy,
        "compared": rows,
        "bars": turnover_bars(rows),
        "finding": finding(rows),
        "waiting": _waiting_moves(request, policy),
        "next_run": next_run(policy.ran_on, policy.run_every) if policy.ran_on else None,
        "rounds": TierRound.objects.filter(state__in=[RoundState.WAITING, RoundState.SIGNED]).order_by("-pk"),
        "drafts": every.filter(state__in=DRAFTS).order_by("-pk"),
        "scales": RatingScale.objects.order_by("-is_active", "pk"),
        "job": last_job(request),
        "by_hand": _set_by_hand(request),
        "may_administer": may(request.user, Right.ADMINISTER),
    }
    return render(request, "accounts/tiers/rules.html", context | in_words(policy) | _retired(request, policy))


def _retired(request: AuthenticatedHttpRequest, policy: TierPolicy) -> dict[str, Any]:
    """Return the policies before, and until when one can go back to the last of them."""
    retired = TierPolicy.objects.filter(state=PolicyState.RETIRED).order_by("-applied_at", "-pk")[:20]
    until = last_day_back(policy)
    return {
        "retired": [(old, score_in_words(old), tiers_in_words(old)) for old in retired],
        "back_to": policy.replaced,
        "back_until": until,
        "may_go_back": until is None or request.today <= until,
    }


def _set_by_hand(request: AuthenticatedHttpRequest) -> list[tuple[Account, TierChange | None, bool]]:
    """Return the customers whose tier is set by hand, the first to end first: why, and whether one sees them."""
    rows = Account.objects.live().exclude(tier_fixed_until=None).order_by("tier_fixed_until", "pk")
    fixed = list(rows.select_related("owner")[:BY_HAND_SHOWN])
    changes = TierChange.objects.filter(account__in=fixed, kind=TierChangeKind.OVERRIDE).order_by("pk")
    last = {change.account_id: change for change in changes.select_related("actor")}
    keys = [account.pk for account in fixed]
    seen = set(Account.objects.visible_to(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    return [(account, last.get(account.pk), account.pk in seen) for account in fixed]


def last_job(request: AuthenticatedHttpRequest) -> Job | None:
    """Return this person's last work on the tiers, where there is one."""
    return Job.objects.filter(owner=request.user, kind__in=CHANGING).order_by("-id").first()


@require_GET
@needs(Right.ADMINISTER)
def progress(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer how far this person's last run is; without htmx the page that shows it."""
    job = last_job(request)
    if job is None or not is_fragment(request):
        return redirect("accounts:tiers")
    return render(request, "accounts/tiers/job.html", {"job": job})


def moved_text(count: int) -> str:
    """Return what applying came to."""
    return ngettext("Applied: %(n)s customer moved.", "Applied: %(n)s customers moved.", count) % {"n": count}


# --- running anew -----------------------------------------------------------------------------------------------------
def _run_text(outcome: Outcome) -> str:
    if outcome.waiting is None:
        return moved_text(outcome.moved)
    return _("%(moves)s: a director was asked to sign.") % {"moves": moving_text(len(outcome.waiting.moves))}


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def run(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Ask once, naming what happens, then run the rules in force anew."""
    if request.method == "POST":
        try:
            if is_long():
                run_soon(actor=request.user, on=request.today)
            else:
                outcome = run_again(actor=request.user, on=request.today, now=request.now)
                messages.success(request, _run_text(outcome))
        except PolicyRefused as refusal:
            messages.error(request, str(refusal))
        return go_to(request, reverse("accounts:tiers"))
    policy = policy_in_force()
    context: dict[str, Any] = {"policy": policy, "is_long": is_long()} | in_words(policy)
    if not context["is_long"]:
        found = simulate(compute_proposals(policy, on=request.today))
        context |= simulated(found, request.user, request.GET)
    return render(request, "accounts/tiers/run.html", context)


@require_http_methods(["GET", "POST"])
def round_page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show what a run proposed; POST asks for its signature, where nobody could be asked before."""
    look(request)
    kept = get_visible_or_404(TierRound.objects.select_related("policy", "actor"), request.user, pk=pk)
    if request.method == "POST":
        require(request.user, Right.ADMINISTER)
        try:
            ask_for_round(kept, actor=request.user, now=request.now)
            messages.success(request, _("A director was asked to sign."))
        except PolicyRefused as refusal:
            messages.error(request, str(refusal))
        return go_to(request, kept.get_absolute_url())
    shown = kept.moves[:MOVES_SHOWN]
    people = customers_for((move[0] for move in shown), request.user)
    context = {
        "round": kept,
        "moving_text": moving_text(len(kept.moves)),
        "moves": [(people[pk], *judged) for pk, *judged in shown if pk in people],
        "more_moves": len(kept.moves) - len(shown),
        "approval": Approval.objects.about(KIND, kept.pk).order_by("-pk").first(),
        "may_administer": may(request.user, Right.ADMINISTER),
    }
    return render(request, "accounts/tiers/round.html", context)


# --- going back -------------------------------------------------------------------------------------------------------
def _back_text(count: int) -> str:
    told = {"name": policy_in_force().name, "n": count}
    text = ngettext(
        "“%(name)s” is in force again: %(n)s customer moved.",
        "“%(name)s” is in force again: %(n)s customers moved.",
        count,
    )
    return text % told


@require_POST
@needs(Right.ADMINISTER)
def go_back(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Leave a policy: put the one before into force again, and its tiers."""
    present = get_object_or_404(TierPolicy, pk=pk)
    try:
        if is_long():
            roll_back_soon(present, actor=request.user, on=request.today)
        else:
            moved = roll_back(present, actor=request.user, on=request.today, now=request.now)
            messages.success(request, _back_text(moved))
    except PolicyRefused as refusal:
        messages.error(request, str(refusal))
    return go_to(request, reverse("accounts:tiers"))
