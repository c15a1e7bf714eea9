"""What is to be done: the centre, one follow-up, done, later, a new one."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest
from crm.kinds import UnknownKind, kind_named
from crm.paging import paginate
from crm.workdays import load_calendar
from followups.actions.items import complete, may_act, promise, reopen, snooze
from followups.choices import FollowUpState
from followups.forms import DayForm, PromiseForm
from followups.models import FollowUp
from followups.queries import Group, grouped, rows_for, snooze_days
from followups.querysets import FollowUpQuerySet
from followups.rules import all_rules
from followups.views.returning import back
from teams.access import get_visible_or_404
from teams.models import User

PAGE = 100


def _person(request: AuthenticatedHttpRequest) -> User | None:
    """Return whose list is wanted, None for one's own; 404 for somebody one may not look at."""
    asked = request.GET.get("person", "")
    if not asked or asked == str(request.user.pk):
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    found: User = get_visible_or_404(User, request.user, pk=int(asked))
    return found


def _items(request: AuthenticatedHttpRequest, person: User | None) -> FollowUpQuerySet:
    rows = FollowUp.objects.select_related("recipient")
    if person is None:
        return rows.of(request.user)
    return rows.visible_to(request.user).filter(recipient=person)


def _overdue(request: AuthenticatedHttpRequest, person: User | None) -> FollowUpQuerySet:
    """Return what one person should have done before today; his own only, even where he stands in for others."""
    rows = FollowUp.objects.select_related("recipient").visible_to(request.user)
    return rows.filter(recipient=person or request.user).overdue(request.today)


def _kinds() -> list[tuple[str, Any]]:
    return [(rule.kind, rule.label) for rule in all_rules()]


@require_GET
def centre(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what is to be done, by the day it comes up.

    `?state=done` shows what was done, `?person=` what a team member has to do, `?when=overdue` only the overdue.
    """
    person = _person(request)
    is_overdue = request.GET.get("when") == "overdue"
    rows = _overdue(request, person) if is_overdue else _items(request, person)
    kind = request.GET.get("kind", "")
    if kind in dict(_kinds()):
        rows = rows.filter(kind=kind)
    is_done = request.GET.get("state") == "done"
    if is_done:
        page = paginate(rows.filter(state=FollowUpState.DONE).order_by("-closed_at", "-pk"), request.GET, size=PAGE)
    else:
        page = paginate(rows.open().by_day(), request.GET, size=PAGE)
    shown = rows_for(page.items, user=request.user, today=request.today)
    context = {
        "person": person,
        "page": page,
        "groups": [Group("done", _("Done"), shown)] if is_done and shown else grouped(shown, request.today),
        "is_done": is_done,
        "kinds": _kinds(),
        "kind": kind,
        "days": snooze_days(request.today, load_calendar()),
        "today": request.today,
    }
    return render(request, "followups/centre.html", context)


def _item(request: AuthenticatedHttpRequest, pk: int) -> FollowUp:
    found: FollowUp = get_visible_or_404(FollowUp.objects.select_related("recipient", "closed_by"), request.user, pk=pk)
    return found


@require_GET
def item(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one follow-up with everything that can be done about it."""
    found = _item(request, pk)
    context = {
        "row": rows_for([found], user=request.user, today=request.today)[0],
        "days": snooze_days(request.today, load_calendar()),
    }
    return render(request, "followups/item.html", context)


@require_POST
def done(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close a follow-up."""
    entry = complete(_item(request, pk), actor=request.user, now=request.now)
    if entry:
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    else:
        messages.info(request, _("This was closed already."))
    return back(request, "followups:centre")


@require_POST
def reopened(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open what was done."""
    reopen(_item(request, pk), actor=request.user, now=request.now)
    messages.success(request, _("It is open again."))
    return back(request, "followups:centre")


@require_http_methods(["GET", "POST"])
def later(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a follow-up off; the page itself offers every day."""
    found = _item(request, pk)
    days = snooze_days(request.today, load_calendar())
    form = DayForm(request.POST or None, days=days, today=request.today)
    if form.is_valid():
        try:
            entry = snooze(found, until=form.cleaned_data["day"], actor=request.user, now=request.now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return back(request, "followups:centre")
    row = rows_for([found], user=request.user, today=request.today)[0]
    next_url = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "row": row, "may_act": may_act(found, request.user), "next": next_url}
    return render(request, "followups/later.html", context)


def _subject(request: AuthenticatedHttpRequest) -> tuple[str, Any]:
    """Return kind and row of what a new follow-up is about: what the address names, else the person himself."""
    name, pk = request.GET.get("kind", ""), request.GET.get("id", "")
    if not name and not pk:
        return "user", request.user
    try:
        kind = kind_named(name)
    except UnknownKind:
        raise Http404 from None
    row = kind.visible(request.user).filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) <= 18 else None
    if row is None:
        raise Http404
    return name, row


def _account_id(name: str, row: Any) -> int | None:
    account_id: int | None = row.pk if name == "account" else getattr(row, "account_id", None)
    return account_id


@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Write down what one has to do about a thing (`?kind=&id=`), or at all."""
    name, row = _subject(request)
    days: list[tuple[Any, date]] = snooze_days(request.today, load_calendar())
    initial = {"key": uuid4(), "when": days[0][1].isoformat()}
    form = PromiseForm(request.POST or None, days=days, today=request.today, initial=initial)
    if form.is_valid():
        made = promise(
            (name, row.pk),
            recipient=request.user,
            text=form.cleaned_data["text"],
            due_on=form.cleaned_data["day"],
            actor=request.user,
            now=request.now,
            account_id=_account_id(name, row),
            key=f"promise:{form.cleaned_data['key']}",
        )
        messages.success(request, _("You will be reminded on %(day)s.") % {"day": made.due_on.isoformat()})
        return redirect(kind_named(name).url(row.pk) if name != "user" else "followups:centre")
    about = "" if name == "user" else kind_named(name).label(row)
    return render(request, "followups/new.html", {"form": form, "about": about})
