"""Logging a visit: on the page, and from what a device sends later."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account
from crm.http import AuthenticatedHttpRequest
from crm.models.abstract import Origin
from crm.submissions import Submission, accepted, refused, takes_submission
from crm.workdays import load_calendar
from teams.access import needs, require
from teams.choices import Right
from visits.access import may_correct
from visits.actions.visits import already_logged, log_visit, undo_for
from visits.forms import VisitForm
from visits.models import Visit
from visits.queries.customers import device_data
from visits.queries.logging import LogPage, asked_for, log_page, stops_of_day
from visits.queries.visit import unjudged
from visits.visit_input import VisitRefused


def saved_text(visit: Visit) -> str:
    """Return what a save gives back at once: that it is kept, when the next contact is, and one question at most."""
    account = Account.objects.only("next_contact_on").get(pk=visit.account_id)
    if account.next_contact_on is None:
        said = _("Saved.")
    else:
        said = _("Saved. Next contact: %(day)s.") % {"day": account.next_contact_on.isoformat()}
    unknown = unjudged(visit)
    return f"{said} {_('Where does %(name)s stand?') % {'name': unknown.name}}" if unknown else said


def _after(request: AuthenticatedHttpRequest, visit: Visit) -> HttpResponse:
    """Say that the visit is kept, offer to take it back, and go where the person came from."""
    entry = undo_for(visit, actor=request.user)
    messages.success(request, saved_text(visit), extra_tags=f"undo:{entry.pk}" if entry else "")
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=False)
    return redirect(target if target.startswith("/") and is_ours else visit.get_absolute_url())


def keep(
    form: VisitForm, request: AuthenticatedHttpRequest, *, origin: str, client_id: UUID | None = None
) -> Visit | None:
    """Log what a form tells; None when it is refused, with the sentences in the form."""
    if not form.is_valid():
        return None
    try:
        told = form.visit_input(client_id=client_id)
        return log_visit(told, actor=request.user, now=request.now, origin=origin)
    except VisitRefused as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentence)
        return None


def _page(request: AuthenticatedHttpRequest, form_data: QueryDict | None = None) -> LogPage:
    return log_page(
        request.user,
        asked_for(form_data or request.GET),
        on=request.today,
        calendar=load_calendar(),
        data=form_data,
        query=request.GET.get("q", "").strip(),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.SELL)
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the form of a visit and keep what it tells; what is refused stays typed."""
    if request.method == "POST":
        page = _page(request, request.POST)
        # "Show the people there" is for browsers without a script: it only draws the form anew for the chosen customer.
        visit = None if "choose" in request.POST else keep(page.sheet.form, request, origin=Origin.WEB)
        if visit is not None:
            return _after(request, visit)
        return render(request, "visits/new.html", _context(page), status=200 if "choose" in request.POST else 422)
    return render(request, "visits/new.html", _context(_page(request)))


def _context(page: LogPage) -> dict[str, object]:
    return {"page": page, "sheet": page.sheet, "form": page.sheet.form}


@require_POST
@takes_submission
def sync(request: AuthenticatedHttpRequest, submission: Submission) -> JsonResponse:
    """Keep a visit a device sends, perhaps again: the same identifier is answered with the same visit.

    Whether the person may is decided now, not when it was written. A visit that is kept already is answered before
    anything is checked: the customer may have gone to somebody else since.
    """
    require(request.user, Right.SELL)
    form = VisitForm(submission.fields, today=request.today)
    try:
        visit = already_logged(submission.client_id, actor=request.user)
    except VisitRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=404)
    visit = visit or keep(form, request, origin=Origin.OFFLINE, client_id=submission.client_id)
    if visit is None:
        return refused(form)
    entry = undo_for(visit, actor=request.user)
    return accepted(
        submission,
        url=visit.get_absolute_url(),
        title=visit.account.called,
        text=saved_text(visit),
        undo=entry.pk if entry else None,
        more=reverse("visits:edit", args=[visit.pk]) if may_correct(request.user, visit, request.today) else "",
    )


@require_safe
@needs(Right.SELL)
def offline_data(request: AuthenticatedHttpRequest) -> JsonResponse:
    """Answer with what a device needs to log visits at the person's own customers without a connection."""
    stops = stops_of_day(request.user, request.today)
    return JsonResponse(device_data(request.user, on=request.today, calendar=load_calendar(), stops=stops))
