"""What several pages of this room begin and end with."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from crm.http import AuthenticatedHttpRequest, go_to
from pipeline.models import Opportunity
from teams.access import get_visible_or_404, require
from teams.choices import Right

LOADED = ("account", "owner", "team", "pipeline", "our_step", "customer_step", "product", "loss_reason")


def visible_or_404(request: AuthenticatedHttpRequest, pk: int) -> Opportunity:
    """Return an opportunity the person may see, with what its page shows."""
    found: Opportunity = get_visible_or_404(Opportunity.objects.select_related(*LOADED), request.user, pk=pk)
    return found


def workable_or_404(request: AuthenticatedHttpRequest, pk: int, right: Right = Right.SELL) -> Opportunity:
    """Return an opportunity the person sees and may work on; raises PermissionDenied for who only sees it."""
    found = visible_or_404(request, pk)
    require(request.user, right)
    return found


def posted(request: AuthenticatedHttpRequest) -> QueryDict | None:
    """Return what was posted, None where the form is only shown; an empty post is a post."""
    return request.POST if request.method == "POST" else None


def next_url(request: AuthenticatedHttpRequest, default: str) -> str:
    """Return the page of ours to go to after a write, as `next` says, else the default."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts=hosts, require_https=request.is_secure())
    return url if safe else default


def done(request: AuthenticatedHttpRequest, opportunity: Opportunity, text: str) -> HttpResponse:
    """Say what was done, with its way back where there is one, and go on."""
    undo = f"undo:{opportunity.undo_entry.pk}" if opportunity.undo_entry else ""
    messages.success(request, text, extra_tags=undo)
    return go_to(request, next_url(request, opportunity.get_absolute_url()))


def refused(form: Any, refusal: Exception) -> None:
    """Put a refusal on top of the form it answers."""
    form.add_error(None, str(refusal))
