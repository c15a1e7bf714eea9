"""A customer's plan: the page of a year, its facts, its lines."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.plans import (
    PlanRefused,
    add_row,
    edit_plan,
    edit_row,
    finish_row,
    remove_row,
    reopen_row,
    start_plan,
)
from accounts.forms.plans import IntelligenceForm, PlanForm, PlanRowForm
from accounts.models import Account, AccountPlan, Contact, PlanRow
from accounts.plans.due import FIELD, DayPassed
from accounts.views.account import head, in_house_or_404
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import get_visible_or_404, may, require
from teams.choices import Right

ROWS_SHOWN = 100
# So many years around this one may have a plan.
YEARS_BACK, YEARS_AHEAD = 5, 1


@dataclass(frozen=True)
class Year:
    """A year to choose; `plan` where there is one."""

    number: int
    plan: AccountPlan | None


def _years(account: Account, request: AuthenticatedHttpRequest) -> list[Year]:
    """Return the years that have a plan, this year and the next, the last first."""
    plans = {plan.year: plan for plan in account.plans.visible_to(request.user).select_related("sponsor")}
    this = request.today.year
    return [Year(number, plans.get(number)) for number in sorted({*plans, this, this + YEARS_AHEAD}, reverse=True)]


def _asked_year(text: str, request: AuthenticatedHttpRequest) -> int:
    """Return the year asked for; this one where it is no year a plan may have."""
    this = request.today.year
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else this
    return year if this - YEARS_BACK <= year <= this + YEARS_AHEAD else this


@require_GET
def account_plan(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the plan of a customer for a year: what is to be reached and how, money, risks, what is known."""
    account = in_house_or_404(request, pk)
    years, asked = _years(account, request), _asked_year(request.GET.get("year", ""), request)
    plan = next((year.plan for year in years if year.number == asked), None)
    earlier = next((year.plan for year in years if year.plan and year.number < asked), None)
    rows = plan.rows.kept().select_related("responsible").order_by("pk")[:ROWS_SHOWN] if plan else []
    risks = account.risks.visible_to(request.user).select_related("responsible")
    ordered = sorted(risks.order_by("-pk")[:ROWS_SHOWN], key=lambda risk: (risk.closed_on is not None, -risk.weight))
    context = head(request, account, "plan", list(Contact.objects.filter(account=account).live())) | {
        "years": years,
        "year": asked,
        "plan": plan,
        "earlier": earlier,
        "rows": rows,
        "risks": ordered,
        "may_plan": may(request.user, Right.SELL) and not account.archived_at,
    }
    return render(request, "accounts/plans/plan.html", context)


@require_POST
def start(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Start the plan of a year, empty or from the last one before it."""
    account = in_house_or_404(request, pk)
    require(request.user, Right.SELL)
    year = _asked_year(request.POST.get("year", ""), request)
    earlier = account.plans.filter(year__lt=year).order_by("-year").first() if request.POST.get("copy") else None
    plan = start_plan(account, year=year, actor=request.user, like=earlier)
    messages.success(request, _("The plan for %(year)s is there. Begin with a goal.") % {"year": year})
    return go_to(request, plan.get_absolute_url())


def _editable(request: AuthenticatedHttpRequest, pk: int) -> AccountPlan:
    """Return a plan the person sees and may work on: else 404 or 403."""
    plan: AccountPlan = get_visible_or_404(AccountPlan.objects.select_related("account__team"), request.user, pk=pk)
    require(request.user, Right.SELL)
    return plan


def _edit(request: AuthenticatedHttpRequest, pk: int, form_class: Any, title: str) -> HttpResponse:
    """Change some facts of a plan."""
    plan = _editable(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form, url = form_class(post, instance=AccountPlan.objects.get(pk=pk)), plan.get_absolute_url()
    title = title % {"name": plan.account.called, "year": plan.year}
    if form.is_valid():
        try:
            edit_plan(plan, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = AccountPlan.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change sponsor, review and money of a plan."""
    return _edit(request, pk, PlanForm, _("Plan of %(name)s for %(year)s"))


@require_http_methods(["GET", "POST"])
def edit_intelligence(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change what is known around the customer."""
    return _edit(request, pk, IntelligenceForm, _("What is known around %(name)s, %(year)s"))


@require_http_methods(["GET", "POST"])
def new_row(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Add a line to a plan."""
    plan = _editable(request, pk)
    form = PlanRowForm(request.POST or None, account=plan.account)
    url = plan.get_absolute_url()
    if form.is_valid():
        client_id = form.cleaned_data["client_id"]
        try:
            add_row(plan, values=form.values, actor=request.user, now=request.now, client_id=client_id)
        except DayPassed as refusal:
            form.add_error(FIELD, str(refusal))
        else:
            messages.success(request, _("The line is in the plan."))
            return go_to(request, url)
    title = _("New line of the plan for %(year)s") % {"year": plan.year}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=url, draft=f"plan-row:new:{pk}")


def _row(request: AuthenticatedHttpRequest, pk: int) -> PlanRow:
    """Return a line the person sees and may work on: else 404 or 403."""
    rows = PlanRow.objects.kept().select_related("plan__account__team")
    row: PlanRow = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.SELL)
    return row


@require_http_methods(["GET", "POST"])
def change_row(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a line of a plan."""
    row = _row(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = PlanRowForm(post, instance=PlanRow.objects.get(pk=pk), account=row.plan.account)
    url, title = row.plan.get_absolute_url(), _("Line of the plan for %(year)s") % {"year": row.plan.year}
    if form.is_valid():
        try:
            edit_row(row, changes=form.changes, version=form.seen_version, actor=request.user, now=request.now)
        except EditConflict as conflict:
            version = PlanRow.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        except DayPassed as refusal:
            form.add_error(FIELD, str(refusal))
        except PlanRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


def _act(request: AuthenticatedHttpRequest, pk: int, action: Any) -> HttpResponse:
    """Do something with a line that can be taken back, and go back to its plan."""
    row = _row(request, pk)
    try:
        entry = action(row, actor=request.user, now=request.now)
    except PlanRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, row.plan.get_absolute_url())


@require_POST
def done(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Mark a line as done; it can be taken back."""
    return _act(request, pk, finish_row)


@require_POST
def remove(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a line out; it can be taken back."""
    return _act(request, pk, remove_row)


@require_POST
def reopen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open a line that was done."""
    row = _row(request, pk)
    reopen_row(row, actor=request.user, now=request.now)
    messages.success(request, _("The line is open again."))
    return go_to(request, row.plan.get_absolute_url())


@require_GET
def row(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Lead from a line to the plan it stands in."""
    found: PlanRow = get_visible_or_404(PlanRow.objects.select_related("plan"), request.user, pk=pk)
    return redirect(f"{found.plan.get_absolute_url()}#row-{pk}")


@require_GET
def plan(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Lead to a plan on its customer's page."""
    found: AccountPlan = get_visible_or_404(AccountPlan, request.user, pk=pk)
    return redirect(found)
