"""One customer's tier: what it earns and why, set by hand, how it is rated."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.ratings import rate_account
from accounts.actions.tier_hands import OverrideRefused, end_override, override_tier
from accounts.forms.ratings import OverrideForm, RatingsForm
from accounts.models import Account, AccountRating, Contact, RatingScale, TierChange, TierPolicy
from accounts.tiers.criteria import labels_of
from accounts.tiers.runs import compute_proposals, is_long, policy_in_force
from accounts.tiers.simulation_pages import in_words
from accounts.tiers.words import reason_of, weighed
from accounts.views.account import account_or_404, head, in_house_or_404
from accounts.views.changes import editable, form_page
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import require
from teams.choices import Right


def _earned(request: AuthenticatedHttpRequest, account: Account, policy: TierPolicy) -> dict[str, Any]:
    """Return the tier a customer earns today, and why; among very many the last run said it, in the history below."""
    if is_long():
        return {"is_long": True, "ran_on": policy.ran_on}
    proposal = compute_proposals(policy, on=request.today).proposals.get(account.pk)
    why = reason_of(proposal, proposal.of, labels_of(weighed(policy))) if proposal else ""
    return {"proposal": proposal, "why": why}


def changes_of(account: Account) -> QuerySet[TierChange]:
    """Return how the tier changed, and that of what was merged into it; newest first."""
    rows = TierChange.objects.filter(Q(account=account) | Q(account__merged_into=account))
    return rows.select_related("actor", "policy").order_by("-pk")


def _context(request: AuthenticatedHttpRequest, account: Account) -> dict[str, Any]:
    people = list(Contact.objects.filter(account=account).live())
    policy = policy_in_force()
    scales = RatingScale.objects.filter(is_active=True)
    return head(request, account, "tier", people) | {
        "policy": policy,
        "gap": policy.contact_days.get(account.tier),
        "changes": changes_of(account)[:50],
        "is_fixed": account.tier_fixed_until is not None,
        "ratings": AccountRating.objects.filter(account=account).select_related("scale").order_by("scale_id"),
        "has_scales": scales.exists(),
    } | _earned(request, account, policy) | in_words(policy)  # fmt: skip


@require_GET
def account_tier(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a customer's tier: what it earns and why, whether it is set by hand, how it changed.

    The rank among all customers and the points are the firm's own business: no dealer reads them.
    """
    account = in_house_or_404(request, pk)
    return render(request, "accounts/tiers/of_account.html", _context(request, account))


@require_http_methods(["GET", "POST"])
def override(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Set a customer's tier by hand, until a day and with a reason."""
    account = account_or_404(request, pk)
    require(request.user, Right.LEAD)
    form = OverrideForm(request.POST or None, today=request.today, initial={"tier": account.tier})
    url = reverse("accounts:tier", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        given = {"to": data["tier"], "until": data["until"], "reason": data["reason"]}
        try:
            override_tier(account, **given, actor=request.user, on=request.today, now=request.now)
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


@require_http_methods(["GET", "POST"])
def rate(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Rate a customer by the firm's further criteria."""
    account = editable(request, pk)
    present = dict(AccountRating.objects.filter(account=account).values_list("scale_id", "value"))
    scales = list(RatingScale.objects.filter(is_active=True).order_by("pk"))
    form = RatingsForm(request.POST or None, scales=scales, present=present)
    url = reverse("accounts:tier", args=[pk])
    if request.method == "POST" and form.is_valid():
        rate_account(account, ratings=form.ratings, actor=request.user)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    title = _("Rate %(name)s") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)
