"""How a relationship stands, in words ("Decision maker not seen for 45 days"). No database and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import AGAINST, SPONSORS, BuyingRole

# Ours, for want of a number in the texts: a month without seeing the decider is worth a word.
QUIET_DAYS = 30
CALM, WATCH, OFF = "ok", "warn", "danger"


@dataclass(frozen=True)
class Person:
    """What is asked about one person at the customer."""

    name: str
    roles: Sequence[str]
    stance: str
    seen_on: date | None

    @property
    def decides(self) -> bool:
        """Return whether the person is known as a decider."""
        return BuyingRole.DECIDER in self.roles


@dataclass(frozen=True)
class Finding:
    """One sentence about the relationship; `tone` is that of a pill."""

    tone: str
    text: str


def seen_days_ago(person: Person, on: date) -> int | None:
    """Return how long ago somebody of ours met the person; None for never."""
    return None if person.seen_on is None else (on - person.seen_on).days


def _about_decider(person: Person, on: date) -> Finding:
    days = seen_days_ago(person, on)
    if days is None:
        return Finding(OFF, _("Decision maker %(name)s not met yet") % {"name": person.name})
    if days > QUIET_DAYS:
        text = ngettext(
            "Decision maker %(name)s not seen for %(days)s day",
            "Decision maker %(name)s not seen for %(days)s days",
            days,
        )
        return Finding(OFF, text % {"name": person.name, "days": days})
    if person.stance in AGAINST:
        return Finding(OFF, _("Decision maker %(name)s is against us") % {"name": person.name})
    return Finding(CALM, _("Decision maker %(name)s met within the month") % {"name": person.name})


def _about_contact(last: date | None, following: date | None, on: date) -> Finding | None:
    if following is not None and following < on:
        days = (on - following).days
        text = ngettext("Next contact overdue by %(days)s day", "Next contact overdue by %(days)s days", days)
        return Finding(OFF if days > QUIET_DAYS else WATCH, text % {"days": days})
    if last is None and following is None:
        return Finding(WATCH, _("Nobody of ours has been there yet"))
    return None


def findings(people: Sequence[Person], *, last: date | None, following: date | None, on: date) -> list[Finding]:
    """Return what is to be said about a relationship, the worst first; never empty.

    `last` is the day of the last contact with anybody there, `following` the day agreed for the next one.
    """
    found = [_about_decider(person, on) for person in people if person.decides]
    if not found:
        found = [Finding(WATCH, _("No decision maker known"))]
    contact = _about_contact(last, following, on)
    if contact:
        found.append(contact)
    if people and not any(person.stance in SPONSORS for person in people):
        found.append(Finding(WATCH, _("No sponsor yet")))
    weight = {OFF: 0, WATCH: 1, CALM: 2}
    return sorted(found, key=lambda finding: weight[finding.tone])


@dataclass(frozen=True)
class Coverage:
    """Counts over the people of one customer; each is a filter of the people page."""

    people: int
    deciders: int
    deciders_met: int
    sponsors: int
    against: int
    unseen: int


def coverage(people: Sequence[Person], *, on: date) -> Coverage:
    """Return how well we know the people there; `unseen` were not met within the last month, or never."""
    deciders = [person for person in people if person.decides]
    return Coverage(
        people=len(people),
        deciders=len(deciders),
        deciders_met=sum(person.seen_on is not None for person in deciders),
        sponsors=sum(person.stance in SPONSORS for person in people),
        against=sum(person.stance in AGAINST for person in people),
        unseen=sum(is_unseen(person, on) for person in people),
    )


def is_unseen(person: Person, on: date) -> bool:
    """Return whether the person was not met within the last month."""
    days = seen_days_ago(person, on)
    return days is None or days > QUIET_DAYS
