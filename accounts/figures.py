"""Figures of customers, gathered from every room: turnover, open opportunities, visits.

A room registers what it counts in `AppConfig.ready`, as it does for the timeline; a group adds them up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.groups.rollup import Sums
from accounts.models import Turnover
from accounts.tiers.tiering import window_start

MONTHS = 12


@dataclass(frozen=True)
class Figure:
    """One figure: what it is called, and whether it is an amount of money or a count."""

    name: str
    label: str | Promise
    is_money: bool = False


# `read(keys, user, on)` returns, for customers the person sees, one value a figure; who has nothing is left out.
Read = Callable[[Sequence[int], Any, date], Mapping[int, Sums]]


@dataclass(frozen=True)
class Source:
    """Figures that are read together."""

    name: str
    figures: tuple[Figure, ...]
    read: Read
    order: int = 100


_sources: dict[str, Source] = {}


def register_figures(source: Source) -> None:
    """Make a room's figures known; called in `AppConfig.ready`, the same name again replaces it."""
    _sources[source.name] = source


def _in_order() -> list[Source]:
    return sorted(_sources.values(), key=lambda source: (source.order, source.name))


def figures() -> list[Figure]:
    """Return every figure, in order."""
    return [figure for source in _in_order() for figure in source.figures]


def figures_of(keys: Sequence[int], *, user: Any, on: date) -> dict[int, Sums]:
    """Return the figures of customers the person sees, in the order of `figures`; one question or two a source."""
    found: dict[int, Sums] = dict.fromkeys(keys, ())
    for source in _in_order():
        values, nothing = source.read(keys, user, on), (None,) * len(source.figures)
        found = {key: (*before, *values.get(key, nothing)) for key, before in found.items()}
    return found


def _turnover(keys: Sequence[int], user: Any, on: date) -> dict[int, Sums]:  # noqa: ARG001 -- whose keys are seen already
    """Return what was booked within 12 months, and the margin where the cost is known; one query."""
    booked = Turnover.objects.filter(account__in=keys, booked_on__gt=window_start(on, MONTHS), booked_on__lte=on)
    rows = (
        booked.order_by()
        .values("account")
        .annotate(total=Sum("amount"), earned=Sum(F("amount") - F("cost"), filter=Q(cost__isnull=False)))
    )
    return {row["account"]: (row["total"], row["earned"]) for row in rows}


TURNOVER = Source(
    "turnover",
    (
        Figure("turnover", _("Turnover, 12 months"), is_money=True),
        Figure("margin", _("Margin, 12 months"), is_money=True),
    ),
    _turnover,
    order=10,
)
