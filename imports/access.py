"""Who may import what. People and products belong to the whole firm; a manager brings what his teams work on."""

from collections.abc import Sequence

from imports.choices import Shape
from teams.choices import Role
from teams.models import User

_SHAPES: dict[str, tuple[str, ...]] = {
    Role.ADMIN: tuple(Shape),
    Role.DIRECTOR: tuple(Shape),
    Role.MANAGER: (Shape.ACCOUNTS, Shape.CONTACTS, Shape.OPPORTUNITIES, Shape.TURNOVER),
}


def shapes_for(user: User) -> Sequence[str]:
    """Return what this person may import; nothing for everybody else."""
    return _SHAPES.get(user.role, ())


def is_bound_to_teams(user: User) -> bool:
    """Return whether the person may write only to customers he sees; whoever sets the firm up writes to all."""
    return user.role not in (Role.ADMIN, Role.DIRECTOR)


def may_change_people(user: User) -> bool:
    """Return whether an import of this person may change people who are there; an address is a way to sign in."""
    return user.role == Role.ADMIN
