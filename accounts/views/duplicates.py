"""Customers that may be one: the list, two of them side by side, merging, and the word that they are not the same."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.duplicates import set_apart
from accounts.actions.merging import MERGE, MergeRefused, merge_accounts
from accounts.duplicates.jobs import find_soon, last_search
from accounts.forms.merging import PERSON, MergeForm, OtherForm
from accounts.matching.people import PersonIdentity, SamePerson, same_people
from accounts.merging.contested import settled_of
from accounts.merging.registry import what_moves
from accounts.merging.words import filled_in_words, same_in_words
from accounts.models import Account, Contact, DuplicatePair
from accounts.views.changes import form_page
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.models import UndoEntry
from crm.paging import paginate
from teams.access import get_visible_or_404, needs, require
from teams.choices import Right

MERGED_SHOWN = 10


def _both(request: AuthenticatedHttpRequest, keep: int, drop: int) -> tuple[Account, Account]:
    """Return both customers, where the person sees both and may merge: else 404 or 403."""
    rows = Account.objects.select_related("owner", "team", "industry", "parent", "dealer", "merged_into")
    found: tuple[Account, Account] = (
        get_visible_or_404(rows, request.user, pk=keep),
        get_visible_or_404(rows, request.user, pk=drop),
    )
    require(request.user, Right.MERGE)
    return found


def _same_people(keep: Account, drop: Account) -> tuple[list[SamePerson], dict[int, Contact]]:
    """Return who may be on both, and everybody by number; one query."""
    people = Contact.objects.live().filter(account__in=[keep.pk, drop.pk]).order_by("pk")
    known = {person.pk: person for person in people}
    read = {pk: PersonIdentity(pk, each.name, each.mobile, each.wechat, each.email) for pk, each in known.items()}
    ours = [identity for pk, identity in read.items() if known[pk].account_id == keep.pk]
    theirs = [identity for pk, identity in read.items() if known[pk].account_id == drop.pk]
    return same_people(ours, theirs), known


def _side_by_side(keep: Account, drop: Account) -> dict[str, Any]:
    """Return what the page says of the two beside the choices."""
    return {
        "keep": keep,
        "drop": drop,
        "pair": DuplicatePair.objects.of(keep, drop).first(),
        "same": same_in_words(keep, drop),
        "filled": filled_in_words(keep, drop),
        "settled": settled_of(keep, drop),
        "moves": what_moves(drop),
    }


@require_GET
@needs(Right.MERGE)
def duplicates(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the customers that may be one, the likeliest first, and what this person merged lately."""
    pairs = DuplicatePair.objects.visible_to(request.user).open().best_first()
    rows = pairs.select_related("first__owner", "second__owner")
    merged = UndoEntry.objects.filter(actor=request.user, action=MERGE, used_at=None, expires_at__gt=request.now)
    context = {
        "page": paginate(rows, request.GET),
        "job": last_search(request.user),
        "merged": merged.order_by("-id")[:MERGED_SHOWN],
    }
    return render(request, "accounts/duplicates/list.html", context)


@require_POST
@needs(Right.MERGE)
def find(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Let a worker look for duplicates now."""
    find_soon(actor=request.user)
    return go_to(request, reverse("accounts:duplicates"))


@require_GET
@needs(Right.MERGE)
def find_progress(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer how far this person's search is; without htmx the page that shows it."""
    job = last_search(request.user)
    if job is None or not is_fragment(request):
        return redirect("accounts:duplicates")
    return render(request, "accounts/duplicates/job.html", {"job": job})


@require_http_methods(["GET", "POST"])
def other(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Choose the customer one is merged with."""
    account: Account = get_visible_or_404(Account, request.user, pk=pk)
    require(request.user, Right.MERGE)
    others = Account.objects.visible_to(request.user).live().exclude(pk=pk)
    form = OtherForm(request.POST or None, accounts=others)
    if form.is_valid():
        return go_to(request, reverse("accounts:merge", args=[pk, form.cleaned_data["other"].pk]))
    title = _("Merge %(name)s with another customer") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Compare"), cancel_url=account.get_absolute_url())


@require_http_methods(["GET", "POST"])
def merge(request: AuthenticatedHttpRequest, keep: int, drop: int) -> HttpResponse:
    """Show two customers side by side with what would move; with the choices, make one of them."""
    ours, theirs = _both(request, keep, drop)
    people, known = _same_people(ours, theirs)
    form = MergeForm(request.POST or None, keep=ours, drop=theirs, people=people)
    if form.is_valid():
        chosen: dict[str, Any] = {"take": form.take, "people": form.same_people, "versions": form.versions}
        try:
            entry = merge_accounts(ours, theirs, **chosen, actor=request.user, now=request.now)
        except MergeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return go_to(request, ours.get_absolute_url())
    asked = [(form[f"{PERSON}{pair.other}"], known[pair.one], known[pair.other]) for pair in people]
    context = _side_by_side(ours, theirs) | {"form": form, "people": asked}
    return render(request, "accounts/duplicates/merge.html", context, status=422 if form.is_bound else 200)


@require_POST
def not_the_same(request: AuthenticatedHttpRequest, keep: int, drop: int) -> HttpResponse:
    """Remember that two customers are not the same; it can be taken back."""
    ours, theirs = _both(request, keep, drop)
    entry = set_apart(ours, theirs, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:duplicates"))
