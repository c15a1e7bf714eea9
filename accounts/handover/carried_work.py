"""What this room holds for a person beside customers: lines of plans and risks, calls and walk-ins, swept places.

A line or risk that names the one who goes falls to "the owner": whoever that is by then, also where nobody is yet.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actions.inquiries import give_inquiry
from accounts.actions.plans import fall_to
from accounts.actions.risks import fall_to as risk_falls_to
from accounts.actions.sweeps import give_place
from accounts.handover.carried import Carried, Ends, Moved, Thing
from accounts.models import AccountRisk, Inquiry, PlanRow, SweepPlace
from teams.models import User


# --- lines of plans, and risks ----------------------------------------------------------------------------------------
def _lines() -> QuerySet[PlanRow]:
    return PlanRow.objects.kept().filter(done_on=None, plan__account__archived_at=None).order_by("pk")


def _risks() -> QuerySet[AccountRisk]:
    return AccountRisk.objects.open().filter(account__archived_at=None).order_by("pk")


def preview_lines(account_ids: Collection[int]) -> Iterator[Thing]:
    """Yield the lines and risks that name the owners of these customers; two queries."""
    at = _lines().filter(plan__account__in=account_ids, responsible=F("plan__account__owner"))
    for row in at.select_related("plan"):
        yield Thing(row.plan.account_id, row.asks)
    for risk in _risks().filter(account__in=account_ids, responsible=F("account__owner")):
        yield Thing(risk.account_id, risk.text)


def _beside(giver: User) -> tuple[QuerySet[PlanRow], QuerySet[AccountRisk]]:
    """Return those that name a person at customers that are not his."""
    lines = _lines().filter(responsible=giver).exclude(plan__account__owner=giver)
    return lines, _risks().filter(responsible=giver).exclude(account__owner=giver)


def loose_lines(giver: User) -> Iterator[Thing]:
    """Yield those that name a person at customers that are not his."""
    lines, risks = _beside(giver)
    for row in lines.select_related("plan__account"):
        yield Thing(None, f"{row.plan.account.called} {row.asks}")
    for risk in risks.select_related("account"):
        yield Thing(None, f"{risk.account.called} {risk.text}")


def move_lines(account_id: int | None, *, giver: User, actor: User | None, now: datetime, **_to: Any) -> Moved | None:
    """Let the lines and risks that name the giver fall to the owner."""
    if account_id is None:
        lines, risks = _beside(giver)
    else:
        lines = _lines().filter(plan__account=account_id, responsible=giver)
        risks = _risks().filter(account=account_id, responsible=giver)
    fallen = [fall_to(None, row, actor=actor, now=now) for row in lines]
    fallen_risks = [risk_falls_to(None, risk, actor=actor, now=now) for risk in risks]
    rows: list[Model] = [*fallen, *fallen_risks]
    data = {"lines": [row.pk for row in fallen], "risks": [risk.pk for risk in fallen_risks]}
    return Moved(data, rows, len(rows)) if rows else None


def move_lines_back(data: Any, *, giver: User, to: User | None, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Let them name the giver again."""
    for row in PlanRow.objects.filter(pk__in=data["lines"]).order_by("pk"):
        fall_to(giver, row, actor=actor, now=now)
    for risk in AccountRisk.objects.filter(pk__in=data["risks"]).order_by("pk"):
        risk_falls_to(giver, risk, actor=actor, now=now)


# --- calls and walk-ins nobody has answered ---------------------------------------------------------------------------
def preview_inquiries(account_ids: Collection[int]) -> Iterator[Thing]:
    """Yield what came in from these customers and waits for their owners; one query."""
    rows = Inquiry.objects.waiting().filter(account__in=account_ids, given_to=F("account__owner"))
    for row in rows.order_by("pk"):
        yield Thing(row.account_id, f"{row}: {row.wants}")


def _came_beside(giver: User) -> QuerySet[Inquiry]:
    return Inquiry.objects.waiting().filter(given_to=giver).exclude(account__owner=giver).order_by("pk")


def loose_inquiries(giver: User) -> Iterator[Thing]:
    """Yield what waits for a person and is of no customer of his."""
    for row in _came_beside(giver):
        yield Thing(None, f"{row}: {row.wants}")


def move_inquiries(account_id: int | None, *, giver: User, to: User, actor: User | None, now: datetime) -> Moved | None:
    """Give what waits for the giver to somebody else."""
    of_account = Inquiry.objects.waiting().filter(account=account_id, given_to=giver).order_by("pk")
    found = of_account if account_id is not None else _came_beside(giver)
    given = [give_inquiry(row, to=to, actor=actor, now=now) for row in found]
    return Moved([row.pk for row in given], [*given], len(given)) if given else None


def move_inquiries_back(data: Any, *, giver: User, to: User | None, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give it back."""
    for row in Inquiry.objects.filter(pk__in=data).order_by("pk"):
        give_inquiry(row, to=giver, actor=actor, now=now)


# --- swept places -----------------------------------------------------------------------------------------------------
def _places(giver: User) -> QuerySet[SweepPlace]:
    return SweepPlace.objects.live().filter(owner=giver).order_by("pk")


def loose_places(giver: User) -> Iterator[Thing]:
    """Yield the places a person sweeps."""
    for place in _places(giver):
        yield Thing(None, place.name)


def move_places(account_id: int | None, *, giver: User, to: User, actor: User, now: datetime) -> Moved | None:  # noqa: ARG001
    """Give the places the giver sweeps to somebody else and his team; they belong to no customer."""
    if account_id is not None:
        return None
    places = list(_places(giver))
    data = [[place.pk, place.team_id] for place in places]
    given = [give_place(place, to=to, team_id=to.team_id, actor=actor) for place in places]
    return Moved(data, [*given], len(given)) if given else None


def move_places_back(data: Any, *, giver: User, to: User, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give them back, to the team they were of."""
    for pk, team_id in data:
        give_place(SweepPlace(pk=pk), to=giver, team_id=team_id, actor=actor)


LINES = Carried(
    "plan_lines",
    _("lines of account plans"),
    preview_lines,
    move_lines,
    move_lines_back,
    loose_lines,
    order=30,
    ends=Ends(move_lines, move_lines_back),
)
INQUIRIES = Carried(
    "inquiries",
    _("calls and walk-ins"),
    preview_inquiries,
    move_inquiries,
    move_inquiries_back,
    loose_inquiries,
    order=40,
)
PLACES = Carried("places", _("swept places"), lambda _ids: (), move_places, move_places_back, loose_places, order=50)
WORK = (LINES, INQUIRIES, PLACES)
