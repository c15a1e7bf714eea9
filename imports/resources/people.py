"""People, and the teams they are in: a region holds the teams of its managers."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from pypinyin import lazy_pinyin

from imports.cells import limited, plain
from imports.choices import Shape
from imports.resources.base import LoadingResource
from teams.choices import Role
from teams.models import Team, User


class PeopleResource(LoadingResource):
    """One row a person. People come without a password: an admin invites them."""

    shape = Shape.PEOPLE

    class Meta(LoadingResource.Meta):
        model = User

    def find(self, row: Mapping[str, str]) -> User | None:
        """Return the person of that name."""
        person: User | None = self.loading.people.get(plain(row.get("name", "")))
        return person

    def fill(self, instance: User, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set name, team, mail and phone; make the manager and the team where they are missing."""
        self.put(instance, "name", self.cell(row, "name", limited, 100), is_new=is_new)
        self.put(instance, "email", self.cell(row, "email", limited, 254), is_new=is_new)
        self.put(instance, "phone", self.cell(row, "phone", limited, 30), is_new=is_new)
        team = self._team(plain(row.get("region", "")), plain(row.get("manager", "")))
        if team is not None:
            self.put(instance, "team", team, is_new=is_new)
        if is_new:
            self._prepare(instance, Role.REP)

    def _prepare(self, person: User, role: Role) -> None:
        person.username = free_username(person.name, self.loading.people)
        person.role = role
        person.password = make_password(None)
        self.loading.people.add(person)

    def _team(self, region: str, manager: str) -> Team | None:
        """Return the manager's team below the region, made where it is missing."""
        above = self._named_team(region, None) if region else None
        if not manager:
            return above
        team = self._named_team(f"{region} · {manager}" if region else manager, above)
        if team.manager_id is None and not self.loading.is_check:
            team.manager = self._manager(manager, team)
            team.save(update_fields=["manager"])
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
        self.loading.made.append((Team._meta.label_lower, made.pk))
        return made

    def _manager(self, name: str, team: Team) -> User:
        person: User | None = self.loading.people.get(name)
        if person is None:
            person = User(name=name, team=team)
            self._prepare(person, Role.MANAGER)
            person.save(force_insert=True)
            self.loading.made.append((User._meta.label_lower, person.pk))
        return person


def free_username(name: str, taken: Any) -> str:
    """Return a sign-in name made from a person's name that nobody has."""
    plain_name = re.sub(r"[^a-z0-9]+", ".", "".join(lazy_pinyin(name)).lower()).strip(".")[:100] or "person"
    candidate, number = plain_name, 1
    while taken.get(candidate) is not None:
        number += 1
        candidate = f"{plain_name}{number}"
    return candidate
