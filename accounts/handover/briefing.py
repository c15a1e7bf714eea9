"""What a new owner must know of a customer, gathered from every room; and what may be lost on the way.

A room registers its sections and its dangers in `AppConfig.ready`; each is asked once for all customers of a page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from teams.models import User


@dataclass(frozen=True)
class Line:
    """One line of a brief: what, a day or number beside it, and where more is; `tone` is that of a pill."""

    title: str
    text: str = ""
    tail: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a brief.

    `lines(account_ids, user, on)` returns the lines of each customer by its key, of what `user` may see, with a number
    of queries that does not depend on how many customers there are.
    """

    name: str
    title: str | Promise
    lines: Callable[[Sequence[int], User, date], Mapping[int, Sequence[Line]]]
    order: int = 100


@dataclass(frozen=True)
class Risk:
    """Something that may be lost at one customer."""

    account_id: int
    text: str
    url: str = ""


@dataclass(frozen=True)
class Danger:
    """A kind of thing that may be lost: `find(account_ids, giver, on)` yields what is at risk as `giver` goes."""

    name: str
    title: str | Promise
    why: str | Promise
    find: Callable[[Sequence[int], User | None, date], Iterable[Risk]]
    order: int = 100


_sections: dict[str, Section] = {}
_dangers: dict[str, Danger] = {}


def register_section(section: Section) -> None:
    """Add a part to the brief; called in `AppConfig.ready`, the same name again replaces it."""
    _sections[section.name] = section


def register_danger(danger: Danger) -> None:
    """Add a kind of risk; called in `AppConfig.ready`, the same name again replaces it."""
    _dangers[danger.name] = danger


@dataclass(frozen=True)
class Part:
    """A section as the brief of one customer shows it."""

    title: str | Promise
    lines: Sequence[Line]


@dataclass(frozen=True)
class Brief:
    """All that is to be known of one customer."""

    account: Any
    parts: Sequence[Part]


def briefs(accounts: Sequence[Any], *, user: User, on: date) -> list[Brief]:
    """Return the brief of each customer; parts that have nothing to say are left out."""
    ids = [account.pk for account in accounts]
    known = sorted(_sections.values(), key=lambda section: (section.order, section.name))
    said = [(section.title, section.lines(ids, user, on)) for section in known] if ids else []
    return [
        Brief(account, [Part(title, lines[account.pk]) for title, lines in said if lines.get(account.pk)])
        for account in accounts
    ]


@dataclass(frozen=True)
class AtRisk:
    """A kind of risk with what was found of it."""

    danger: Danger
    risks: Sequence[Risk]


def what_may_be_lost(account_ids: Sequence[int], *, giver: User | None, on: date) -> list[AtRisk]:
    """Return what may be lost of these customers, by kind; kinds of which there is nothing are left out."""
    known = sorted(_dangers.values(), key=lambda danger: (danger.order, danger.name))
    found = [AtRisk(danger, list(danger.find(account_ids, giver, on))) for danger in known] if account_ids else []
    return [kind for kind in found if kind.risks]
