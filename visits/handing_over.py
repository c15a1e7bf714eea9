"""Visits when a customer gets another owner: planned stops go along, the brief tells of the last one.

And it is said whom nobody but the one who goes has met.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import BuyingRole
from accounts.handover.briefing import Danger, Line, Risk, Section
from accounts.handover.carried import Carried, Ends, Moved, Thing
from accounts.models import Contact
from teams.models import User
from visits.actions.passing import drop_stops_at, pass_stops, take_stops_back
from visits.models import PlanItem, Visit, VisitContact

PROMISES_SHOWN = 3
PROMISES_SINCE = timedelta(days=180)


def _ahead(on: date) -> QuerySet[PlanItem]:
    return PlanItem.objects.open().filter(plan__day__gte=on).select_related("plan", "account")


def _beside(giver: User, on: date) -> QuerySet[PlanItem]:
    """Return the planned stops of a person at customers that are not his."""
    return _ahead(on).filter(plan__user=giver).exclude(account__owner=giver)


def _thing(item: PlanItem, *, loose: bool) -> Thing:
    aim = item.goal or str(item.get_purpose_display())
    text = f"{item.plan.day:%m-%d} {aim}"
    return Thing(None, f"{item.account.called} {text}") if loose else Thing(item.account_id, text)


def preview(account_ids: Collection[int]) -> Iterator[Thing]:
    """Yield the stops that the owners of customers have planned there; one query."""
    rows = _ahead(timezone.localdate()).filter(account__in=account_ids, plan__user=F("account__owner"))
    for item in rows.order_by("plan__day", "pk"):
        yield _thing(item, loose=False)


def loose(giver: User) -> Iterator[Thing]:
    """Yield the stops a person has planned at customers that are not his."""
    for item in _beside(giver, timezone.localdate()).order_by("plan__day", "pk"):
        yield _thing(item, loose=True)


def move(account_id: int | None, *, giver: User, to: User, actor: User, now: datetime) -> Moved | None:
    """Put the giver's stops from today on into the new owner's plans of the same days."""
    on = timezone.localdate(now)
    found = _ahead(on).filter(plan__user=giver, account=account_id) if account_id else _beside(giver, on)
    passed, rows = pass_stops(found, to=to, actor=actor, now=now)
    return Moved(passed, [*rows], len(passed)) if passed else None


def end(account_id: int, *, giver: User, actor: User | None, now: datetime) -> Moved | None:
    """Take the giver's stops from today on out of his plans: nobody visits a customer that nobody holds."""
    found = _ahead(timezone.localdate(now)).filter(plan__user=giver, account=account_id)
    rows = drop_stops_at(found, actor=actor, now=now)
    return Moved([[row.pk, None] for row in rows], [*rows], len(rows)) if rows else None


def move_back(data: Any, *, giver: User, to: User, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Put them back into the giver's plans."""
    take_stops_back(data, actor=actor, now=now)


def last_visits(ids: Sequence[int], user: User, on: date) -> Mapping[int, list[Line]]:
    """Return the last visit to each customer that the person sees, and what was promised there lately; two queries."""
    found: dict[int, list[Line]] = defaultdict(list)
    seen = Visit.objects.live().visible_to(user)
    newest = seen.filter(account=OuterRef("account")).newest_first().values("pk")[:1]
    for visit in seen.filter(account__in=ids, pk=Subquery(newest)).select_related("user"):
        title = _("%(day)s by %(name)s") % {"day": visit.happened_on, "name": visit.user}
        said = visit.said or visit.next_step
        found[visit.account_id].append(Line(title, said, str(visit.get_kind_display()), visit.get_absolute_url()))
    lately = seen.filter(account__in=ids, happened_on__gte=on - PROMISES_SINCE).exclude(commitment="")
    for visit in lately.newest_first():
        day = visit.commitment_on.isoformat() if visit.commitment_on else ""
        title = _("The customer promised: %(what)s") % {"what": visit.commitment}
        found[visit.account_id].append(Line(title, "", day, visit.get_absolute_url()))
    return {key: lines[: 1 + PROMISES_SHOWN] for key, lines in found.items()}


def known_to_one(ids: Sequence[int], giver: User | None, _on: date) -> Iterator[Risk]:
    """Yield the deciders whom nobody but the giver has met; two queries."""
    people = [
        person
        for person in Contact.objects.live().filter(account__in=ids).order_by("account", "pk")
        if BuyingRole.DECIDER in person.buying_roles
    ]
    met = VisitContact.objects.filter(contact__in=people, visit__archived_at=None).order_by()
    who: dict[int, set[int]] = defaultdict(set)
    for contact, user in met.values_list("contact_id", "visit__user_id").distinct():
        who[contact].add(user)
    for person in people:
        if giver is not None and who[person.pk] == {giver.pk}:
            yield Risk(person.account_id, str(person), person.get_absolute_url())


CARRIED = Carried(
    "stops", gettext_lazy("planned visits"), preview, move, move_back, loose, order=10, ends=Ends(end, move_back)
)
SECTION = Section("visits", gettext_lazy("Last visit, and what was promised"), last_visits, 20)
DANGER = Danger(
    "known_to_one",
    gettext_lazy("Decision makers only the one who goes has met"),
    gettext_lazy("Let him or her introduce the new owner while there is time."),
    known_to_one,
    30,
)
