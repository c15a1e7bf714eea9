"""What a person chooses about the frame: language and appearance. Kept with the person, so every device has it."""

from typing import Any, TypeVar, cast

from django.db import transaction

from crm.editing import write_fields
from crm.models.abstract import Versioned

T = TypeVar("T", bound=Versioned)
PREFERENCES = frozenset({"theme", "language"})


@transaction.atomic
def set_preference(person: T, *, name: str, value: str, actor: Any) -> T:
    """Keep one preference of a person; the same value again writes nothing. Raises ValueError for another field."""
    if name not in PREFERENCES:
        raise ValueError(f"{name!r} is no preference")
    current = cast(type[T], person._meta.model)._default_manager.select_for_update().get(pk=person.pk)
    if getattr(current, name) == value:
        return current
    return write_fields(current, {name: value}, actor=actor, action="user.preference_changed")
