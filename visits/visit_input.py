"""A visit as somebody tells it, before anything is written; and why one is refused."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from visits.choices import VisitKind


@dataclass(frozen=True)
class NewPerson:
    """Somebody met for the first time; a name is enough."""

    name: str
    title: str = ""


@dataclass(frozen=True)
class StanceSeen:
    """Where a person was found to stand."""

    contact_id: int
    to: str


@dataclass(frozen=True)
class EvidenceSeen:
    """What was found fulfilled of an opportunity's next step, and what shows it."""

    criterion_id: int
    text: str = ""


@dataclass(frozen=True)
class VisitInput:
    """One visit as told. Only the customer and the day are needed; `client_id` decides whether it is the same one.

    Days and times are the person's own wall time; position in degrees (WGS-84), accuracy in metres.
    """

    account_id: int
    happened_on: date
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)
    kind: str = VisitKind.VISIT
    purpose: str = ""
    opportunity_id: int | None = None
    plan_item_id: int | None = None
    contact_ids: tuple[int, ...] = ()
    new_people: tuple[NewPerson, ...] = ()
    started_at: time | None = None
    ended_at: time | None = None
    said: str = ""
    result: str = ""
    goal_reached: bool | None = None
    attitude: str = ""
    new_class: str = ""
    commitment: str = ""
    commitment_on: date | None = None
    next_step: str = ""
    next_on: date | None = None
    stances: tuple[StanceSeen, ...] = ()
    evidence: tuple[EvidenceSeen, ...] = ()
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy: int | None = None


class VisitRefused(Exception):
    """The visit cannot be kept as told; `errors` holds a sentence for each field that needs correcting."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
