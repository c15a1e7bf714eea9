"""Reads of due items, deliveries, notifications, approvals, comments and kept mail."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from followups.choices import ApprovalState, DeliveryState, FollowUpState
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    # Named in the quoted type arguments below, where ruff does not look.
    from followups.models import Approval, Comment, Delivery, FollowUp, KeptMail, Notification  # noqa: F401
    from teams.models import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Follow-ups."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own, those of people one stands in for, and for a manager those of his teams."""
        mine = Q(recipient_id__in=[user.pk, *user.stands_in_for])
        if user.acts_as(Role.MANAGER):
            return self.filter(mine | Q(recipient__team__in=led_teams(user)))
        if user.acts_as(Role.DIRECTOR):
            return self
        return self.filter(mine)

    def of(self, user: "User") -> Self:
        """Return what this person has to do himself, deputising included."""
        return self.filter(recipient_id__in=[user.pk, *user.stands_in_for])

    def about(self, subject_kind: str, subject_id: int) -> Self:
        """Return what concerns one thing."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def open(self) -> Self:
        """Return what is not done."""
        return self.filter(state=FollowUpState.OPEN)

    def awake(self, day: date) -> Self:
        """Return open items that are not put off beyond `day`."""
        return self.open().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=day))

    def due(self, day: date) -> Self:
        """Return open items due on `day` or before."""
        return self.awake(day).filter(due_on__lte=day)

    def overdue(self, day: date) -> Self:
        """Return open items that were due before `day` and are not put off beyond it."""
        return self.awake(day).filter(due_on__lt=day)

    def by_day(self) -> Self:
        """Return items in the order of the day they come up: the due day, or the day they were put off to."""
        return self.annotate(comes_up_on=Coalesce("snoozed_until", "due_on")).order_by("comes_up_on", "pk")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The outbox."""

    def about(self, subject_kind: str, subject_id: int) -> Self:
        """Return what tells about one thing."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def unsent(self) -> Self:
        """Return what nobody has begun to send."""
        return self.filter(state=DeliveryState.DUE)

    def claimable(self, now: datetime) -> Self:
        """Return what a dispatcher may take: due, or left behind by one whose lease ended.

        A claim writes the end of the lease into `next_try_at`, so that one index answers both.
        """
        return self.filter(state__in=[DeliveryState.DUE, DeliveryState.SENDING], next_try_at__lte=now)

    def late(self, now: datetime, *, by: timedelta) -> Self:
        """Return what should have been taken more than `by` ago."""
        return self.claimable(now - by)


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

    def about(self, subject_kind: str, subject_id: int) -> Self:
        """Return the requests for one thing."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def visible_to(self, user: "User") -> Self:
        """Return what one asked for, has to sign or signed, and for a manager what his teams asked for."""
        people = [user.pk, *user.stands_in_for]
        step_model: Any = self.model._meta.get_field("steps").related_model
        signs = step_model.objects.filter(Q(approver_id__in=people) | Q(decided_by=user)).values("approval_id")
        may_sign = step_model.objects.filter(or_else__in=people).values("approval_id")
        concerned = Q(requested_by=user) | Q(pk__in=signs) | Q(pk__in=may_sign)
        if user.acts_as(Role.MANAGER):
            concerned |= Q(requested_by__team__in=led_teams(user))
        if user.acts_as(Role.DIRECTOR):
            return self
        return self.filter(concerned)

    def to_sign(self, user: "User") -> Self:
        """Return what waits for this person's signature now (or for somebody he stands in for)."""
        step_model: Any = self.model._meta.get_field("steps").related_model
        people = [user.pk, *user.stands_in_for]
        current = step_model.objects.filter(approval=OuterRef("pk"), state=ApprovalState.WAITING).order_by("position")
        mine = step_model.objects.filter(approver_id__in=people).values("pk")
        one_of_mine = step_model.objects.filter(or_else__in=people).values("pk")
        return (
            self.waiting()
            .annotate(current_step=Subquery(current.values("pk")[:1]))
            .filter(Q(current_step__in=mine) | Q(current_step__in=one_of_mine))
            .exclude(requested_by=user)
        )

    def signed_by(self, user: "User") -> Self:
        """Return what this person signs, has signed, or signs for somebody he stands in for."""
        step_model: Any = self.model._meta.get_field("steps").related_model
        people = [user.pk, *user.stands_in_for]
        named = Q(approver_id__in=people) | Q(decided_by=user) | Q(or_else__in=people)
        return self.filter(pk__in=step_model.objects.filter(named).order_by().values("approval_id"))


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments; who sees the thing sees what was said about it."""

    def about(self, subject_kind: str, subject_id: int) -> Self:
        """Return what was said about one thing, oldest first."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("pk")


class KeptMailQuerySet(models.QuerySet["KeptMail"]):
    """Mail that was kept instead of sent."""

    def visible_to(self, user: "User") -> Self:
        """Return everything for an admin, for others what was sent to their address."""
        if user.role == Role.ADMIN:
            return self
        return self.filter(recipients__iexact=user.email) if user.email else self.none()
