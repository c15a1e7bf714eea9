"""People, and the teams they are in: a region holds the teams of its managers."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from imports.cells import as_email, limited, plain
from imports.choices import Shape
from imports.context import Loading
from imports.resources.base import LoadingResource, Row
from teams.choices import Role
from teams.models import Team, User


class PeopleResource(LoadingResource):
    """One row a person, found again by e-mail or name. People come without a password: an admin invites them.

    Only an admin changes people who are there.
    """

    shape = Shape.PEOPLE
    winds_up = True

    class Meta(LoadingResource.Meta):
        model = User

    def __init__(self, loading: Loading, **kwargs: Any) -> None:
        super().__init__(loading, **kwargs)
        people = User.objects.values_list("username", "email", "pk")
        self._usernames = {username.casefold() for username, _email, _pk in people}
        self._emails: dict[str, Any] = {email.casefold(): pk for _username, email, pk in people if email}

    def find(self, row: Row) -> User | None:
        """Return the person of that name."""
        person: User | None = self.loading.people.get(plain(row.get("name", "")))
        return person

    def fill(self, instance: User, row: Row, *, is_new: bool) -> None:
        """Set name, team, mail and phone; make the manager and the team where they are missing."""
        name = self.cell(row, "name", limited, 100)
        if not name:
            raise ValidationError({"name": ValidationError(_("is missing"), code="missing")})
        email, phone = self.cell(row, "email", as_email, 254) or "", self.cell(row, "phone", limited, 30)
        if email and self._emails.get(email.casefold(), instance) not in (instance, instance.pk or instance):
            text = _("expected an address of one's own, “%(email)s” is somebody else's") % {"email": email}
            raise ValidationError({"email": ValidationError(text, code="taken")})
        team = self._team(self.cell(row, "region", limited, 40) or "", self.cell(row, "manager", limited, 55) or "")
        if not is_new and not self.loading.may_change_people and not self.loading.is_made_here(instance):
            return
        if is_new:
            instance.name = name
            self._prepare(instance, Role.REP)
        self.put(instance, "email", email, is_new=is_new)
        self.put(instance, "phone", phone, is_new=is_new)
        if email:
            self._emails.setdefault(email.casefold(), instance)
        if team is not None and is_new:
            instance.team = team
        elif team is not None:
            self.put(instance, "team_id", team.pk, is_new=False, shown=(instance.team or "", team))

    def updated_fields(self) -> list[str]:
        """Return the fields an existing person may get."""
        return ["email", "phone", "team"]

    def wind_up(self, rows: Iterable[Row]) -> None:
        """Let the teams be led by managers who stood in the file as people themselves."""
        named = {(plain(row.get("region", "")), plain(row.get("manager", ""))) for row in rows}
        for region, manager in sorted(named):
            if manager and not self.loading.is_check:
                self._team(region, manager)

    def _prepare(self, person: User, role: Role) -> None:
        person.username = free_username(person.name, self._usernames)
        person.role = role
        person.password = make_password(None)
        self._usernames.add(person.username)
        self.loading.people.add(person)

    def _team(self, region: str, manager: str) -> Team | None:
        """Return the manager's team below the region, made where it is missing."""
        above = self._named_team(region, None) if region else None
        if not manager:
            return above
        team = self._named_team(f"{region} · {manager}" if region else manager, above)
        if team.manager_id is None:
            self._lead(team, manager)
        return team

    def _named_team(self, name: str, above: Team | None) -> Team:
        team: Team | None = self.loading.teams.get(name)
        if team is None:
            team = self._new_team(name, above)
            self.loading.teams.add(team)
        return team

    def _new_team(self, name: str, above: Team | None) -> Team:
        if self.loading.is_check:
            return Team(name=name)
        root = above or Team.objects.get_first_root_node()
        made: Team = (
            Team.objects.add_child(Team.objects.get(pk=root.pk), {"name": name})
            if root
            else Team.objects.add_root({"name": name})
        )
        self.loading.note_made(made)
        return made

    def _lead(self, team: Team, name: str) -> None:
        """Make the named person lead the team; somebody of this file becomes a manager, nobody's name a new one."""
        person: User | None = self.loading.people.get(name)
        if person is None:
            person = User(name=name, team=team)
            self._prepare(person, Role.MANAGER)
            if not self.loading.is_check:
                person.save(force_insert=True)
                self.loading.note_made(person)
        if self.loading.is_check or person.pk is None:
            return
        if person.role == Role.REP and self.loading.is_made_here(person):
            person.role = Role.MANAGER
            person.save(update_fields=["role"])
        team.manager = person
        team.save(update_fields=["manager"])
        self.note_touched(team, {"manager_id": None})


def free_username(name: str, taken: set[str]) -> str:
    """Return a sign-in name made from a person's name that nobody has."""
    plain_name = re.sub(r"[^a-z0-9]+", ".", "".join(lazy_pinyin(name)).lower()).strip(".")[:100] or "person"
    candidate, number = plain_name, 1
    while candidate in taken:
        number += 1
        candidate = f"{plain_name}{number}"
    return candidate
