"""Reads of due items, notifications and approvals."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from followups.choices import ApprovalState, FollowUpState
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from followups.models import Approval, FollowUp, Notification
    from teams.models import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Follow-ups."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own, those of people one stands in for, and for a manager those of his teams."""
        mine = Q(recipient_id__in=[user.pk, *user.stands_in_for])
        if user.role == Role.MANAGER:
            return self.filter(mine | Q(recipient__team__in=led_teams(user)))
        if user.role == Role.DIRECTOR:
            return self
        return self.filter(mine)

    def of(self, user: "User") -> Self:
        """Return what this person has to do himself, deputising included."""
        return self.filter(recipient_id__in=[user.pk, *user.stands_in_for])

    def open(self) -> Self:
        """Return what is not done."""
        return self.filter(state=FollowUpState.OPEN)

    def awake(self, day: date) -> Self:
        """Return open items that are not put off beyond `day`."""
        return self.open().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=day))

    def due(self, day: date) -> Self:
        """Return open items due on `day` or before."""
        return self.awake(day).filter(due_on__lte=day)


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Lines of the centre."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own."""
        return self.filter(recipient=user)

    def unread(self) -> Self:
        """Return what was not looked at."""
        return self.filter(read_at=None)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Approvals."""

    def waiting(self) -> Self:
        """Return what nobody decided yet."""
        return self.filter(state=ApprovalState.WAITING)

    def visible_to(self, user: "User") -> Self:
        """Return what one asked for, has to sign or signed, and for a manager what his teams asked for."""
        people = [user.pk, *user.stands_in_for]
        step_model: Any = self.model._meta.get_field("steps").related_model
        signs = step_model.objects.filter(Q(approver_id__in=people) | Q(decided_by=user)).values("approval_id")
        concerned = Q(requested_by=user) | Q(pk__in=signs)
        if user.role == Role.MANAGER:
            concerned |= Q(requested_by__team__in=led_teams(user))
        if user.role == Role.DIRECTOR:
            return self
        return self.filter(concerned)

    def to_sign(self, user: "User") -> Self:
        """Return what waits for this person's signature now (or for somebody he stands in for)."""
        step_model: Any = self.model._meta.get_field("steps").related_model
        current = step_model.objects.filter(approval=OuterRef("pk"), state=ApprovalState.WAITING).order_by("position")
        return (
            self.waiting()
            .annotate(current_approver=Subquery(current.values("approver_id")[:1]))
            .filter(current_approver__in=[user.pk, *user.stands_in_for])
            .exclude(requested_by=user)
        )
