"""The board: columns of opportunities with sums and a bounded number of cards, at a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, Sum, Value, When, Window
from django.db.models.functions import Cast, RowNumber
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.workdays import WorkCalendar
from pipeline.filters import bucket_conditions
from pipeline.funnel import Totals
from pipeline.models import Opportunity, Step
from pipeline.nextsteps import LATER, NEXT_WEEK, NONE, OVERDUE, THIS_WEEK, TODAY, Mark, mark_of
from pipeline.querysets import NO_NEXT_STEP, OpportunityQuerySet, next_step_overdue, next_step_today
from pipeline.stalls import Stall, stall_of, stall_reason
from pipeline.worth import WORTH, Rates

CARDS = 20
RAMP = 6
BUCKETS: dict[str, str | Promise] = {
    OVERDUE: _("Overdue"),
    TODAY: _("Today"),
    THIS_WEEK: _("Later this week"),
    NEXT_WEEK: _("Next week"),
    LATER: _("Later"),
    NONE: _("No next step"),
}


@dataclass(frozen=True)
class Card:
    """One opportunity as the board shows it."""

    opportunity: Opportunity
    mark: Mark
    days: int
    stall: Stall | None

    @property
    def why(self) -> str:
        """Return why it counts as stalled, in words."""
        return stall_reason(self.stall) if self.stall else ""


@dataclass
class BoardColumn:
    """One column: what it is, its sums over all its opportunities, its first cards."""

    key: str
    title: str | Promise
    ramp: int
    step: Step | None = None
    totals: Totals = field(default_factory=Totals)
    cards: list[Card] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """Return how many opportunities of the column have no card."""
        return self.totals.count - len(self.cards)


def card_of(opportunity: Opportunity, *, on: date, calendar: WorkCalendar) -> Card:
    """Return the card of an open opportunity; its steps must be loaded."""
    stall = stall_of(
        timezone.localtime(opportunity.progressed_at).date(),
        expected_days=opportunity.our_step.expected_days,
        next_step_on=opportunity.next_step_on,
        on=on,
        calendar=calendar,
        kind=opportunity.progress_kind,
    )
    mark = mark_of(opportunity.next_step_on, on, is_stalled=stall is not None)
    return Card(opportunity, mark, (on - timezone.localtime(opportunity.step_since).date()).days, stall)


def by_step(steps: Sequence[Step]) -> tuple[list[BoardColumn], Any]:
    """Return empty columns, one a step, and the expression that puts an opportunity into its column."""
    columns = [
        BoardColumn(str(step.pk), str(step), min(place, RAMP), step=step) for place, step in enumerate(steps, start=1)
    ]
    return columns, Cast("our_step_id", CharField())


def by_time(on: date) -> tuple[list[BoardColumn], Any]:
    """Return empty columns, one a bucket of next steps, and the expression that puts an opportunity into its column."""
    columns = [BoardColumn(key, title, place) for place, (key, title) in enumerate(BUCKETS.items(), start=1)]
    cases = [When(condition, then=Value(key)) for key, condition in bucket_conditions(on).items()]
    return columns, Case(*cases, default=Value(NONE), output_field=CharField())


def fill(
    columns: Sequence[BoardColumn],
    opportunities: OpportunityQuerySet,
    place: Any,
    *,
    on: date,
    calendar: WorkCalendar,
    rates: Rates,
    size: int = CARDS,
) -> None:
    """Fill columns with sums and their first `size` cards; two queries, whatever there is."""
    found = {column.key: column for column in columns}
    placed = opportunities.annotate(column=place)
    sums = (
        placed.order_by()
        .values("column")
        .annotate(
            count=Count("pk"),
            value=Sum(rates.worth(on), output_field=WORTH, default=0),
            weighted=Sum(rates.weighted(on), output_field=WORTH, default=0),
            unrated=Count("pk", filter=rates.unrated),
        )
    )
    for row in sums:
        if row["column"] in found:
            found[row["column"]].totals = Totals(row["count"], row["value"], row["weighted"], row["unrated"])
    order = [F("next_step_on").asc(nulls_last=True), F("amount").desc(nulls_last=True), F("pk").asc()]
    numbered = placed.annotate(number=Window(RowNumber(), partition_by=[F("column")], order_by=order))
    shown = numbered.filter(number__lte=size).select_related("account", "owner", "our_step", "customer_step")
    with_column: Iterable[Any] = shown.order_by("number")
    for opportunity in with_column:
        if opportunity.column in found:
            found[opportunity.column].cards.append(card_of(opportunity, on=on, calendar=calendar))


@dataclass(frozen=True)
class Chip:
    """A filter chip with how many it would show."""

    key: str
    value: str
    label: str | Promise
    count: int


def chips(opportunities: OpportunityQuerySet, *, on: date, now: datetime) -> list[Chip]:
    """Return the chips overdue, today, no next step and stalled with their counts; two queries."""
    conditions: dict[str, tuple[str, str, Any, Q]] = {
        "overdue": ("next", OVERDUE, BUCKETS[OVERDUE], next_step_overdue(on)),
        "today": ("next", TODAY, BUCKETS[TODAY], next_step_today(on)),
        "none": ("next", NONE, BUCKETS[NONE], NO_NEXT_STEP),
        "stalled": ("stalled", "true", _("Stalled"), opportunities.stall_condition(now)),
    }
    counts = opportunities.aggregate(**{key: Count("pk", filter=row[3]) for key, row in conditions.items()})
    return [Chip(row[0], row[1], row[2], counts[key]) for key, row in conditions.items()]
