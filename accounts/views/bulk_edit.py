"""Facts of many customers, changed in one go: chosen, said, looked at, done, and taken back if need be."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actions.bulk_edits import ARCHIVED, EDITED, bulk_edit_accounts, offer_bulk_undo
from accounts.actions.tier_hands import ByHand
from accounts.bulk.jobs import AT_ONCE, Pairs, change_soon
from accounts.bulk.preview import Preview, preview
from accounts.forms.lists import BulkForm
from accounts.views.bulk import back_to, selected
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.choices import Right

SALT = "accounts.bulk_edit"
MOST = 10_000
NOT_KEPT = ("csrfmiddlewaretoken", "chosen", "sure", "ids", "everything")


class NothingChosen(Exception):
    """No customer is chosen, or too many are; the message says what to do."""


def _chosen(request: AuthenticatedHttpRequest) -> Pairs:
    """Return key and version of the customers chosen: as a page of ours carried them on, or ticked in the list."""
    if carried := request.POST.get("chosen"):
        try:
            return [(pk, version) for pk, version in signing.loads(carried, salt=SALT)]
        except signing.BadSignature:
            raise NothingChosen(_("The choice was not sent whole. Choose the customers once more.")) from None
    pairs = list(selected(request).order_by("pk").values_list("pk", "version")[: MOST + 1])
    if not pairs:
        raise NothingChosen(_("Choose at least one customer first."))
    if len(pairs) > MOST:
        raise NothingChosen(_("At most 10,000 customers at a time. Narrow the list with a filter."))
    return pairs


def _carried(pairs: Pairs) -> str:
    return signing.dumps([list(pair) for pair in pairs], salt=SALT, compress=True)


def _kept(post: QueryDict) -> Iterator[tuple[str, str]]:
    """Yield what was typed, for the next page to carry on."""
    for name, values in post.lists():
        if name not in NOT_KEPT:
            yield from ((name, str(value)) for value in values)


def _back(request: AuthenticatedHttpRequest, problem: NothingChosen) -> HttpResponse:
    messages.warning(request, str(problem))
    return redirect(back_to(request))


@require_POST
@needs(Right.EDIT_CUSTOMERS)
def bulk_edit(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Ask what is to change, show what that does, and with `sure` do it."""
    try:
        pairs = _chosen(request)
    except NothingChosen as problem:
        return _back(request, problem)
    asked = "chosen" in request.POST and "again" not in request.POST
    given = {"initial": request.POST.dict(), "user": request.user, "today": request.today}
    form = BulkForm(request.POST if asked else None, **given)
    if not form.is_valid():
        context = {
            "form": form,
            "title": ngettext("Change %(n)s customer", "Change %(n)s customers", len(pairs)) % {"n": len(pairs)},
            "chosen": _carried(pairs),
            "query": request.POST.get("query", ""),
            "cancel_url": back_to(request),
        }
        return render(request, "accounts/bulk/edit.html", context, status=422 if form.is_bound else 200)
    if request.POST.get("sure"):
        return _do(request, pairs, form.wanted, EDITED, why=form.why)
    return _preview_page(request, preview(pairs, form.wanted, user=request.user), EDITED, why=form.why)


@require_POST
@needs(Right.EDIT_CUSTOMERS)
def bulk_archive(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show which customers would be put away; with `sure`, put them away."""
    wanted = {"archived_at": request.now.isoformat()}
    try:
        pairs = _chosen(request)
    except NothingChosen as problem:
        return _back(request, problem)
    if request.POST.get("sure"):
        return _do(request, pairs, wanted, ARCHIVED)
    return _preview_page(request, preview(pairs, wanted, user=request.user), ARCHIVED)


def _preview_page(request: AuthenticatedHttpRequest, found: Preview, action: str, *, why: str = "") -> HttpResponse:
    """Show how many change, from what to what, and who is left and why; the versions looked at go with the answer."""
    context = {
        "preview": found,
        "title": found.archive_title if action == ARCHIVED else found.title,
        "why": why,
        "is_archive": action == ARCHIVED,
        "chosen": _carried(found.pairs),
        "kept": list(_kept(request.POST)),
        "is_long": len(found.pairs) > AT_ONCE,
        "cancel_url": back_to(request),
    }
    return render(request, "accounts/bulk/preview.html", context)


def _do(
    request: AuthenticatedHttpRequest, pairs: Pairs, wanted: Mapping[str, Any], action: str, *, why: str = ""
) -> HttpResponse:
    """Change the customers at once, or let a worker do it where they are very many."""
    if len(pairs) > AT_ONCE:
        given = {"actor": request.user, "on": request.today, "why": why}
        job = change_soon(pairs, wanted=wanted, archive=action == ARCHIVED, **given)
        return go_to(request, reverse("teams:list_job", args=[job.pk]))
    with transaction.atomic():
        batch = uuid4().hex
        hand = ByHand(why, request.today, request.now)
        outcome = bulk_edit_accounts(
            dict(pairs), wanted=wanted, actor=request.user, batch=batch, action=action, hand=hand
        )
        entry = offer_bulk_undo(outcome.written, actor=request.user, now=request.now, batch=batch, action=action)
    if entry:
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    if outcome.skipped:
        left = len(outcome.skipped)
        words = ngettext("%(n)s customer was left as it was.", "%(n)s customers were left as they were.", left)
        messages.warning(request, words % {"n": left})
    return go_to(request, back_to(request))
