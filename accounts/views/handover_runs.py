"""A hand-over that has begun: asking first, how far it is, pausing, taking back; what may be lost; the brief."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Value
from django.db.models.functions import NullIf
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.actions import handover_run
from accounts.actions.handing import CannotHandOver
from accounts.choices import HandedState, HandOverReason
from accounts.handover.briefing import Risk, briefs, what_may_be_lost
from accounts.handover.preview import preview, staying
from accounts.handover.rules import unusual_exports_of
from accounts.models import Account, HandOver, HandOverItem
from accounts.views.account import account_or_404
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.paging import paginate
from teams.access import get_visible_or_404, may, needs
from teams.choices import Right
from teams.models import User
from teams.refusals import Refusal

BRIEFS_A_PAGE = 20
NOT_GONE = (HandedState.FAILED, HandedState.KEPT, HandedState.LEFT_OUT)


def hand_over_or_404(request: AuthenticatedHttpRequest, pk: int) -> HandOver:
    """Return a hand-over the person may look at."""
    rows = HandOver.objects.select_related("giver", "made_by", "rest_to", "job")
    found: HandOver = get_visible_or_404(rows, request.user, pk=pk)
    return found


def run_page(request: AuthenticatedHttpRequest, found: HandOver) -> HttpResponse:
    """Show how far a hand-over is; the fragment is asked for again and again while a worker has it."""
    if is_fragment(request) and not found.is_working:
        return HttpResponseClientRefresh()
    counts = found.items.counted()
    context: dict[str, Any] = {
        "hand_over": found,
        "counts": [(state.label, counts[state]) for state in HandedState if state in counts],
        "over": sum(n for state, n in counts.items() if state != HandedState.WAITING),
        "total": sum(counts.values()),
        "may_go_back": found.can_go_back(request.now),
    }
    if is_fragment(request):
        return render(request, "accounts/handovers/run.html#state", context)
    items = found.items.select_related("account", "to")
    context |= {
        "left": items.filter(state__in=NOT_GONE).order_by("account__name", "pk")[:200],
        "receivers": found.items.by_receiver(),
        "exports": unusual_exports_of(found.giver, on=request.today) if found.giver else [],
    }
    return render(request, "accounts/handovers/run.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.HAND_OVER)
def start(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask once, naming what happens, then begin."""
    found = hand_over_or_404(request, pk)
    if request.method == "POST":
        return _act(
            request, found, lambda: handover_run.start(found, actor=request.user, on=request.today, now=request.now)
        )
    context = {
        "hand_over": found,
        "preview": preview(found, on=request.today),
        "staying": staying(found, request.user),
        "leaves": found.reason == HandOverReason.LEAVES,
        "later": found.day > request.today,
    }
    return render(request, "accounts/handovers/start.html", context)


@require_POST
@needs(Right.HAND_OVER)
def act(request: AuthenticatedHttpRequest, pk: int, what: str) -> HttpResponse:
    """Pause, go on, stop, or take back."""
    found = hand_over_or_404(request, pk)
    acts: dict[str, Callable[[], object]] = {
        "pause": lambda: handover_run.pause(found, actor=request.user),
        "resume": lambda: handover_run.resume(found, actor=request.user),
        "stop": lambda: handover_run.stop(found, actor=request.user, now=request.now),
        "back": lambda: handover_run.start_taking_back(found, actor=request.user, now=request.now),
    }
    return _act(request, found, acts[what])


def _act(request: AuthenticatedHttpRequest, found: HandOver, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except (CannotHandOver, Refusal) as refusal:
        messages.error(request, str(refusal))
    return go_to(request, found.get_absolute_url())


@require_GET
@needs(Right.HAND_OVER)
def risks(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show what may be lost of the customers that go."""
    found = hand_over_or_404(request, pk)
    items = found.items.filter(account__isnull=False).select_related("account__owner", "to")
    by_account = {item.account_id: item for item in items}
    kinds = what_may_be_lost([pk for pk in by_account if pk], giver=found.giver, on=request.today)
    context = {
        "hand_over": found,
        "kinds": [
            (kind.danger, _by_tier([(risk, by_account[risk.account_id]) for risk in kind.risks])) for kind in kinds
        ],
    }
    return render(request, "accounts/handovers/risks.html", context)


def _by_tier(risks: list[tuple[Risk, HandOverItem]]) -> list[tuple[Risk, HandOverItem]]:
    """Return what may be lost, the best customers first."""
    return sorted(risks, key=lambda pair: (pair[1].account.tier if pair[1].account else "") or "Z")


@require_GET
def brief(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a receiver what he must know of the customers that came to him; a leader may look at anybody's (`?to=`)."""
    rows = HandOver.objects.concerning(request.user).select_related("giver")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    to = _receiver(request)
    handed = found.items.handed().filter(to=to)
    accounts = Account.objects.visible_to(request.user).live().filter(pk__in=handed.order_by().values("account"))
    in_order = accounts.select_related("team").order_by(NullIf("tier", Value("")).asc(nulls_last=True), "name", "pk")
    page = paginate(in_order, request.GET, size=BRIEFS_A_PAGE)
    context = {"hand_over": found, "to": to, "page": page}
    context["briefs"] = briefs(page.items, user=request.user, on=request.today)
    return render(request, "accounts/handovers/brief.html", context)


def _receiver(request: AuthenticatedHttpRequest) -> User:
    """Return whose brief is wanted: one's own, or for those who hand over the one asked for."""
    asked = request.GET.get("to", "")
    if not (asked.isascii() and asked.isdigit() and may(request.user, Right.HAND_OVER)):
        return request.user
    person: User = get_visible_or_404(User, request.user, pk=int(asked))
    return person


@require_GET
def account_brief(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show all that a new owner must know of one customer, on one page that can be printed."""
    account = account_or_404(request, pk)
    context = {"account": account, "briefs": briefs([account], user=request.user, on=request.today)}
    return render(request, "accounts/handovers/account_brief.html", context)
