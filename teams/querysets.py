"""Reads of people and teams."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from teams.choices import Role

if TYPE_CHECKING:
    from teams.models import Absence, SavedView, Team, User  # noqa: F401 - named in quotes below

SEES_EVERYBODY = (Role.DIRECTOR, Role.CLERK, Role.COMPLIANCE, Role.ADMIN)
# Who plans and logs visits, and who may keep customers; filters also offer whoever has something in their list.
SELLS = Q(is_active=True, role__in=[Role.REP, Role.MANAGER])
KEEPS = Q(is_active=True, role__in=[Role.REP, Role.MANAGER, Role.DIRECTOR, Role.DEALER])


class TeamQuerySet(MP_NodeQuerySet):
    """Teams."""

    def visible_to(self, user: "User") -> "TeamQuerySet":
        """Return the teams a person may look at: the whole firm's for colleagues, his own for a dealer."""
        return self._only(Q(pk=user.team_id)) if user.role == Role.DEALER else self

    def at_or_below(self, team: "Team") -> "TeamQuerySet":
        """Return the team and all below it."""
        return self._only(Q(path__startswith=team.path))

    def live(self) -> "TeamQuerySet":
        """Return teams that are not closed."""
        return self._only(Q(is_active=True))

    def with_sizes(self) -> "TeamQuerySet":
        """Return teams with `size`, the number of active members of the team itself."""
        people = self.model._meta.get_field("members").related_model
        sizes = people.objects.filter(team=models.OuterRef("pk"), is_active=True).order_by().values("team")
        counted = sizes.annotate(size=models.Count("pk")).values("size")
        sized: TeamQuerySet = self.annotate(size=Coalesce(models.Subquery(counted), 0))
        return sized

    def led_by(self, user: "User") -> "TeamQuerySet":
        """Return the teams a manager leads and all below them; those of people he stands in for too."""
        below = Q(pk__in=[])
        for path in user.led_paths if user.led_paths is not None else self.paths_led_by(user):
            below |= Q(path__startswith=path)
        return self._only(below)

    def paths_led_by(self, user: "User") -> tuple[str, ...]:
        """Return where in the tree the teams a manager (or whom he stands in for) leads are."""
        led = self.model._default_manager.filter(manager_id__in=[user.pk, *user.stands_in_for])
        return tuple(led.values_list("path", flat=True))

    def _only(self, rule: Q) -> "TeamQuerySet":
        narrowed: TeamQuerySet = self.filter(rule)
        return narrowed


class TeamManager(MP_NodeManager.from_queryset(TeamQuerySet)):  # type: ignore[misc]
    """Manager that gives `TeamQuerySet`, in tree order."""

    def get_queryset(self) -> TeamQuerySet:
        """Return all teams, each before those below it."""
        teams: TeamQuerySet = TeamQuerySet(self.model, using=self._db).order_by("path")
        return teams


class UserQuerySet(models.QuerySet["User"]):
    """People."""

    def active(self) -> Self:
        """Return people who can sign in."""
        return self.filter(is_active=True)

    def sellers(self) -> Self:
        """Return people who plan and log visits."""
        return self.filter(SELLS)

    def keepers(self) -> Self:
        """Return people who may keep customers: those who sell for us, dealers included."""
        return self.filter(KEEPS)

    def in_teams(self, teams: "models.QuerySet[Team]") -> Self:
        """Return members of `teams`."""
        return self.filter(team__in=teams)

    def visible_to(self, user: "User") -> Self:
        """Return people whose work this person may look at.

        Everybody sees himself and whom he stands in for; a manager the members of his teams and below; director, clerk,
        compliance officer and admin everybody.
        """
        if user.acts_as(*SEES_EVERYBODY):
            return self
        me = Q(pk__in=[user.pk, *user.stands_in_for])
        if user.acts_as(Role.MANAGER):
            return self.filter(me | Q(team__in=led_teams(user)))
        return self.filter(me)

    def colleagues_of(self, user: "User") -> Self:
        """Return the active people a person may name: as deputy, in an account team, in a comment.

        Everybody in the firm; a dealer only himself and his team's manager.
        """
        active = self.filter(is_active=True)
        if user.role != Role.DEALER:
            return active.exclude(role=Role.DEALER)
        return active.filter(Q(pk=user.pk) | Q(leads=user.team_id)) if user.team_id else active.filter(pk=user.pk)

    def matching(self, query: str) -> Self:
        """Return people found by any part of name, sign-in name, e-mail or phone."""
        query = query.strip()
        if not query:
            return self
        found = Q()
        for field in ("name", "username", "email", "phone"):
            found |= Q(**{f"{field}__icontains": query})
        return self.filter(found)

    def admins(self) -> Self:
        """Return active people who may change settings and users."""
        return self.filter(is_active=True, role=Role.ADMIN)

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


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Days away."""

    def visible_to(self, user: "User") -> Self:
        """Return a person's own absences, those he deputises for, and those of people he may look at."""
        people: Any = self.model._meta.get_field("user").related_model
        seen = Q(user__in=people.objects.visible_to(user).order_by().values("pk")) | Q(deputy=user)
        return self.filter(seen)

    def since(self, day: date) -> Self:
        """Return absences that end on `day` or later."""
        return self.filter(ends_on__gte=day)

    def on(self, day: date) -> Self:
        """Return absences that cover `day`."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def overlapping(self, starts_on: date, ends_on: date) -> Self:
        """Return absences that share a day with the span."""
        return self.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views."""

    def visible_to(self, user: "User") -> Self:
        """Return a person's own views and those shared with his team or one above it.

        A dealer sees his own alone: how the firm looks at its customers is in the names and filters of the others.
        """
        if user.role == Role.DEALER:
            return self.filter(owner=user)
        team_model: Any = self.model._meta.get_field("team").related_model
        mine = team_model._base_manager.filter(pk=user.team_id, path__startswith=models.OuterRef("team__path"))
        return self.filter(Q(owner=user) | Q(models.Exists(mine)))

    def for_page(self, page: str) -> Self:
        """Return the views of one list, by name."""
        return self.filter(page=page).order_by("name", "pk")


def led_teams(user: "User") -> Any:
    """Return the teams a manager answers for, as a subquery."""
    team_model: Any = user._meta.get_field("team").remote_field.model
    return team_model.objects.led_by(user).order_by().values("pk")
