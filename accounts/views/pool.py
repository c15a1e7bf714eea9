"""The public pool 公海: customers nobody holds, to be claimed by who comes first, and giving one up to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.claims import ClaimRefused, claim_from_pool, refuse_open_deals, release
from accounts.choices import OwnershipKind
from accounts.claims.access import may_release
from accounts.claims.filters import PoolFilter
from accounts.claims.reads import claim_policy, free_days, held_by
from accounts.columns import SORTS
from accounts.forms.claims import ReleaseForm
from accounts.models import Account, ClaimPolicy
from accounts.views.changes import form_page
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.listing import ordering
from crm.paging import paginate
from teams.access import get_visible_or_404, may, needs
from teams.choices import Right
from teams.models import User
from teams.saved_views import OpenList, rows_with_tabs

POOL_SORTS = SORTS | {"since": "pooled_at"}
USUAL_SORT = "-since"
PAGE = "accounts:pool"
READY = [
    (gettext_lazy("Tier A"), "tier=A"),
    (gettext_lazy("Lapsed"), f"why={OwnershipKind.LAPSED}"),
    (gettext_lazy("Released"), f"why={OwnershipKind.RELEASED}"),
]


def _with_patience(rows: list[Any], user: User, policy: ClaimPolicy) -> list[Any]:
    """Add `free_on` to customers the person lost or released himself: the day from which he may claim them again."""
    free = free_days([row.pk for row in rows], user, policy)
    for row in rows:
        row.free_on = free.get(row.pk)
    return rows


@require_GET
@needs(Right.SELL)
def pool(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the customers nobody holds, with nothing of their people and deals."""
    opened = OpenList(request, PAGE, ())
    if opened.opens_at:
        return redirect(opened.opens_at)
    every = Account.objects.pooled().with_pool_story().select_related("industry", "team")
    found = PoolFilter(request.GET, queryset=every, on=request.today)
    order = ordering(POOL_SORTS, request.GET.get("sort", ""), usual=USUAL_SORT)
    policy = claim_policy()
    page = paginate(found.qs.order_by(*order), request.GET, searched=found.active_count > 0)
    context = {
        "page": page,
        "rows": _with_patience(page.items, request.user, policy),
        "filter": found,
        "sort": request.GET.get("sort") or USUAL_SORT,
        "held": sum(held_by(request.user).values()),
        "limit": policy.limit_total,
        "all_url": opened.all_url,
    }
    context["tabs"] = opened.tabs(default_label=gettext_lazy("All"), ready=READY, form=found.form, sorts=POOL_SORTS)
    if is_fragment(request):
        return rows_with_tabs(request, "accounts/claims/pool.html#rows", context)
    return render(request, "accounts/claims/pool.html", context)


@require_POST
@needs(Right.SELL)
def take(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Claim a customer of the pool; who comes a moment too late is told who was quicker."""
    account = Account.objects.pooled_lately(request.now).filter(pk=pk).first()
    if account is None:
        raise Http404
    try:
        entry = claim_from_pool(account, actor=request.user, now=request.now, on=request.today)
    except ClaimRefused as refusal:
        messages.error(request, str(refusal))
        return go_to(request, "accounts:pool")
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, account.get_absolute_url())


@require_http_methods(["GET", "POST"])
def give_up(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Release a customer to the pool, with a reason; it can be taken back. One with an open opportunity stays."""
    account: Account = get_visible_or_404(Account, request.user, pk=pk)
    if not may_release(request.user, account):
        raise PermissionDenied
    if request.method == "GET":
        try:
            refuse_open_deals(account)
        except ClaimRefused as refusal:  # said before anybody writes down why
            messages.error(request, str(refusal))
            return redirect(account)
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        try:
            entry = release(account, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except ClaimRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return redirect("accounts:pool" if may(request.user, Right.SELL) else "accounts:list")
    title = _("Release %(name)s to the pool") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Release"), cancel_url=account.get_absolute_url())
