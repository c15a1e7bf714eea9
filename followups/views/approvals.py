"""Signing, like a mail client: what waits on the left, the whole of one on the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest
from crm.models import UndoEntry
from followups.actions.approvals import CannotSign, approve, approve_all, send_back
from followups.approval_kinds import Description, Returning, describe_all, returning
from followups.choices import ApprovalState
from followups.forms import ReturnForm
from followups.models import Approval
from followups.queries import Waiting, oldest_waiting
from followups.registering import kind_label
from followups.subjects import current_versions, visible_pairs
from teams.access import get_visible_or_404

SHOWN = 100
VIEWS = ("waiting", "mine", "decided")


@dataclass(frozen=True)
class Card:
    """A request as a card of the list."""

    approval: Approval
    about: Description
    kind: str

    @property
    def words(self) -> Returning:
        """Return what it is called to return it."""
        return returning(self.approval.kind).about(self.approval.requested_by)


@dataclass(frozen=True)
class Queue:
    """What waits for one person's signature."""

    clean: list[Card]
    exceptions: list[Card]
    oldest: Waiting | None

    @property
    def cards(self) -> list[Card]:
        """Return all in the order shown."""
        return [*self.exceptions, *self.clean]


def _cards(request: AuthenticatedHttpRequest, approvals: Sequence[Approval]) -> list[Card]:
    found = describe_all(approvals)
    if kept := [pk for pk, about in found.items() if about.for_signers]:
        signs = set(Approval.objects.filter(pk__in=kept).signed_by(request.user).values_list("pk", flat=True))
        found |= {pk: found[pk].outline for pk in kept if pk not in signs}
    return [Card(approval, found[approval.pk], kind_label(approval.kind)) for approval in approvals]


def _queue(request: AuthenticatedHttpRequest) -> Queue:
    rows = Approval.objects.to_sign(request.user).select_related("requested_by").order_by("recorded_at", "pk")
    cards = _cards(request, list(rows[:SHOWN]))
    return Queue(
        clean=[card for card in cards if not card.about.exceptions],
        exceptions=[card for card in cards if card.about.exceptions],
        oldest=oldest_waiting((card.approval.recorded_at for card in cards), request.now),
    )


def _others(request: AuthenticatedHttpRequest, view: str) -> list[Card]:
    """Return what one handed in oneself, or what was decided among all one sees; newest first."""
    rows = Approval.objects.visible_to(request.user).select_related("requested_by").order_by("-pk")
    if view == "mine":
        return _cards(request, list(rows.filter(requested_by=request.user)[:SHOWN]))
    return _cards(request, list(rows.exclude(state=ApprovalState.WAITING).exclude(requested_by=request.user)[:SHOWN]))


def _reading(request: AuthenticatedHttpRequest, approval: Approval) -> dict[str, Any]:
    """Return what the reading pane shows of one request."""
    steps = approval.steps.select_related("approver", "decided_by").prefetch_related("or_else").order_by("position")
    subject = (approval.subject_kind, approval.subject_id)
    waits_for_me = Approval.objects.to_sign(request.user).filter(pk=approval.pk).exists()
    card = _cards(request, [approval])[0]
    return {
        "card": card,
        "steps": list(steps),
        "may_sign": waits_for_me,
        "is_stale": waits_for_me and current_versions([subject]).get(subject) != approval.subject_version,
        "sees_subject": bool(visible_pairs([subject], request.user)),
        "return_form": ReturnForm(auto_id="return_%s", words=card.words),
    }


@require_GET
def approvals(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what waits for one's signature, with the first of it open; `?view=mine` and `?view=decided` the others."""
    view = request.GET.get("view", VIEWS[0])
    queue = _queue(request)
    cards = queue.cards if view not in VIEWS[1:] else _others(request, view)
    context: dict[str, Any] = {"queue": queue, "view": view if view in VIEWS else VIEWS[0], "cards": cards}
    if cards:
        context |= _reading(request, cards[0].approval)
    return render(request, "followups/approvals.html", context)


def _approval(request: AuthenticatedHttpRequest, pk: int) -> Approval:
    rows = Approval.objects.select_related("requested_by")
    found: Approval = get_visible_or_404(rows, request.user, pk=pk)
    return found


@require_GET
def approval(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one request, whole, beside what waits."""
    queue = _queue(request)
    context = {"queue": queue, "view": VIEWS[0], "cards": queue.cards, "is_chosen": True}
    return render(request, "followups/approvals.html", context | _reading(request, _approval(request, pk)))


def _next(request: AuthenticatedHttpRequest, after: Approval) -> HttpResponse:
    """Go to the next request that waits, as a mail client does."""
    waiting = [card.approval.pk for card in _queue(request).cards if card.approval.pk != after.pk]
    return redirect("followups:approval", waiting[0]) if waiting else redirect("followups:approvals")


def _try(request: AuthenticatedHttpRequest, sign: Callable[[], UndoEntry | None], text: str) -> bool:
    """Sign, and say what came of it."""
    try:
        entry = sign()
    except CannotSign as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, text, extra_tags=f"undo:{entry.pk}" if entry else "")
    return True


@require_POST
def approved(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Sign one request and go on to the next."""
    found = _approval(request, pk)
    text = _("Approved: %(who)s. It is told in 30 seconds.") % {"who": found.requested_by}
    if not _try(request, lambda: approve(found, actor=request.user, now=request.now), text):
        return redirect("followups:approval", pk)
    return _next(request, found)


@require_http_methods(["GET", "POST"])
def returned(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, return the request with it, and go on to the next."""
    found = _approval(request, pk)
    card = _cards(request, [found])[0]
    form = ReturnForm(request.POST or None, auto_id="return_%s", words=card.words)
    if not Approval.objects.to_sign(request.user).filter(pk=pk).exists() and request.method == "GET":
        raise PermissionDenied
    if not form.is_valid():
        context = {"form": form, "approval": found, "card": card}
        return render(request, "followups/return.html", context, status=422 if form.errors else 200)
    try:
        send_back(found, actor=request.user, now=request.now, comment=form.cleaned_data["comment"])
    except CannotSign as refusal:
        messages.error(request, str(refusal))
        return redirect("followups:approval", pk)
    messages.success(request, str(card.words.done))
    return _next(request, found)


@require_http_methods(["GET", "POST"])
def all_clean(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Name the requests without exceptions, and sign those that were named."""
    clean = _queue(request).clean
    if request.method == "GET":
        return render(request, "followups/approve_all.html", {"cards": clean})
    named = set(request.POST.getlist("ids"))
    chosen = [card.approval for card in clean if str(card.approval.pk) in named]
    if not chosen:
        messages.info(request, _("There is nothing left to approve."))
        return redirect("followups:approvals")
    text = ngettext(
        "Approved: %(n)s. It is told in 30 seconds.", "Approved: %(n)s. They are told in 30 seconds.", len(chosen)
    ) % {"n": len(chosen)}
    _try(request, lambda: approve_all(chosen, actor=request.user, now=request.now), text)
    return redirect("followups:approvals")
