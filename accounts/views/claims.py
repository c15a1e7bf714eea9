"""Claims: filing one, the list of them, one of them, protecting longer, and the rules the firm has settled."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.claim_policy import set_claim_policy
from accounts.actions.claims import ClaimRefused, file_for, file_new
from accounts.actions.contact_log import contact_days
from accounts.actions.protection import ExtensionRefused, extend
from accounts.choices import ClaimState
from accounts.claims.columns import COLUMNS, LOADED, SORTS, USUAL_SORT, days_left
from accounts.claims.listed import PAGE, find, in_order
from accounts.claims.reads import POLICY_PK, claim_policy, who_extends
from accounts.forms.claims import ClaimForm, ClaimPolicyForm, ExtendForm
from accounts.history import as_events
from accounts.models import Account, Claim, ClaimPolicy
from accounts.views.changes import form_page
from crm.audit import history_of
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.paging import paginate
from crm.replica import reads_replica
from followups.models import Approval
from teams.access import get_visible_or_404, may, needs, require
from teams.choices import Right, Role
from teams.list_exports import Asked, export_list
from teams.saved_views import OpenList, rows_with_tabs

HISTORY_SHOWN = 20


# --- filing -----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@needs(Right.SELL)
def file_claim(request: AuthenticatedHttpRequest) -> HttpResponse:
    """File a claim: a new customer, one of the pool, or one that somebody holds and a manager decides about."""
    initial = {"name": request.GET.get("name", "")}
    form = ClaimForm(request.POST or None, user=request.user, today=request.today, initial=initial)
    if form.is_valid():
        try:
            claim = _file(request, form)
        except ClaimRefused as refusal:
            form.add_error("which" if "which" in form.fields else None, str(refusal))
        else:
            return _after_filing(request, claim)
    return form_page(
        request,
        form,
        title=_("Claim a customer"),
        verb=_("File the claim"),
        cancel_url=reverse("accounts:claims"),
        draft="claim:new",
        namesakes=[match for match in form.matches if match.is_seen],
    )


def _file(request: AuthenticatedHttpRequest, form: ClaimForm) -> Claim:
    data, when = form.cleaned_data, {"actor": request.user, "now": request.now, "on": request.today}
    if form.chosen is not None:
        return file_for(form.chosen, filing=form.filing, client_id=data["client_id"], **when)
    return file_new(name=data["name"], filing=form.filing, client_id=data["client_id"], **when, **form.facts)


def _after_filing(request: AuthenticatedHttpRequest, claim: Claim) -> HttpResponse:
    """Say what became of the claim, and go where it can be seen."""
    if claim.is_active:
        values = {"name": claim.account.called, "day": claim.protected_until}
        messages.success(request, _("%(name)s is yours until %(day)s.") % values)
        return go_to(request, claim.account.get_absolute_url())
    messages.success(request, _("Filed. A manager decides; you hear of it here and in your notifications."))
    return go_to(request, claim.get_absolute_url())


# --- the list ---------------------------------------------------------------------------------------------------------
def _ready_views(request: AuthenticatedHttpRequest) -> list[tuple[Any, str]]:
    """Return the views everybody has: one's own, what ends soon, what waits for a decision, what is over."""
    mine = f"claimant={request.user.pk}"
    return [
        (gettext_lazy("Mine"), mine),
        (gettext_lazy("Ends within 14 days"), "soon=14"),
        (gettext_lazy("To be decided"), f"state={ClaimState.WAITING}"),
        (gettext_lazy("Lapsed"), f"state={ClaimState.LAPSED}&sort=-until"),
    ]


@require_GET
@needs(Right.SELL)
def claim_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show one's claims, and those of the people one leads: first what lapses first."""
    opened = OpenList(request, PAGE, COLUMNS)
    if opened.opens_at:
        return redirect(opened.opens_at)
    asked = Asked(request.user, request.GET, request.today, request.now)
    found = find(asked)
    page = paginate(in_order(found, asked), request.GET, searched=found.active_count > 0)
    seen = Account.objects.visible_to(request.user).filter(pk__in=[claim.account_id for claim in page.items])
    context = opened.context | {
        "page": page,
        "rows": [(claim, days_left(claim, request.today)) for claim in page.items],
        "seen": set(seen.values_list("pk", flat=True)),
        "filter": found,
        "sort": request.GET.get("sort") or USUAL_SORT,
        "soon": claim_policy().warning_days,
        "may_export": may(request.user, Right.EXPORT),
    }
    ready = _ready_views(request)
    context["tabs"] = opened.tabs(default_label=gettext_lazy("In force"), ready=ready, form=found.form, sorts=SORTS)
    if is_fragment(request):
        return rows_with_tabs(request, "accounts/claims/list.html#rows", context)
    return render(request, "accounts/claims/list.html", context)


@require_GET
@needs(Right.SELL)
@reads_replica
def export_claims(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out exactly the rows and columns the list shows, as .xlsx or .csv."""
    require(request.user, Right.EXPORT)
    return export_list(request, PAGE)


# --- one claim --------------------------------------------------------------------------------------------------------
def _claim_or_404(request: AuthenticatedHttpRequest, pk: int) -> Claim:
    rows = Claim.objects.select_related(*LOADED, "account__owner", "account__team")
    claim: Claim = get_visible_or_404(rows, request.user, pk=pk)
    return claim


@require_GET
def claim_page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a claim: what was filed, how it stands, who decides."""
    claim = _claim_or_404(request, pk)
    asked = Approval.objects.about("claim", pk).order_by("-pk").first()
    context = {
        "claim": claim,
        "left": days_left(claim, request.today),
        "sees_account": Account.objects.visible_to(request.user).filter(pk=claim.account_id).exists(),
        "approval": asked,
        "judge": asked.steps.select_related("approver").first() if asked else None,
        "may_extend": claim.is_active and may(request.user, Right.LEAD) and not who_extends(claim, request.user),
    }
    return render(request, "accounts/claims/claim.html", context)


@require_http_methods(["GET", "POST"])
def extend_claim(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Protect a customer longer, with a reason: what a manager may grant."""
    claim = _claim_or_404(request, pk)
    if not may(request.user, Right.LEAD):
        raise PermissionDenied
    form = ExtendForm(request.POST or None, present=claim.protected_until or request.today)
    if form.is_valid():
        data = form.cleaned_data
        when = {"actor": request.user, "on": request.today, "now": request.now}
        try:
            entry = extend(claim, until=data["until"], reason=data["reason"], **when)
        except ExtensionRefused as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return go_to(request, claim.get_absolute_url())
    title = _("Protect %(name)s longer") % {"name": claim.account.called}
    return form_page(request, form, title=title, verb=_("Extend"), cancel_url=claim.get_absolute_url())


# --- the rules --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def policy(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the rules of claims and their history; an admin changes them."""
    is_admin = may(request.user, Right.ADMINISTER)
    if not is_admin and (request.user.role != Role.DIRECTOR or request.method == "POST"):
        raise PermissionDenied
    post = chosen(request.POST) if request.method == "POST" else None
    form = ClaimPolicyForm(post, instance=claim_policy(), contact_days=contact_days())
    if form.is_valid():
        try:
            set_claim_policy(changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            title, url = _("Rules of claims"), reverse("accounts:claim_policy")
            return conflict_page(request, conflict, form, title=title, version=claim_policy().version, cancel_url=url)
        messages.success(request, _("Saved. The next claim or contact counts by these rules."))
        return go_to(request, "accounts:claim_policy")
    changes = history_of(ClaimPolicy(pk=POLICY_PK))[:HISTORY_SHOWN]
    context = {"form": form, "events": as_events(changes, user=request.user), "may_administer": is_admin}
    return render(request, "accounts/claims/policy.html", context, status=422 if form.is_bound else 200)
