"""Planning hand-overs: the list, a plan with what it would do, who gets what, its download."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.handing import CannotHandOver, change_plan, choose_receivers, discard, plan_hand_over
from accounts.forms.handover import NewHandOverForm, PlanForm, ReceiverForm
from accounts.handover.preview import COLUMNS, Preview, Row, preview, staying
from accounts.handover.rules import unusual_exports_of
from accounts.models import HandOver
from accounts.views.handover_runs import hand_over_or_404, run_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from crm.listing import download
from crm.paging import paginate
from crm.replica import reads_replica
from teams.access import needs
from teams.actions.lists import note_export
from teams.choices import Right
from teams.models import User

PROBLEMS = "problems"
MOST_ROWS = 100  # of the table of a plan; all are in the download, and each receiver's can be looked at alone


@require_GET
@needs(Right.HAND_OVER)
def hand_overs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the hand-overs a person may look at, the latest first."""
    rows = HandOver.objects.visible_to(request.user).select_related("giver", "made_by").with_counts().order_by("-pk")
    return render(request, "accounts/handovers/list.html", {"page": paginate(rows, request.GET)})


@require_http_methods(["GET", "POST"])
@needs(Right.HAND_OVER)
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Begin a plan: who hands over, why, when."""
    asked = {"giver": request.GET.get("giver")}
    form = NewHandOverForm(request.POST or None, user=request.user, today=request.today, initial=asked)
    if form.is_valid():
        try:
            planned = plan_hand_over(**form.cleaned_data, actor=request.user)
        except CannotHandOver as refusal:
            form.add_error("giver", str(refusal))
        else:
            return go_to(request, planned.get_absolute_url())
    return render(request, "accounts/handovers/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@needs(Right.HAND_OVER)
def page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a hand-over: its plan with what it would do, or how far it is and what became of it."""
    found = hand_over_or_404(request, pk)
    if not found.is_planned:
        return run_page(request, found)
    return _plan_page(request, found, PlanForm(user=request.user, hand_over=found, today=request.today))


def _plan_page(request: AuthenticatedHttpRequest, found: HandOver, form: PlanForm, status: int = 200) -> HttpResponse:
    seen = preview(found, on=request.today)
    shown = _shown(seen, request.GET.get("show", ""))
    context: dict[str, Any] = {
        "hand_over": found,
        "form": form,
        "preview": seen,
        "staying": staying(found, request.user),
        "rows": shown[:MOST_ROWS],
        "more": max(0, len(shown) - MOST_ROWS),
        "show": request.GET.get("show", ""),
        "people": User.objects.visible_to(request.user).keepers().exclude(pk=found.giver_id).order_by("name", "pk"),
        "exports": unusual_exports_of(found.giver, on=request.today) if found.giver else [],
    }
    return render(request, "accounts/handovers/plan.html", context, status=status)


def _shown(seen: Preview, show: str) -> list[Row]:
    """Return the customers a chip asks for: those that could not go, or those of one receiver."""
    if show == PROBLEMS:
        return list(seen.problems)
    return [row for row in seen.rows if not show or str(row.item.to_id or "nobody") == show]


@require_POST
@needs(Right.HAND_OVER)
def share(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change who gets which customers, why and when."""
    found = hand_over_or_404(request, pk)
    form = PlanForm(request.POST, user=request.user, hand_over=found, today=request.today)
    status = 422
    if form.is_valid():
        try:
            change_plan(found, changes=form.plan_changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            form.show_conflict(conflict, version=found.version)
            status = 409
        except CannotHandOver as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Shared out anew. Nothing changes until it is started."))
            return go_to(request, found.get_absolute_url())
    return _plan_page(request, found, form, status)


@require_POST
@needs(Right.HAND_OVER)
def choose(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Choose who gets single customers."""
    found = hand_over_or_404(request, pk)
    form = ReceiverForm(request.POST, user=request.user, hand_over=found)
    if not form.is_valid():
        messages.error(request, _("One of the people chosen cannot get customers. Choose from the list."))
        return go_to(request, found.get_absolute_url())
    try:
        choose_receivers(found, chosen=form.chosen, actor=request.user)
    except CannotHandOver as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Kept. Nothing changes until it is started."))
    return go_to(request, found.get_absolute_url())


@require_POST
@needs(Right.HAND_OVER)
def throw_away(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Discard a plan."""
    found = hand_over_or_404(request, pk)
    try:
        discard(found, actor=request.user)
    except CannotHandOver as refusal:
        messages.error(request, str(refusal))
        return go_to(request, found.get_absolute_url())
    messages.success(request, _("The plan is gone; every customer stays where it is."))
    return go_to(request, "accounts:handovers:list")


@require_GET
@needs(Right.HAND_OVER)
@reads_replica
def export(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Hand out the preview as a table."""
    found = hand_over_or_404(request, pk)
    seen, title = preview(found, on=request.today), _("Hand-over of customers")
    note_export(title, rows=len(seen.rows), words=str(found), columns=COLUMNS, ending="xlsx", actor=request.user)
    name = f"{title} {found.giver or ''} {found.day.isoformat()}"
    return download(COLUMNS, seen.rows, name=name, title=title)
