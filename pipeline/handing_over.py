"""Opportunities when a customer gets another owner: they go along, the brief tells of them, some may be lost."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.handover.briefing import Danger, Line, Risk, Section
from accounts.handover.carried import Carried, Moved, Thing
from pipeline.actions.opportunities import give
from pipeline.actions.takeback import take_back
from pipeline.models import ExchangeRate, Opportunity
from pipeline.nextsteps import mark_of
from teams.models import User

# Ours: what is to be signed within a month cannot wait until the new owner has found his way.
NEAR_DAYS = 30


def _open() -> QuerySet[Opportunity]:
    return Opportunity.objects.live().open()


def _beside(giver: User) -> QuerySet[Opportunity]:
    """Return the open opportunities of a person that belong to no customer of his."""
    return _open().filter(Q(account=None) | ~Q(account__owner=giver), owner=giver)


def _things(rows: "QuerySet[Opportunity]", *, loose: bool) -> Iterator[Thing]:
    worth = ExchangeRate.objects.rates().worth(timezone.localdate())
    for row in rows.annotate(worth_now=worth).select_related("our_step").order_by("-worth_now", "pk"):
        yield Thing(None if loose else row.account_id, f"{row.name} · {row.our_step.code}", row.worth_now)


def preview(account_ids: Collection[int]) -> Iterator[Thing]:
    """Yield the open opportunities that the owners of customers have there; two queries."""
    yield from _things(_open().filter(account__in=account_ids, owner=F("account__owner")), loose=False)


def loose(giver: User) -> Iterator[Thing]:
    """Yield those of a person that belong to no customer of his."""
    yield from _things(_beside(giver), loose=True)


def move(account_id: int | None, *, giver: User, to: User, actor: User, now: datetime) -> Moved | None:  # noqa: ARG001
    """Give the giver's open opportunities at one customer (or beside his own) to the new owner and his team."""
    found = _open().filter(owner=giver, account=account_id) if account_id else _beside(giver)
    given, before = give(found, to=to, actor=actor)
    data = {"fields": {str(pk): fields for pk, fields in before.items()}, "changes": []}
    return Moved(data, [*given], len(given)) if given else None


def move_back(data: Any, *, giver: User, to: User, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give them back."""
    take_back(data, actor=actor, now=now)


def deals(ids: Sequence[int], user: User, on: date) -> Mapping[int, list[Line]]:
    """Return the open opportunities of each customer that the person sees, with their next step; one query."""
    found: dict[int, list[Line]] = defaultdict(list)
    rows = Opportunity.objects.visible_to(user).live().open().filter(account__in=ids).select_related("our_step")
    for row in rows.order_by(F("expected_on").asc(nulls_last=True), "pk"):
        mark = mark_of(row.next_step_on, on)
        sign = _("signature expected %(day)s") % {"day": row.expected_on} if row.expected_on else ""
        text = " · ".join(filter(None, [str(row.our_step), row.next_step, sign]))
        found[row.account_id or 0].append(Line(row.name, text, mark.text, row.get_absolute_url(), mark.tone))
    return found


def near_closing(ids: Sequence[int], _giver: User | None, on: date) -> Iterator[Risk]:
    """Yield the open opportunities to be signed within a month, or that should have been."""
    rows = (
        _open().filter(account__in=ids, expected_on__lte=on + timedelta(days=NEAR_DAYS)).order_by("expected_on", "pk")
    )
    for row in rows:
        text = _("%(name)s, signature expected %(day)s") % {"name": row.name, "day": row.expected_on}
        yield Risk(row.account_id or 0, text, row.get_absolute_url())


CARRIED = Carried("opportunities", gettext_lazy("open opportunities"), preview, move, move_back, loose, order=20)
SECTION = Section("deals", gettext_lazy("Open opportunities"), deals, 30)
DANGER = Danger(
    "near_closing",
    gettext_lazy("Opportunities near their signature"),
    gettext_lazy("The customer expects one who knows every word that was said."),
    near_closing,
    20,
)
