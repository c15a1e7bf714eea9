"""Making the plan of a day, handing it in, and reading somebody's plan."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.workdays import load_calendar
from teams.access import get_visible_or_404, needs
from teams.choices import Right
from visits.access import may_plan
from visits.actions import plans
from visits.actions.plans import CannotPlan, plan_for
from visits.forms import StopForm
from visits.models import DayPlan, PlanItem
from visits.queries.planning import planning_page, reading_page
from visits.queries.suggestions import proposals_for


@require_safe
@needs(Right.SELL)
def next_plan(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Go to the plan of the next working day; "tomorrow" on a Friday is Monday. `?account=` is looked up there."""
    url = reverse("visits:plan:day", args=[load_calendar().add_workdays(request.today, 1)])
    wanted = Account.objects.visible_to(request.user).filter(pk=_number(request.GET.get("account")) or 0).first()
    return redirect(f"{url}?{urlencode({'q': wanted.name})}" if wanted else url)


def _show(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    page = planning_page(request.user, day, on=request.today, calendar=load_calendar(), query=query)
    template = "visits/plan.html#plan" if is_fragment(request) else "visits/plan.html"
    return render(request, template, {"page": page, "query": query})


@require_safe
@needs(Right.SELL)
def plan_day(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    """Show the own plan of a day, and whom to add to it."""
    return _show(request, day)


def _change(request: AuthenticatedHttpRequest, day: date, act: Callable[[], Any]) -> HttpResponse:
    """Run one action on the plan and show the plan again; a refusal is said in its words."""
    try:
        done = act()
    except CannotPlan as refusal:
        messages.error(request, str(refusal))
    else:
        if isinstance(done, str):
            messages.success(request, done)
    # A message needs the whole page around it; without one the plan alone is drawn anew.
    if is_fragment(request) and not len(messages.get_messages(request)):
        return _show(request, day)
    return go_to(request, reverse("visits:plan:day", args=[day]))


@require_POST
@needs(Right.SELL)
def add_stop(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    """Plan a stop at a customer; one that was proposed keeps its reasons."""
    account = get_visible_or_404(Account.objects.live(), request.user, pk=_number(request.POST.get("account")))
    if "proposed" in request.POST:
        return _take_over(request, day)

    def act() -> None:
        plan = plan_for(request.user, day)
        plans.add_stop(plan, account=account, actor=request.user, now=request.now)

    return _change(request, day, act)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _take_over(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    wanted = {_number(text) for text in request.POST.getlist("account")}
    found = proposals_for(request.user, day, on=request.today, calendar=load_calendar(), limit=60)
    chosen = [proposal for proposal in found if proposal.account_id in wanted]

    def act() -> None:
        plan = plan_for(request.user, day)
        plans.add_suggested(plan, proposals=chosen, actor=request.user, now=request.now)

    return _change(request, day, act)


@require_POST
@needs(Right.SELL)
def add_suggested(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    """Take over the proposals that were shown."""
    return _take_over(request, day)


@require_POST
@needs(Right.SELL)
def hand_in(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    """Hand the plan in for signature."""
    note = request.POST.get("note", "").strip()[:1000]

    def act() -> str:
        plan = plans.hand_in(plan_for(request.user, day), actor=request.user, now=request.now, note=note)
        return _("Handed in.") if plan.state == "SUBMITTED" else _("Signed: nobody stands above you.")

    return _change(request, day, act)


@require_POST
@needs(Right.SELL)
def take_back(request: AuthenticatedHttpRequest, day: date) -> HttpResponse:
    """Take a plan back that waits for its signature."""
    return _change(
        request, day, lambda: plans.take_back(plan_for(request.user, day), actor=request.user, now=request.now)
    )


def _stop(request: AuthenticatedHttpRequest, pk: int) -> PlanItem:
    rows = PlanItem.objects.select_related("plan__user", "account", "contact", "opportunity")
    item: PlanItem = get_visible_or_404(rows, request.user, pk=pk)
    return item


@require_http_methods(["GET", "POST"])
@needs(Right.SELL)
def stop(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a planned stop; its owner changes time, purpose, goal, person and opportunity there."""
    item = _stop(request, pk)
    may_change = may_plan(request.user, item.plan)
    if request.method == "POST":
        form = StopForm(request.POST, instance=PlanItem.objects.get(pk=pk))
        if form.is_valid() and _changed(request, item, form):
            return redirect("visits:plan:day", day=item.plan.day)
    else:
        form = StopForm(instance=item)
    return render(request, "visits/stop.html", {"item": item, "form": form, "may_change": may_change})


def _changed(request: AuthenticatedHttpRequest, item: PlanItem, form: StopForm) -> bool:
    """Write the changes of a stop; a refusal stands in the form."""
    version = form.cleaned_data["version"]
    try:
        plans.change_stop(item, changes=form.changes(), version=version, actor=request.user, now=request.now)
    except CannotPlan as refusal:
        form.add_error(None, str(refusal))
    except EditConflict as conflict:
        for clash in conflict.clashes:
            form.add_error(
                clash.field, _("%(who)s wrote here: %(value)s") % {"who": clash.changed_by, "value": clash.theirs}
            )
    return not form.errors


@require_POST
@needs(Right.SELL)
def remove_stop(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a stop out of the plan; the toast takes that back."""
    item = _stop(request, pk)

    def act() -> None:
        entry = plans.remove_stop(item, actor=request.user, now=request.now)
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")

    return _change(request, item.plan.day, act)


@require_POST
@needs(Right.SELL)
def move_stop(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Move a stop one place up or down the day."""
    item = _stop(request, pk)
    by = -1 if request.POST.get("to") == "up" else 1
    return _change(request, item.plan.day, lambda: plans.move_stop(item, by=by, actor=request.user, now=request.now))


@require_safe
def day_plan(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Read somebody's plan; one's own opens where it is made."""
    plan = get_visible_or_404(DayPlan.objects.select_related("user"), request.user, pk=pk)
    if plan.user_id == request.user.pk:
        return redirect(reverse("visits:plan:day", args=[plan.day]))
    return render(request, "visits/day_plan.html", {"page": reading_page(plan)})
