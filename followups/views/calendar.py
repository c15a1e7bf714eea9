"""The working calendar: what is public, what the admin says, and which year nobody has announced."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest
from crm.models import CalendarDay
from crm.workdays import DayKind, Kind, WorkCalendar, load_calendar
from followups.actions.calendar import drop_day, set_days
from followups.calendar_text import read_days
from teams.access import needs
from teams.choices import Right

MOST_LETTERS = 20_000


def _year(request: AuthenticatedHttpRequest) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 2004 <= int(asked) <= 2100 else request.today.year


def _special(year: int, calendar: WorkCalendar) -> list[tuple[date, DayKind]]:
    """Return the days of a year that are not what their weekday says."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    kinds = ((day, calendar.day_kind(day)) for day in days)
    return [(day, kind) for day, kind in kinds if kind.kind in (Kind.HOLIDAY, Kind.MAKE_UP)]


def unannounced(today: date, calendar: WorkCalendar) -> list[int]:
    """Return the years whose make-up days are wanted by now and unknown: this one, from November on the next."""
    wanted = [today] if today.month < 11 else [today, date(today.year + 1, 1, 1)]
    return calendar.unknown_years(wanted)


def _keep(request: AuthenticatedHttpRequest, text: str) -> list[str]:
    """Write the days of a text; return the lines that could not be read, for which nothing is written."""
    days, wrong = read_days(text)
    if not wrong and days:
        count = set_days(days, actor=request.user)
        messages.success(request, ngettext("%(n)s day is kept.", "%(n)s days are kept.", count) % {"n": count})
    return wrong


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def calendar(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show a year, and take over what the admin says about days."""
    text = request.POST.get("days", "")[:MOST_LETTERS]
    wrong = _keep(request, text) if request.method == "POST" else []
    year = _year(request)
    if request.method == "POST" and not wrong:
        return redirect(f"{reverse('followups:calendar')}?year={year}")
    known = load_calendar()
    context = {
        "year": year,
        "special": _special(year, known),
        "own": CalendarDay.objects.filter(day__year=year).order_by("day"),
        "is_unknown": bool(known.unknown_years([date(year, 1, 1)])),
        "unannounced": unannounced(request.today, known),
        "text": text,
        "wrong": wrong,
    }
    return render(request, "followups/calendar.html", context, status=422 if wrong else 200)


@require_POST
@needs(Right.ADMINISTER)
def drop(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Let the public calendar decide about a day again."""
    row = CalendarDay.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    year = row.day.year
    drop_day(row, actor=request.user)
    messages.success(request, _("The public calendar decides about this day again."))
    return redirect(f"{reverse('followups:calendar')}?year={year}")
