"""The lines of one's centre."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from crm.http import AuthenticatedHttpRequest
from crm.paging import paginate
from followups.actions.notifications import mark_all_read, mark_read
from followups.models import Notification
from followups.queries import lines_for, where_to
from teams.access import get_visible_or_404


@require_GET
def notifications(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what one was told, newest first; `?show=unread` only what one has not opened."""
    rows = Notification.objects.visible_to(request.user).order_by("-pk")
    only_unread = request.GET.get("show") == "unread"
    page = paginate(rows.unread() if only_unread else rows, request.GET)
    context = {
        "page": page,
        "lines": lines_for(page.items),
        "only_unread": only_unread,
        "up_to": max((line.pk for line in page.items), default=0),
        "has_unread": any(line.read_at is None for line in page.items),
    }
    return render(request, "followups/notifications.html", context)


@require_POST
def opened(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and go to what it is about."""
    line: Notification = get_visible_or_404(Notification, request.user, pk=pk)
    mark_read(line, now=request.now)
    return redirect(where_to(line) or "followups:notifications")


@require_POST
def read_all(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark everything up to the newest line shown as read."""
    shown = request.POST.get("up_to", "")
    if shown.isdecimal() and len(shown) <= 18:
        mark_all_read(actor=request.user, now=request.now, up_to=int(shown))
    return redirect("followups:notifications")
