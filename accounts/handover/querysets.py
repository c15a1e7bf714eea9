"""Reads of hand-overs."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q

from accounts.choices import HandedState, HandOverState
from accounts.querysets import OfAccountQuerySet
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from accounts.models.handover import HandOver, HandOverItem  # noqa: F401 -- named in the generics below
    from teams.models import User


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Hand-overs."""

    def visible_to(self, user: "User") -> Self:
        """Return a director's all, a manager's own and those of people of his teams, one's own for anybody else."""
        if user.acts_as(Role.DIRECTOR):
            return self
        mine = Q(made_by=user)
        return self.filter(mine | Q(giver__team__in=led_teams(user)) if user.acts_as(Role.MANAGER) else mine)

    def with_counts(self) -> Self:
        """Add `customers`, how many each is about, and `went`, how many went over."""
        about = Q(items__account__isnull=False)
        went = about & Q(items__state__in=[HandedState.DONE, HandedState.KEPT])
        return self.annotate(customers=Count("items", filter=about), went=Count("items", filter=went))

    def concerning(self, user: "User") -> Self:
        """Return those a person is told of: what he sees, and what brought him customers."""
        items: Any = self.model._meta.get_field("items").related_model
        received = items.objects.filter(to=user).order_by().values("hand_over_id")
        return self.filter(
            Q(pk__in=self.__class__(self.model).visible_to(user).order_by().values("pk")) | Q(pk__in=received)
        )

    def due(self, on: date) -> Self:
        """Return those that wait for a day which has come."""
        return self.filter(state=HandOverState.SCHEDULED, day__lte=on)


class HandOverItemQuerySet(OfAccountQuerySet["HandOverItem"]):
    """Customers of hand-overs; whoever sees the customer sees that it was handed over."""

    def waiting(self) -> Self:
        """Return what is still to go."""
        return self.filter(state=HandedState.WAITING)

    def handed(self) -> Self:
        """Return what went over and stayed there."""
        return self.filter(state__in=[HandedState.DONE, HandedState.KEPT])

    def counted(self) -> dict[str, int]:
        """Return how many customers are in each state; one query."""
        return dict(self.filter(account__isnull=False).order_by().values_list("state").annotate(n=Count("pk")))

    def by_receiver(self) -> list[Any]:
        """Return who got how many customers, the most first; one query."""
        went = self.handed().filter(account__isnull=False, to__isnull=False).order_by()
        return list(went.values("to", "to__name").annotate(n=Count("pk")).order_by("-n", "to"))
