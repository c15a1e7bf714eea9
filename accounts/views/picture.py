"""The firm's own picture: who brings the turnover, and what each tier takes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.effort import service_cost
from accounts.forms.spans import SpanForm, span_links, with_days
from accounts.tiers.concentration import Concentration, reference_curve
from accounts.tiers.picture import accounts_in_view, concentration_of, drift, tier_shares
from accounts.tiers.picture_words import curve_finding, curve_rows, drift_columns, drift_finding
from accounts.tiers.runs import policy_in_force
from accounts.tiers.tiering import ALL
from crm.http import AuthenticatedHttpRequest
from crm.replica import reads_replica
from teams.access import may
from teams.choices import Right

FIFTH = 20


def _curve(spread: Concentration, reference: dict[str, dict[str, int]]) -> dict[str, Any]:
    best = spread.best(FIFTH)
    return {
        "spread": spread,
        "curve": spread.curve,
        "reference_curve": reference_curve(reference),
        "mark": (spread.percent_of(best), spread.share_of(best)),
        "mark_share": spread.share_of(best),
        "curve_finding": curve_finding(spread),
        "curve_rows": curve_rows(spread),
    }


@require_safe
@reads_replica
def picture(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show how turnover hangs on few customers, actual beside reference shares, and how both drift."""
    if not may(request.user, Right.ADMINISTER) and not may(request.user, Right.LEAD):
        raise PermissionDenied
    form = SpanForm(with_days(request.GET, request.today))
    span, accounts, policy = form.span(request.today), accounts_in_view(request.user), policy_in_force()
    quarters = drift(accounts, span.last)
    context = _curve(concentration_of(accounts, span), policy.reference) | {
        "form": form,
        "span": span,
        "spans": span_links(request.today, span),
        "shares": tier_shares(accounts, span, cost=service_cost(), reference=policy.reference),
        "quarters": quarters,
        "tiers": ALL,
        "drift_columns": drift_columns(quarters),
        "drift_finding": drift_finding(quarters),
        "may_administer": may(request.user, Right.ADMINISTER),
        "may_lead": may(request.user, Right.LEAD),
    }
    return render(request, "accounts/tiers/picture.html", context)
