"""Reads of people and teams."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from teams.choices import Role

if TYPE_CHECKING:
    from teams.models import SavedView, Team, User


class TeamQuerySet(MP_NodeQuerySet):
    """Teams."""

    def led_by(self, user: "User") -> "TeamQuerySet":
        """Return the teams a manager leads and all below them; those of people he stands in for too."""
        led = self.model._default_manager.filter(manager_id__in=[user.pk, *user.stands_in_for])
        below = Q(pk__in=[])
        for path in led.values_list("path", flat=True):
            below |= Q(path__startswith=path)
        return self.filter(below)


class TeamManager(MP_NodeManager):
    """Manager that gives `TeamQuerySet`, in tree order."""

    def get_queryset(self) -> TeamQuerySet:
        return TeamQuerySet(self.model).order_by("path")


class UserQuerySet(models.QuerySet["User"]):
    """People."""

    def active(self) -> Self:
        """Return people who can sign in."""
        return self.filter(is_active=True)

    def sellers(self) -> Self:
        """Return people who plan and log visits."""
        return self.filter(is_active=True, role__in=[Role.REP, Role.MANAGER])

    def in_teams(self, teams: "models.QuerySet[Team]") -> Self:
        """Return members of `teams`."""
        return self.filter(team__in=teams)

    def visible_to(self, user: "User") -> Self:
        """Return people whose work this person may look at.

        Everybody sees himself and whom he stands in for; a manager the members of his teams and below; director, clerk,
        compliance officer and admin everybody.
        """
        if user.role in (Role.DIRECTOR, Role.CLERK, Role.COMPLIANCE, Role.ADMIN):
            return self
        me = Q(pk__in=[user.pk, *user.stands_in_for])
        if user.role == Role.MANAGER:
            return self.filter(me | Q(team__in=led_teams(user)))
        return self.filter(me)

    def absent_on(self, day: date) -> Self:
        """Return people who are away."""
        return self.filter(absences__starts_on__lte=day, absences__ends_on__gte=day).distinct()


class PeopleManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Manager of people; `createsuperuser` makes an admin."""

    use_in_migrations = False

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Return a new admin who may also read Django's own admin pages."""
        fields.setdefault("role", Role.ADMIN)
        fields.setdefault("name", username)
        person: User = super().create_superuser(username, email, password, **fields)
        return person


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views."""

    def visible_to(self, user: "User") -> Self:
        """Return a person's own views and those shared with his team."""
        return self.filter(Q(owner=user) | Q(team__isnull=False, team_id=user.team_id))


def led_teams(user: "User") -> Any:
    """Return the teams a manager answers for, as a subquery."""
    return user._meta.get_field("team").remote_field.model.objects.led_by(user).order_by().values("pk")
