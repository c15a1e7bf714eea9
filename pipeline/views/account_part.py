"""The opportunities of one customer, as a part of its page or a page of its own."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Account
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.workdays import load_calendar
from pipeline.board import card_of
from pipeline.models import Opportunity
from teams.access import get_visible_or_404, may
from teams.choices import Right

SHOWN = 6


@require_safe
def of_account(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the open opportunities of a customer, the largest first."""
    account = get_visible_or_404(Account, request.user, pk=pk)
    visible = Opportunity.objects.visible_to(request.user).live().filter(account=account)
    rows = visible.open().select_related("our_step", "owner").order_by("-amount", "pk")
    found = list(rows[: SHOWN + 1])
    calendar = load_calendar()
    context = {
        "account": account,
        "cards": [card_of(one, on=request.today, calendar=calendar) for one in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "has_closed": not found and visible.exists(),
        "may_work": may(request.user, Right.SELL) and account.archived_at is None,
    }
    template = "pipeline/of_account.html#part" if is_fragment(request) else "pipeline/of_account.html"
    return render(request, template, context)
