"""What a hand-over would do, read without changing anything: who gets how much, what goes along, what could not go."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actions.giving import why_not, why_not_to
from accounts.handover.carried import Thing, carried_kinds
from accounts.models import Account, HandOver, HandOverItem, Turnover
from accounts.tiers.tiering import window_start
from crm.listing import Column
from teams.models import User

MONTHS = 12


@dataclass(frozen=True)
class Along:
    """Things of one kind that go along."""

    label: str | Promise
    things: Sequence[Thing]

    @property
    def worth(self) -> Decimal | None:
        """Return what they are worth together; None where this kind is worth no money."""
        said = [thing.worth for thing in self.things if thing.worth is not None]
        return sum(said, Decimal(0)) if said else None


@dataclass(frozen=True)
class Row:
    """One customer of a hand-over: what it bought, what goes along, why it could not go (empty: it can)."""

    item: HandOverItem
    turnover: Decimal
    along: Sequence[Along]
    problem: str

    @property
    def worth(self) -> Decimal:
        """Return the value of its open opportunities."""
        return sum((along.worth or Decimal(0) for along in self.along), Decimal(0))


@dataclass
class Tally:
    """What one person would get."""

    to: User | None
    customers: int = 0
    turnover: Decimal = Decimal(0)
    worth: Decimal = Decimal(0)
    problems: int = 0
    things: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Count one customer."""
        self.customers += 1
        self.turnover += row.turnover
        self.worth += row.worth
        self.problems += bool(row.problem)
        for along in row.along:
            self.things[str(along.label)] = self.things.get(str(along.label), 0) + len(along.things)


@dataclass(frozen=True)
class Preview:
    """The whole: one row a customer, one tally a receiver, and what belongs to no customer."""

    rows: Sequence[Row]
    tallies: Sequence[Tally]
    loose: Sequence[Along]
    loose_item: HandOverItem | None
    loose_problem: str

    @property
    def problems(self) -> Sequence[Row]:
        """Return the customers that could not go."""
        return [row for row in self.rows if row.problem]

    @property
    def total(self) -> Tally:
        """Return everything together."""
        whole = Tally(None)
        for row in self.rows:
            whole.add(row)
        return whole


def things_of(account_ids: Collection[int]) -> dict[int, list[Along]]:
    """Return what goes along with each customer; one query or two for every kind, however many customers."""
    found: dict[int, list[Along]] = defaultdict(list)
    for carried in carried_kinds():
        by_account: dict[int, list[Thing]] = defaultdict(list)
        for thing in carried.preview(account_ids):
            by_account[thing.account_id or 0].append(thing)
        for account_id, things in by_account.items():
            found[account_id].append(Along(carried.label, things))
    return found


def counted(along: Mapping[int, Sequence[Along]]) -> list[tuple[str, int]]:
    """Return how many things of each kind go along, in words; kinds of which there are none left out."""
    counts: Counter[str] = Counter()
    for kinds in along.values():
        for kind in kinds:
            counts[str(kind.label)] += len(kind.things)
    return [
        (str(carried.label), counts[str(carried.label)]) for carried in carried_kinds() if counts[str(carried.label)]
    ]


def loose_of(giver: User | None) -> list[Along]:
    """Return what a person holds beside his own customers."""
    kinds = [(carried.label, list(carried.loose(giver))) for carried in carried_kinds()] if giver else []
    return [Along(label, things) for label, things in kinds if things]


def staying(hand_over: HandOver, planner: User) -> int:
    """Return how many customers of the giver are in teams the planner does not lead: they are not in his plan."""
    kept = Account.objects.live().filter(owner=hand_over.giver_id) if hand_over.giver_id else Account.objects.none()
    return kept.exclude(pk__in=Account.objects.visible_to(planner).order_by().values("pk")).count()


def _turnover(hand_over: HandOver, on: date) -> Mapping[int, Decimal]:
    booked = Turnover.objects.filter(booked_on__gt=window_start(on, MONTHS), booked_on__lte=on)
    mine = booked.filter(account__hand_over_items__hand_over=hand_over).order_by()
    return dict(mine.values_list("account").annotate(total=Sum("amount")))


def preview(hand_over: HandOver, *, on: date) -> Preview:
    """Return what a planned hand-over would do."""
    items = hand_over.items.select_related("account__owner", "account__team", "to__team")
    every = list(items.order_by("account__name", "pk"))
    turnover = _turnover(hand_over, on)
    along = things_of([item.account_id for item in every if item.account_id])
    rows = [_row(item, item.account, turnover, along) for item in every if item.account]
    loose_item = next((item for item in every if item.account is None), None)
    loose = loose_of(hand_over.giver)
    problem = why_not_to(loose_item.to, giver_id=hand_over.giver_id) if loose and loose_item else ""
    return Preview(rows, _tallies(rows, _labels(rows)), loose, loose_item, problem)


def _row(
    item: HandOverItem, account: Account, turnover: Mapping[int, Decimal], along: Mapping[int, Sequence[Along]]
) -> Row:
    problem = why_not(account, giver_id=item.giver_id, to=item.to)
    return Row(item, turnover.get(account.pk, Decimal(0)), along.get(account.pk, ()), problem)


def _tallies(rows: Iterable[Row], labels: Sequence[str]) -> list[Tally]:
    """Return what each person would get, the most customers first; those for nobody stand last."""
    found: dict[int | None, Tally] = {}
    for row in rows:
        found.setdefault(row.item.to_id, Tally(row.item.to, things=dict.fromkeys(labels, 0))).add(row)
    return sorted(found.values(), key=lambda tally: (tally.to is None, -tally.customers, str(tally.to)))


def _labels(rows: Iterable[Row]) -> list[str]:
    there = {str(along.label) for row in rows for along in row.along}
    return [str(carried.label) for carried in carried_kinds() if str(carried.label) in there]


def _words(row: Row) -> str:
    return "; ".join(f"{along.label}: {', '.join(thing.text for thing in along.things)}" for along in row.along)


def _of_account(name: str) -> Any:
    return lambda row: str(getattr(row.item.account, name) or "")


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Customer"), _of_account("name")),
    Column("tier", _("Tier"), _of_account("tier")),
    Column("place", _("Place"), _of_account("place")),
    Column("from", _("Owner until now"), _of_account("owner")),
    Column("to", _("New owner"), lambda row: str(row.item.to or "")),
    Column("turnover", _("Turnover, 12 months"), lambda row: row.turnover, excel_format="#,##0.00"),
    Column("worth", _("Open opportunities"), lambda row: row.worth, excel_format="#,##0.00"),
    Column("along", _("Goes along"), _words),
    Column("problem", _("Cannot go because"), lambda row: row.problem),
)
