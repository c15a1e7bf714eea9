"""Risks at a customer; they stand on the page of its plan."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.risks import RiskClosed, add_risk, close_risk, edit_risk, reopen_risk
from accounts.forms.plans import RiskForm
from accounts.models import AccountRisk
from accounts.plans.due import FIELD, DayPassed
from accounts.views.account import in_house_or_404
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import get_visible_or_404, require
from teams.choices import Right


def _url(account_id: int) -> str:
    return reverse("accounts:plan", args=[account_id]) + "#risks"


@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Enter a risk at a customer."""
    account = in_house_or_404(request, pk)
    require(request.user, Right.SELL)
    form = RiskForm(request.POST or None, account=account)
    if form.is_valid():
        client_id = form.cleaned_data["client_id"]
        try:
            add_risk(account, values=form.values, actor=request.user, now=request.now, client_id=client_id)
        except DayPassed as refusal:
            form.add_error(FIELD, str(refusal))
        else:
            messages.success(request, _("The risk is entered."))
            return go_to(request, _url(pk))
    title = _("New risk at %(name)s") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=_url(pk), draft=f"risk:new:{pk}")


def _risk(request: AuthenticatedHttpRequest, pk: int) -> AccountRisk:
    """Return a risk the person sees and may work on: else 404 or 403."""
    risk: AccountRisk = get_visible_or_404(AccountRisk.objects.select_related("account__team"), request.user, pk=pk)
    require(request.user, Right.SELL)
    return risk


@require_http_methods(["GET", "POST"])
def change(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a risk."""
    risk = _risk(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = RiskForm(post, instance=AccountRisk.objects.get(pk=pk), account=risk.account)
    url, title = _url(risk.account_id), _("Risk at %(name)s") % {"name": risk.account.called}
    if form.is_valid():
        try:
            edit_risk(risk, changes=form.changes, version=form.seen_version, actor=request.user, now=request.now)
        except EditConflict as conflict:
            version = AccountRisk.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        except DayPassed as refusal:
            form.add_error(FIELD, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_POST
def close(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close a risk; it can be taken back."""
    risk = _risk(request, pk)
    try:
        entry = close_risk(risk, actor=request.user, now=request.now)
    except RiskClosed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, _url(risk.account_id))


@require_POST
def reopen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open a closed risk."""
    risk = reopen_risk(_risk(request, pk), actor=request.user, now=request.now)
    messages.success(request, _("The risk is open again."))
    return go_to(request, _url(risk.account_id))


@require_GET
def risk(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Lead from a risk to its customer's page."""
    found: AccountRisk = get_visible_or_404(AccountRisk, request.user, pk=pk)
    return redirect(_url(found.account_id))
