"""One opportunity as its page shows it: both tracks, what each step asks for, and what shows it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import SPONSORS
from accounts.models import Contact
from crm.workdays import WorkCalendar
from pipeline.choices import ChangeKind, DecisionRole, Track
from pipeline.models import Criterion, Decider, Evidence, Opportunity, StageChange, Step

PASSED, HERE, AHEAD = "passed", "here", "ahead"


@dataclass(frozen=True)
class Asked:
    """A criterion with the evidence given for it, the newest first, withdrawn ones last."""

    criterion: Criterion
    evidence: list[Evidence]

    @property
    def is_shown(self) -> bool:
        """Return whether evidence stands."""
        return any(item.withdrawn_at is None for item in self.evidence)

    @property
    def is_missing(self) -> bool:
        """Return whether it is required and not shown."""
        return self.criterion.is_required and not self.is_shown


@dataclass
class Side:
    """One track at one step: passed, here or ahead; since when; what is asked."""

    track: str
    state: str
    reached_on: date | None = None
    asked: list[Asked] = field(default_factory=list)

    @property
    def missing(self) -> list[Asked]:
        """Return what is required and not shown."""
        return [item for item in self.asked if item.is_missing]


@dataclass(frozen=True)
class Point:
    """A step with both sides."""

    step: Step
    customer: Side
    ours: Side

    @property
    def sides(self) -> list[Side]:
        """Return the sides that are followed; a pipeline may follow ours only."""
        return [side for side in (self.customer, self.ours) if side.asked or side.state != AHEAD]

    @property
    def shown(self) -> int:
        """Return how many of its criteria are shown."""
        return sum(item.is_shown for side in self.sides for item in side.asked)

    @property
    def total(self) -> int:
        """Return how many criteria it has."""
        return sum(len(side.asked) for side in self.sides)

    @property
    def is_here(self) -> bool:
        """Return whether either side stands here."""
        return HERE in (self.customer.state, self.ours.state)


@dataclass(frozen=True)
class Person:
    """Somebody in the decision with all his parts."""

    contact: Contact
    roles: list[DecisionRole]


def points_of(
    opportunity: Opportunity,
    steps: Sequence[Step],
    criteria: Iterable[Criterion],
    evidence: Iterable[Evidence],
    changes: Iterable[StageChange],
) -> list[Point]:
    """Return the steps of the pipeline in order, with what each side was asked and showed."""
    given: dict[int, list[Evidence]] = defaultdict(list)
    for item in sorted(evidence, key=lambda one: (one.withdrawn_at is None, one.pk), reverse=True):
        given[item.criterion_id].append(item)
    asked: dict[tuple[int, str], list[Asked]] = defaultdict(list)
    for criterion in criteria:
        if criterion.is_active or given[criterion.pk]:
            asked[criterion.step_id, criterion.track].append(Asked(criterion, given[criterion.pk]))
    reached = _reached(changes)
    here = {Track.CUSTOMER: opportunity.customer_step.position, Track.OURS: opportunity.our_step.position}

    def side(step: Step, track: Track) -> Side:
        state = PASSED if step.position < here[track] else HERE if step.position == here[track] else AHEAD
        return Side(track, state, reached.get((step.pk, track)), asked[step.pk, track])

    return [Point(step, side(step, Track.CUSTOMER), side(step, Track.OURS)) for step in steps]


def _reached(changes: Iterable[StageChange]) -> dict[tuple[int, str], date]:
    """Return the day each step was last reached on each track, as people said."""
    reached: dict[tuple[int, str], date] = {}
    for change in sorted(changes, key=lambda one: one.pk):
        if change.undone_at is None and change.after_id and change.kind != ChangeKind.REOPENED:
            reached[change.after_id, change.track] = change.happened_on
    return reached


def gap_sentence(lead: int) -> str:
    """Return how the two tracks stand to one another; selling ahead of the buyer loses (synchronised-selling)."""
    if lead > 0:
        return ngettext(
            "We are %(n)s step ahead of the customer. Selling ahead of the buyer loses: help the customer on first.",
            "We are %(n)s steps ahead of the customer. Selling ahead of the buyer loses: help the customer on first.",
            lead,
        ) % {"n": lead}
    if lead < 0:
        return ngettext(
            "The customer is %(n)s step ahead of us. Catch up.",
            "The customer is %(n)s steps ahead of us. Catch up.",
            -lead,
        ) % {"n": -lead}
    return _("Both sides stand at the same point.")


@dataclass(frozen=True)
class Countdown:
    """The working days to the signature."""

    due_on: date
    left: int


def countdown_of(opportunity: Opportunity, *, on: date, calendar: WorkCalendar) -> Countdown | None:
    """Return the countdown that began when our step was reached, None where none runs."""
    days = opportunity.our_step.countdown_days
    if not opportunity.is_open or days is None:
        return None
    due_on = calendar.add_workdays(timezone.localtime(opportunity.step_since).date(), days)
    return Countdown(due_on, calendar.workdays_between(on, due_on))


def people_of(deciders: Iterable[Decider]) -> list[Person]:
    """Return the people in the decision, each once, in the order their highest part has in the decision."""
    order = list(DecisionRole)
    people: dict[int, Person] = {}
    for decider in sorted(deciders, key=lambda one: (order.index(DecisionRole(one.role)), one.pk)):
        person = people.setdefault(decider.contact_id, Person(decider.contact, []))
        person.roles.append(DecisionRole(decider.role))
    return list(people.values())


def lacks_sponsor(opportunity: Opportunity, people: Iterable[Person]) -> bool:
    """Return whether the red flag is up: past the point that asks for a sponsor, none decides with us."""
    stances = {person.contact.stance for person in people}
    return opportunity.is_open and opportunity.our_step.needs_sponsor and not stances.intersection(SPONSORS)
