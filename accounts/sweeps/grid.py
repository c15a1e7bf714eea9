"""A swept place as its page shows it: buildings, floors from the top down, units; how far each is covered."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from accounts.choices import DeciderPlace, UnitState
from accounts.models import SweepPlace, SweepUnit
from accounts.sweeps.sweeping import NOT_YET, Coverage, coverage

NEXT_SHOWN = 12
ELSEWHERE_SHOWN = 50


@dataclass(frozen=True)
class Floor:
    """A floor and its units from the left."""

    number: int
    units: list[SweepUnit]


@dataclass(frozen=True)
class Building:
    """A building, its floors from the top down."""

    name: str
    coverage: Coverage
    floors: list[Floor]


def _floors(units: Iterable[SweepUnit]) -> list[Floor]:
    rows: dict[int, list[SweepUnit]] = {}
    for unit in units:
        rows.setdefault(unit.floor, []).append(unit)
    return [Floor(number, rows[number]) for number in sorted(rows, reverse=True)]


def buildings_of(place: SweepPlace) -> list[tuple[str, Coverage]]:
    """Return the buildings of a place in the order they were laid out, each with its coverage; one query."""
    found: dict[str, list[str]] = {}
    for name, state in place.units.order_by("pk").values_list("building", "state"):
        found.setdefault(name, []).append(state)
    return [(name, coverage(states)) for name, states in found.items()]


def building_of(place: SweepPlace, name: str) -> Building:
    """Return one building with its units; one query."""
    units = list(place.units.filter(building=name).order_by("-floor", "pk"))
    return Building(name, coverage(unit.state for unit in units), _floors(units))


def whole(buildings: Iterable[tuple[str, Coverage]]) -> Coverage:
    """Return the coverage of all buildings together."""
    states: Counter[str] = Counter()
    for _name, part in buildings:
        states.update(part.states)
    return Coverage(states)


@dataclass(frozen=True)
class StateShare:
    """So many units of a place in a state; in the picture a bar from `start`, `percent` wide."""

    state: str
    label: str
    units: int
    start: float
    percent: float


def shares_of(found: Coverage) -> list[StateShare]:
    """Return the coverage picture: one part a state that occurs, where nobody was yet at the end."""
    shares, before = [], 0
    for state in sorted(UnitState, key=lambda state: state == UnitState.NOT_YET):
        count = found.states.get(state, 0)
        if count:
            start, percent = (round(part * 100 / found.units, 2) for part in (before, count))
            shares.append(StateShare(state.value, str(state.label), count, start, percent))
            before += count
    return shares


def next_calls(place: SweepPlace) -> list[SweepUnit]:
    """Return the units to be called on next, the earliest first; at most twelve."""
    return list(place.units.filter(next_on__isnull=False, account=None).order_by("next_on", "pk")[:NEXT_SHOWN])


def deciders_elsewhere(place: SweepPlace) -> list[SweepUnit]:
    """Return the units whose decider is to be met somewhere else, by workplace, so that one way serves several."""
    away = place.units.filter(account=None).exclude(decider_place__in=("", DeciderPlace.HERE))
    open_ones = away.exclude(state__in=(UnitState.REFUSED, UnitState.ORDERED))
    return list(open_ones.order_by("decider_at", "decider_place", "pk")[:ELSEWHERE_SHOWN])


@dataclass(frozen=True)
class PlaceRow:
    """A place in the list: its coverage, who wants it, and what is due."""

    place: SweepPlace
    coverage: Coverage
    wants: int
    due: int


def place_rows(places: Iterable[SweepPlace], *, on: date) -> list[PlaceRow]:
    """Return the rows of a page of places; one query for the counts of all."""
    listed = list(places)
    counts = (
        SweepUnit.objects.filter(place__in=listed)
        .order_by()
        .values("place")
        .annotate(
            units=Count("pk"),
            not_yet=Count("pk", filter=Q(state=NOT_YET)),
            wants=Count("pk", filter=Q(state__in=(UnitState.WANTS, UnitState.ORDERED))),
            due=Count("pk", filter=Q(next_on__lte=on, account=None)),
        )
    )
    found = {row["place"]: row for row in counts}
    return [_row(place, found.get(place.pk)) for place in listed]


def _row(place: SweepPlace, counts: Mapping[str, Any] | None) -> PlaceRow:
    if counts is None:
        return PlaceRow(place, Coverage({}), 0, 0)
    states = {NOT_YET: counts["not_yet"], "there": counts["units"] - counts["not_yet"]}
    return PlaceRow(place, Coverage(states), counts["wants"], counts["due"])
