"""People and teams for tests."""

from typing import Any

import factory

from teams.choices import Role
from teams.models import Absence, Team, User


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    """A team; `below=` puts it under another."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")

    @classmethod
    def _create(cls, model_class: type[Team], *args: Any, below: Team | None = None, **fields: Any) -> Team:
        tree = model_class.objects
        team: Team = tree.add_child(below, fields) if below else tree.add_root(fields)
        return team


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person; a rep unless said otherwise."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"person{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@firm.example")
    name = factory.Sequence(lambda number: f"Person {number}")
    role = Role.REP
    language = "en"


class AbsenceFactory(factory.django.DjangoModelFactory[Absence]):
    """Days away."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
