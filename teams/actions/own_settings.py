"""What a person sets for himself."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.editing import save_edit
from teams.models import User

OWN_SETTINGS = ("language", "time_zone", "theme", "density", "single_keys")


@transaction.atomic
def change_settings(user: User, *, changes: Mapping[str, Any], version: int, actor: User) -> User:
    """Write the person's own settings; anything else in `changes` is refused with ValueError.

    Raises EditConflict when the same setting was changed on another device meanwhile.
    """
    foreign = set(changes) - set(OWN_SETTINGS)
    if foreign:
        raise ValueError(f"not a setting of one's own: {sorted(foreign)}")
    return save_edit(user, changes=changes, version=version, actor=actor, action="user.settings_changed")
