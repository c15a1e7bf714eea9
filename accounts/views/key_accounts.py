"""Key accounts: the list, a customer's own tab, proposing, withdrawing, ending."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.key_accounts import (
    KIND,
    OPEN,
    CannotNominate,
    end_key_account,
    hand_in_again,
    propose_key_account,
    withdraw_nomination,
)
from accounts.choices import KeyScope, NominationState
from accounts.forms.key_accounts import EndForm, NominationForm
from accounts.key_accounts.reads import bar_of, key_group, key_rule, lacks_of, standing
from accounts.models import Account, Contact, KeyAccountRule, Nomination
from accounts.views.account import head, in_house_or_404
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from crm.paging import paginate
from followups.models import Approval
from teams.access import get_visible_or_404, may, require
from teams.choices import Right

WAITING_SHOWN = 50
ROUNDS_SHOWN = 50


@dataclass(frozen=True)
class Case:
    """A proposal with what it lacks and the rounds of signing it went through, the last first."""

    nomination: Nomination
    lacks: list[str]
    rounds: list[Approval]

    @property
    def is_open(self) -> bool:
        """Return whether it is under way."""
        return self.nomination.state in OPEN


@require_GET
def key_accounts(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the key accounts a person sees, the first to be looked at again first, and the proposals under way."""
    scope = request.GET.get("scope", "")
    scope = scope if scope in KeyScope.values else ""
    rows = Account.objects.visible_to(request.user).live().key_accounts()
    rows = rows.filter(key_scope=scope) if scope else rows
    page = paginate(rows.select_related("owner").order_by("key_review_on", "pk"), request.GET)
    marks = standing((account.pk for account in page.items), request.user)
    waiting = Nomination.objects.visible_to(request.user).filter(state__in=OPEN, account__archived_at=None)
    context = {
        "page": page,
        "rows": [(account, marks.get(account.pk)) for account in page.items],
        "waiting": waiting.select_related("account", "requested_by").order_by("handed_in_at", "pk")[:WAITING_SHOWN],
        "scope": scope,
        "scopes": KeyScope.choices,
        "today": request.today,
    }
    return render(request, "accounts/key_accounts/list.html", context)


def _cases(account: Account, request: AuthenticatedHttpRequest, rule: KeyAccountRule) -> list[Case]:
    """Return the proposals for a customer, the last first, each with the rounds of signing it went through."""
    rows: QuerySet[Nomination] = account.nominations.visible_to(request.user).select_related("requested_by", "ended_by")
    nominations = list(rows.order_by("-pk")[:ROUNDS_SHOWN])
    approvals = Approval.objects.filter(subject_kind=KIND, subject_id__in=[row.pk for row in nominations])
    steps = ("steps__approver", "steps__or_else", "steps__decided_by")
    rounds: dict[int, list[Approval]] = {}
    for approval in approvals.select_related("requested_by").prefetch_related(*steps).order_by("-pk"):
        rounds.setdefault(approval.subject_id, []).append(approval)
    return [Case(row, lacks_of(row, rule), rounds.get(row.pk, [])) for row in nominations]


@require_GET
def account_key(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show whether a customer is a key account, why, until when, and every proposal with what was said."""
    account = in_house_or_404(request, pk)
    rule = key_rule()
    cases = _cases(account, request, rule)
    current = next((case for case in cases if case.nomination.state == NominationState.APPROVED), None)
    context = head(request, account, "key", list(Contact.objects.filter(account=account).live())) | {
        "cases": cases,
        "current": current if account.is_key else None,
        "under_way": next((case for case in cases if case.is_open), None),
        "bar": bar_of(rule),
        "group": key_group(),
        "may_propose": may(request.user, Right.SELL) and not account.archived_at,
        "may_end": may(request.user, Right.LEAD) and account.is_key,
    }
    return render(request, "accounts/key_accounts/of_account.html", context)


@require_GET
def nomination(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Lead to a proposal on its customer's page."""
    found: Nomination = get_visible_or_404(Nomination, request.user, pk=pk)
    return redirect(f"{reverse('accounts:key', args=[found.account_id])}#nomination-{pk}")


@require_http_methods(["GET", "POST"])
def propose(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Propose a customer as a key account; what was said about one before is filled in."""
    account = in_house_or_404(request, pk)
    require(request.user, Right.SELL)
    last = account.nominations.order_by("-pk").first()
    if request.method == "GET" and last and last.state in OPEN:
        messages.info(request, _("A proposal for this customer is under way already."))
        return go_to(request, reverse("accounts:key", args=[pk]))
    before = {name: getattr(last, name) for name in NominationForm.Meta.fields} if last else {}
    form = NominationForm(request.POST or None, initial=before)
    url = reverse("accounts:key", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        try:
            propose_key_account(
                account, values=form.values, actor=request.user, now=request.now, client_id=data["client_id"]
            )
        except CannotNominate as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Handed in. You are told when it is signed or returned."))
            return go_to(request, url)
    title = _("Propose %(name)s as a key account") % {"name": account.called}
    draft = f"nomination:new:{pk}"
    return form_page(request, form, title=title, verb=_("Hand in"), cancel_url=url, draft=draft)


def _nomination(request: AuthenticatedHttpRequest, pk: int) -> Nomination:
    """Return a proposal the person sees and may work on: else 404 or 403."""
    rows = Nomination.objects.select_related("account")
    found: Nomination = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.SELL)
    return found


@require_http_methods(["GET", "POST"])
def again(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a returned proposal and hand it in again."""
    found = _nomination(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = NominationForm(post, instance=Nomination.objects.get(pk=pk))
    url = reverse("accounts:key", args=[found.account_id])
    if form.is_valid():
        version = form.seen_version
        try:
            hand_in_again(found, changes=form.changes, version=version, actor=request.user, now=request.now)
        except EditConflict as conflict:
            version = Nomination.objects.values_list("version", flat=True).get(pk=pk)
            title = found.account.called
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        except CannotNominate as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Handed in again. You are told when it is signed or returned."))
            return go_to(request, url)
    title = _("Hand in the proposal for %(name)s again") % {"name": found.account.called}
    return form_page(request, form, title=title, verb=_("Hand in again"), cancel_url=url)


@require_POST
def give_up(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Withdraw a proposal that is under way."""
    found = _nomination(request, pk)
    try:
        withdraw_nomination(found, actor=request.user, now=request.now)
    except CannotNominate as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The proposal is withdrawn. You can make a new one at any time."))
    return go_to(request, reverse("accounts:key", args=[found.account_id]))


@require_http_methods(["GET", "POST"])
def end(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take the mark of a key account away, with a reason; it can be taken back."""
    account = in_house_or_404(request, pk)
    require(request.user, Right.LEAD)
    form = EndForm(request.POST or None)
    url = reverse("accounts:key", args=[pk])
    if form.is_valid():
        try:
            entry = end_key_account(account, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except CannotNominate as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return go_to(request, url)
    title = _("%(name)s is to be a key account no more") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("End it"), cancel_url=url)
