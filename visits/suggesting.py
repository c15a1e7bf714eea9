"""Whom to see: the customers proposed for a day's plan, most urgent first, each with its reasons in words.

Four things make a customer worth a stop: something was promised for the day, a contact is owed by the tier's frequency,
an opportunity stands longer at its step than it should, a stop of an earlier plan was left over (growing-key-accounts:
plan or do not work; nobody who might buy is left out, those most likely to buy come first). The weights are ours. No
database and no clock: the same causes give the same proposals in the same order, however they come in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _

from visits.choices import Purpose, Suggestion

TIER_RANK = {"A": 0, "B": 1, "C": 2}


@dataclass(frozen=True)
class Weight:
    """What a cause counts: at once, for every day it is late, and at most for being late."""

    base: int
    a_day: int
    most: int

    def points(self, days_late: int | None) -> int:
        """Return the points of a cause that is so late; None means it was never done."""
        return self.base + (self.most if days_late is None else min(self.most, self.a_day * max(0, days_late)))


PROMISE = Weight(100, 5, 100)  # a word that was given outweighs everything
STAGE = Weight(60, 1, 40)
CADENCE = {"A": Weight(50, 2, 60), "B": Weight(35, 1, 40), "C": Weight(20, 1, 20)}
UNTIERED = Weight(10, 1, 10)
CARRIED = Weight(30, 2, 20)


@dataclass(frozen=True)
class Cause:
    """One reason to see a customer.

    `since` is the day it was due: promised for, owed since, should have moved on, was planned for; None where the
    customer was never contacted. `text` is what was promised, the opportunity's name, or the goal left over.
    """

    kind: str
    since: date | None
    tier: str = ""
    last_on: date | None = None
    text: str = ""
    opportunity_id: int | None = None
    contact_id: int | None = None

    def points(self, on: date) -> int:
        """Return how much the cause weighs on a day; a day later it never weighs less."""
        late = None if self.since is None else (on - self.since).days
        if self.kind == Suggestion.CADENCE:
            return CADENCE.get(self.tier, UNTIERED).points(late)
        return {Suggestion.PROMISE: PROMISE, Suggestion.STAGE: STAGE}.get(Suggestion(self.kind), CARRIED).points(late)

    def as_json(self) -> dict[str, Any]:
        """Return what a stop keeps of the cause; `in_words` reads it."""
        return {
            "kind": str(self.kind),
            "since": self.since.isoformat() if self.since else "",
            "tier": self.tier,
            "last": self.last_on.isoformat() if self.last_on else "",
            "text": self.text,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return a cause as a stop kept it."""
        since, last = kept.get("since"), kept.get("last")
        return cls(
            kind=str(kept["kind"]),
            since=date.fromisoformat(since) if since else None,
            tier=str(kept.get("tier", "")),
            last_on=date.fromisoformat(last) if last else None,
            text=str(kept.get("text", "")),
        )


@dataclass(frozen=True)
class Proposal:
    """A customer proposed for a plan, with all reasons, the weightiest first."""

    account_id: int
    causes: tuple[Cause, ...]
    points: int

    @property
    def suggestion(self) -> str:
        """Return the kind of the weightiest reason."""
        return self.causes[0].kind

    @property
    def goal(self) -> str:
        """Return what to aim for, where a reason says it."""
        spoken = (cause.text for cause in self.causes if cause.kind in (Suggestion.PROMISE, Suggestion.CARRIED))
        return next((text for text in spoken if text), "")

    @property
    def purpose(self) -> str:
        """Return the purpose a visit for these reasons most likely has."""
        return Purpose.NEW_BUSINESS if self.suggestion == Suggestion.STAGE else Purpose.RELATION

    @property
    def opportunity_id(self) -> int | None:
        """Return the opportunity one of the reasons is about."""
        return next((cause.opportunity_id for cause in self.causes if cause.opportunity_id), None)

    @property
    def contact_id(self) -> int | None:
        """Return the person one of the reasons is about."""
        return next((cause.contact_id for cause in self.causes if cause.contact_id), None)

    @property
    def words(self) -> list[str]:
        """Return every reason in words, in the reader's language."""
        return [in_words(cause) for cause in self.causes]


def _order_of(cause: Cause, on: date) -> tuple[Any, ...]:
    facts = (cause.since or date.min, cause.tier, cause.last_on or date.min, cause.text)
    return (-cause.points(on), str(cause.kind), *facts, cause.opportunity_id or 0, cause.contact_id or 0)


def _proposal(account_id: int, causes: Iterable[Cause], on: date) -> Proposal:
    """Merge the causes of one customer; of several of one kind the weightiest counts, all are told."""
    ordered = tuple(sorted(set(causes), key=lambda cause: _order_of(cause, on)))
    heaviest: dict[str, int] = {}
    for cause in ordered:
        heaviest.setdefault(str(cause.kind), cause.points(on))
    return Proposal(account_id, ordered, sum(heaviest.values()))


def _rank(proposal: Proposal) -> tuple[Any, ...]:
    tier = min(TIER_RANK.get(cause.tier, len(TIER_RANK)) for cause in proposal.causes)
    since = min(cause.since or date.min for cause in proposal.causes)
    return (-proposal.points, tier, since, proposal.account_id)


def suggest(
    causes: Iterable[tuple[int, Cause]], *, on: date, taken: Collection[int] = (), limit: int = 12
) -> list[Proposal]:
    """Return at most `limit` customers for the plan of `on`, each once, most urgent first.

    `causes` are pairs of a customer's id and a reason; customers in `taken` (already planned) are left out.
    """
    gathered: dict[int, list[Cause]] = {}
    for account_id, cause in causes:
        if account_id not in taken:
            gathered.setdefault(account_id, []).append(cause)
    return sorted((_proposal(account, found, on) for account, found in gathered.items()), key=_rank)[:limit]


def _owed(cause: Cause) -> str:
    values = {"tier": cause.tier, "since": f"{cause.since:%m-%d}" if cause.since else ""}
    if cause.since is None:
        return _("Tier %(tier)s, never contacted") % values if cause.tier else _("Never contacted")
    if not cause.tier:
        return _("Contact owed since %(since)s") % values
    return _("Tier %(tier)s: contact owed since %(since)s") % values


def in_words(cause: Cause) -> str:
    """Return a reason as a sentence part in the reader's language."""
    values = {"since": f"{cause.since:%m-%d}" if cause.since else "", "text": cause.text}
    if cause.kind == Suggestion.PROMISE:
        return _("Promised for %(since)s: %(text)s") % values
    if cause.kind == Suggestion.STAGE:
        return _("“%(text)s” should have moved on by %(since)s") % values
    if cause.kind == Suggestion.CARRIED:
        return _("Left from the plan of %(since)s") % values
    return _owed(cause)
