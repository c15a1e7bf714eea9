"""Teams as a tree: for the page that shows it and for the fields that choose from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms

from teams.models import Team, User


@dataclass
class Branch:
    """A team with those below it; `size` counts its own active people, `total` also those below."""

    team: Any
    size: int = 0
    below: list["Branch"] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return the people of the team and of all below it."""
        return self.size + sum(branch.total for branch in self.below)


def grow(teams: Iterable[Any]) -> list[Branch]:
    """Return the top branches of teams given in tree order with `size`; a team whose parent is missing is on top."""
    tops: list[Branch] = []
    open_branches: list[Branch] = []
    for team in teams:
        branch = Branch(team, team.size)
        while open_branches and not team.path.startswith(open_branches[-1].team.path):
            open_branches.pop()
        (open_branches[-1].below if open_branches else tops).append(branch)
        open_branches.append(branch)
    return tops


def teams_upwards(user: User) -> Iterator[Team]:
    """Yield the person's team, then each team above it."""
    if user.team is None:
        return
    yield user.team
    yield from reversed(Team.objects.get_ancestors(user.team).select_related("manager"))


def manager_of(user: User) -> User | None:
    """Return who leads the person: the manager of the team or of the next team above; None where nobody does."""
    managers = (team.manager for team in teams_upwards(user))
    return next((one for one in managers if one is not None and one.is_active and one.pk != user.pk), None)


class TeamChoiceField(forms.ModelChoiceField):
    """Choose a team; those below another are indented."""

    def label_from_instance(self, obj: Team) -> str:
        """Return the name behind one wide space for each team above."""
        return "\u3000" * (obj.depth - 1) + obj.name
