"""The numbers beside the navigation: read together, once a page."""

from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.http import HttpRequest

from followups.models import Approval, FollowUp, Notification
from teams.models import User

_KEPT = "_followup_counts"


def _count(rows: QuerySet[Any]) -> Subquery:
    """Return the number of rows as part of another query."""
    return Subquery(rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk")).values("n"))


def counts_for(request: HttpRequest) -> dict[str, int]:
    """Return how many follow-ups are due or overdue, approvals wait, notifications are unread: one query a request."""
    kept: dict[str, int] | None = getattr(request, _KEPT, None)
    if kept is None:
        user: Any = request.user
        numbers = User.objects.filter(pk=user.pk).values_list(
            _count(FollowUp.objects.of(user).due(request.today)),  # type: ignore[attr-defined]
            _count(Approval.objects.to_sign(user)),
            _count(Notification.objects.visible_to(user).unread()),
        )
        due, to_sign, unread = numbers.first() or (0, 0, 0)
        kept = {"due": due or 0, "to_sign": to_sign or 0, "unread": unread or 0}
        setattr(request, _KEPT, kept)
    return kept


def due_follow_ups(request: HttpRequest) -> int:
    """Return how many follow-ups are overdue or due today."""
    return counts_for(request)["due"]


def approvals_to_sign(request: HttpRequest) -> int:
    """Return how many approvals wait for this person's signature."""
    return counts_for(request)["to_sign"]


def unread_notifications(request: HttpRequest) -> int:
    """Return how many lines were not looked at."""
    return counts_for(request)["unread"]
