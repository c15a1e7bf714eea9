"""The working calendar: which days the firm works."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.http import AuthenticatedHttpRequest
from crm.models import CalendarDay, UndoEntry
from crm.workdays import load_calendar
from teams.access import may, needs
from teams.actions.calendar import set_days, take_over_notice
from teams.calendar_forms import DaysForm, NoticeForm, year_of
from teams.choices import Right
from teams.refusals import Refusal
from teams.year import months_of, year_to_announce


def _page(request: AuthenticatedHttpRequest, year: int, status: int = 200, **more: Any) -> HttpResponse:
    work = load_calendar()
    own = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "name"))
    months = months_of(year, work, own)
    context = {
        "year": year,
        "months": months,
        "workdays": sum(month.workdays for month in months),
        "is_provisional": bool(work.unknown_years([date(year, 1, 1)])),
        "announce": year_to_announce(request.today, work),
        "own": sorted((day, work.day_kind(day)) for day in own),
        "may_edit": may(request.user, Right.ADMINISTER),
        "days_form": DaysForm(initial={"first": request.GET.get("day", "")}),
        "notice_form": NoticeForm(year=year),
    }
    return render(request, "teams/calendar.html", context | more, status=status)


def _done(request: AuthenticatedHttpRequest, year: int, entry: UndoEntry) -> HttpResponse:
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return redirect(f"{reverse('teams:calendar')}?year={year}")


def _year(data: Mapping[str, Any], today: date) -> int:
    return year_of(data.get("year"), today=today)


@require_GET
def calendar(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show a year: holidays, worked weekends, and the days the firm itself has set."""
    return _page(request, _year(request.GET, request.today))


@require_POST
@needs(Right.ADMINISTER)
def days(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Set some days, or leave them to the public calendar again."""
    form = DaysForm(request.POST)
    if form.is_valid():
        try:
            entry = set_days(form.cleaned_data["words"], actor=request.user, now=request.now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, form.cleaned_data["first"].year, entry)
    return _page(request, _year(request.POST, request.today), 422, days_form=form, form=form)


@require_POST
@needs(Right.ADMINISTER)
def notice(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Read a pasted notice: first show what it says, then, when that was confirmed, take it over."""
    year = _year(request.POST, request.today)
    form = NoticeForm(request.POST, year=year)
    if not form.is_valid():
        return _page(request, year, 422, notice_form=form, form=form)
    if "confirmed" not in request.POST:
        return _page(request, year, notice_form=form, read=form.days)
    try:
        entry = take_over_notice(form.days, actor=request.user, now=request.now)
    except Refusal:
        messages.info(request, _("The calendar says so already."))
        return redirect(f"{reverse('teams:calendar')}?year={year}")
    return _done(request, year, entry)
