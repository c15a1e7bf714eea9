"""What a person decided at earlier imports."""

from collections.abc import Mapping, Sequence

from imports.cells import folded
from imports.models import Remembered
from teams.models import User

ANSWERS, SHAPE = "answer", "shape"
LONGEST = 300


def remember(owner: User, about: str, chosen: Mapping[str, str]) -> None:
    """Keep what was decided, in place of what was decided before."""
    rows = [
        Remembered(owner=owner, about=about, key=key, value=value)
        for key, value in chosen.items()
        if len(key) <= LONGEST and len(value) <= LONGEST
    ]
    Remembered.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["owner", "about", "key"], update_fields=["value"]
    )


def remembered(owner: User, about: str) -> dict[str, str]:
    """Return everything decided about one thing."""
    return dict(Remembered.objects.filter(owner=owner, about=about).values_list("key", "value"))


def _heading_set(headers: Sequence[str]) -> str:
    return "|".join(sorted(folded(heading) for heading in headers))[:LONGEST]


def remember_columns(owner: User, shape: str, headers: Sequence[str], columns: Mapping[str, str]) -> None:
    """Keep what rows under such headings are, and which heading is which field, or none."""
    field_of = {heading: field for field, heading in columns.items()}
    remember(owner, SHAPE, {_heading_set(headers): shape})
    remember(owner, shape, {folded(heading): field_of.get(heading, "") for heading in headers})


def remembered_shape(owner: User, headers: Sequence[str]) -> str:
    """Return what rows under the same headings were before; "" where nobody said."""
    return remembered(owner, SHAPE).get(_heading_set(headers), "")


def with_remembered(owner: User, shape: str, headers: Sequence[str], guessed: Mapping[str, str]) -> dict[str, str]:
    """Return field → heading: as matched before for headings seen before, as guessed for the others."""
    known = remembered(owner, shape)
    columns = {field: heading for field, heading in guessed.items() if folded(heading) not in known}
    for heading in headers:
        field = known.get(folded(heading), "")
        if field:
            columns[field] = heading
    return columns
