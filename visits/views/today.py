"""The page a rep opens in the morning, and saying that he has arrived."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.submissions import Submission, accepted, takes_submission
from crm.workdays import load_calendar
from teams.access import get_visible_or_404, needs
from teams.choices import Right
from visits.actions.plans import mark_arrived
from visits.forms import ArrivalForm
from visits.models import PlanItem
from visits.queries.today import todays_page


@require_safe
@needs(Right.SELL)
def today(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the day: next stop, plan, what needs the person, tomorrow's draft."""
    page = todays_page(request.user, on=request.today, calendar=load_calendar())
    template = "visits/today.html#plan" if is_fragment(request) else "visits/today.html"
    return render(request, template, {"page": page})


def _arrived(request: AuthenticatedHttpRequest, pk: int, form: ArrivalForm) -> PlanItem:
    item = get_visible_or_404(PlanItem.objects.select_related("plan", "account"), request.user, pk=pk)
    at = (form.cleaned_data.get("at") if form.is_valid() else None) or request.now
    return mark_arrived(item, at=at, actor=request.user, now=request.now, position=form.position())


@require_POST
@needs(Right.SELL)
def arrive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note that the person is at the customer's; without a place it counts as well."""
    _arrived(request, pk, ArrivalForm(request.POST))
    return redirect("visits:today")


@require_POST
@takes_submission
def arrive_from_device(request: AuthenticatedHttpRequest, submission: Submission, pk: int) -> JsonResponse:
    """Note an arrival that a device kept while it had no connection."""
    item = _arrived(request, pk, ArrivalForm(submission.fields))
    return accepted(submission, url=item.get_absolute_url(), title=item.account.called)
