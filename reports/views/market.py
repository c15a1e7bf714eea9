"""Where customers come from, the industry map, and how much a customer is like those who were won."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.filters import NO_INDUSTRY
from accounts.models import Account
from accounts.sizes import CHOICES
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.replica import reads_replica
from reports import links
from reports.forms import ScopeForm
from reports.profile import Profile, Reason
from reports.queries import industries, sources
from reports.queries.profile import TRAITS, firm_profile, traits_of, word_of
from reports.scope import Scope
from teams.access import get_visible_or_404, needs
from teams.choices import Right, Role


def _chosen(request: AuthenticatedHttpRequest) -> tuple[Scope, dict[str, Any]]:
    """Return whose customers are looked at, and the form that chooses."""
    scope = ScopeForm(request.GET, user=request.user).scope(today=request.today, now=request.now)
    return scope, {"form": ScopeForm({"team": scope.team.pk if scope.team else ""}, user=request.user)}


@require_safe
@needs(Right.LEAD)
@reads_replica
def by_source(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what became of the customers of each source."""
    scope, context = _chosen(request)
    rows = sources.by_source(scope)
    listed = [(row, links.customers(scope, source=row.source)) for row in rows]
    return render(request, "reports/sources.html", context | {"rows": listed, "whole": sources.whole(rows)})


@require_safe
@needs(Right.LEAD)
@reads_replica
def industry_map(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show industry by size: what we have, what is white, and what won customers have in common."""
    scope, context = _chosen(request)
    rows = industries.industry_map(scope)
    heat = industries.Heat(rows, request.GET.get("by", ""))
    context |= {
        "heat": heat,
        "whitest": industries.whitest(rows),
        "sizes": CHOICES,
        "rows": [_linked(row, scope, heat, industry=row.pk or NO_INDUSTRY) for row in rows],
        "whole": _linked(industries.whole(rows), scope, heat),
        "profile": _in_words(firm_profile()),
    }
    return render(request, "reports/industries.html", context)


@dataclass(frozen=True)
class Field:
    """A cell as the page shows it: what its size is called, how dark it is, and the lists behind its numbers."""

    label: Any
    cell: industries.Cell
    level: int
    known: str
    buying: str
    white: str


def _linked(row: industries.IndustryRow, scope: Scope, heat: industries.Heat, **of: Any) -> dict[str, Any]:
    """Return a row, its fields by size and the one of all sizes, each with the lists behind it."""

    def field(label: Any, cell: industries.Cell, **size: str) -> Field:
        lists = [links.customers(scope, **of, **size, bought=bought) for bought in ("", "yes", "no")]
        return Field(label, cell, heat.level(cell), *lists)

    fields = [field(label, cell, size=key) for key, label, cell in row.labelled]
    return {"row": row, "fields": fields, "total": field(_("Together"), row.total)}


def _line(reason: Reason) -> dict[str, Any]:
    return {
        "trait": TRAITS[reason.trait],
        "value": word_of(reason.trait, reason.value),
        "won": reason.won,
        "decided": reason.decided,
        "percent": reason.won * 100 // reason.decided,
        "points": reason.points,
    }


def _in_words(found: Any) -> dict[str, Any]:
    """Return the profile as the page tells it: the values won most often, or how few were decided yet."""
    if not isinstance(found, Profile):
        return {"too_few": found}
    groups = [(label, [_line(reason) for reason in found.best(trait)]) for trait, label in TRAITS.items()]
    ideal = found.ideal(TRAITS)
    return {
        "groups": [(label, lines) for label, lines in groups if lines],
        "ideal": ideal,
        "ideal_values": [word_of(reason.trait, reason.value) for reason in ideal.reasons],
        "average": round(found.average * 100),
        "decided": found.wins + found.losses,
    }


@require_safe
def profile_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show how much a customer is like those who were won, as a part of its page: never for dealers."""
    if request.user.role == Role.DEALER:
        raise Http404
    account: Account = get_visible_or_404(Account.objects.select_related("industry"), request.user, pk=pk)
    if not is_fragment(request):
        return redirect(account)
    found = firm_profile()
    context: dict[str, Any] = {"account": account}
    if isinstance(found, Profile):
        score = found.score(traits_of(account))
        context |= {"score": score, "reasons": [_line(reason) for reason in score.reasons]}
    else:
        context["too_few"] = found
    return render(request, "reports/profile.html", context)
