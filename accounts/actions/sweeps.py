"""Writes of sweeps: laying out a place, what was found at a door, a unit that becomes a customer."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.accounts import create_account
from accounts.actions.people import add_contact, reached_by
from accounts.choices import AccountKind, DeciderPlace, PlaceKind, ProspectKind, Source, UnitState
from accounts.models import Account, Knock, SweepPlace, SweepUnit
from accounts.sweeps.rules import CALL_ON_UNIT, UNIT_RULE, ahead_days, gaps_of, unit_dues, unit_key
from accounts.sweeps.sweeping import Door, next_day
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from crm.workdays import load_calendar
from followups.actions.items import ask_again, close_for
from followups.models import FollowUp
from followups.planning import cancel_items, plan_now
from teams.models import Team, User

BATCH = 500
# Nothing more is to be called on for these; an ordered one is watched until it is installed (tracking-and-reports).
OVER = frozenset({UnitState.REFUSED, UnitState.NOT_YET})
# What the columns of a customer and of a person there hold; a place and a unit may say more.
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_TITLE = 200, 250, 60
SOURCES = {PlaceKind.ORGANISATION: Source.ORGANISATION}


class AlreadyCustomer(Exception):
    """The unit is a customer already; the message says which."""


@dataclass(frozen=True)
class Noted:
    """What was noted, and how to take it back; None where a repetition changed nothing."""

    unit: SweepUnit
    undo: UndoEntry | None


@transaction.atomic
def create_place(
    *, name: str, doors: Iterable[Door], owner: User, actor: User, client_id: uuid.UUID | None = None, **fields: Any
) -> SweepPlace:
    """Make a place with its units; the same `client_id` again returns the first one unchanged."""
    key = client_id or uuid.uuid4()
    values = {"name": name, "owner": owner, "team": owner.team, **fields}
    place, is_new = SweepPlace.objects.get_or_create(client_id=key, defaults=values)
    if is_new:
        added = _add_doors(place, doors)
        record("sweep.created", place, actor=actor, changes={"name": name, "owner": owner, "units": added})
    return place


def _add_doors(place: SweepPlace, doors: Iterable[Door]) -> int:
    units = [SweepUnit(place=place, building=d.building, floor=d.floor, number=d.number) for d in doors]
    before = place.units.count()
    SweepUnit.objects.bulk_create(units, batch_size=BATCH, ignore_conflicts=True)
    return place.units.count() - before


@transaction.atomic
def add_doors(place: SweepPlace, *, doors: Iterable[Door], actor: User) -> int:
    """Add units to a place; those that are there already stay as they are. Return how many are new."""
    SweepPlace.objects.select_for_update().get(pk=place.pk)
    added = _add_doors(place, doors)
    if added:
        record("sweep.units_added", place, actor=actor, changes={"units": added})
    return added


@transaction.atomic
def edit_place(place: SweepPlace, *, changes: Mapping[str, Any], version: int, actor: User) -> SweepPlace:
    """Change facts of a place, which the form saw as `version`; return it fresh. Raises EditConflict."""
    if "owner" in changes:
        changes = {**changes, "team": changes["owner"].team}
    return save_edit(place, changes=changes, version=version, actor=actor, action="sweep.edited")


@transaction.atomic
def give_place(place: SweepPlace, *, to: User, team_id: int | None, actor: User) -> SweepPlace:
    """Give a place to somebody else, who sweeps it from now on for a team; return it fresh."""
    current = SweepPlace.objects.select_for_update(of=("self",)).get(pk=place.pk)
    team = Team.objects.get(pk=team_id) if team_id else None
    return write_fields(current, {"owner": to, "team": team}, actor=actor, action="sweep.edited")


@transaction.atomic
def archive_place(place: SweepPlace, *, actor: User, now: datetime) -> UndoEntry:
    """Put a place away with everything noted there; nobody is called on any more. Return what takes it back."""
    current = SweepPlace.objects.select_for_update().get(pk=place.pk)
    current = write_fields(current, {"archived_at": now}, actor=actor, action="sweep.archived")
    waiting = FollowUp.objects.open().filter(
        kind=CALL_ON_UNIT, subject_kind="sweep_unit", subject_id__in=current.units.values("pk")
    )
    cancel_items(list(waiting.values_list("pk", flat=True)), now=now)
    label = _("%(name)s archived") % {"name": current.name}
    inverse = {"place": current.pk}
    return offer_undo("accounts.archive_place", actor=actor, label=label, inverse=inverse, rows=[current], now=now)


@transaction.atomic
def restore_place(place: SweepPlace, *, actor: User) -> SweepPlace:
    """Bring an archived place back; return it fresh."""
    current = SweepPlace.objects.select_for_update().get(pk=place.pk)
    return write_fields(current, {"archived_at": None}, actor=actor, action="sweep.restored")


def undo_archive_place(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Bring back what was archived."""
    restore_place(SweepPlace.objects.get(pk=data["place"]), actor=actor)


# --- at the door ------------------------------------------------------------------------------------------------------
@transaction.atomic
def note_unit(
    unit: SweepUnit,
    *,
    changes: Mapping[str, Any],
    version: int | None = None,
    actor: User,
    on: date,
    now: datetime,
    client_id: uuid.UUID | None = None,
) -> Noted:
    """Note what was found at a unit on `on`, and when to come again; the same `client_id` again changes nothing.

    `changes` holds at least `state`; without `next_on` the day follows from the renovation. A form says the `version`
    it saw and may meet EditConflict; one tap says none and stands.
    """
    key = client_id or uuid.uuid4()
    current = SweepUnit.objects.select_for_update(of=("self",)).select_related("place").get(pk=unit.pk)
    if Knock.objects.filter(client_id=key).exists():
        return Noted(current, None)
    wanted = _with_next_day({**changes, "knocked_on": on}, current, on=on)
    before = {name: getattr(current, name) for name in wanted}
    seen = current.version if version is None else version
    fresh = save_edit(current, changes=wanted, version=seen, actor=actor, action="sweep_unit.noted")
    made = Knock.objects.create(unit=fresh, state=fresh.state, happened_on=on, actor=actor, client_id=key)
    _remind(fresh, actor=actor, now=now)
    inverse = {"unit": fresh.pk, "knock": made.pk, "before": _as_json(before)}
    words = {"unit": fresh.door, "state": fresh.get_state_display()}
    label = _("%(unit)s: %(state)s") % words
    return Noted(
        fresh, offer_undo("accounts.note_unit", actor=actor, label=label, inverse=inverse, rows=[fresh], now=now)
    )


def _with_next_day(changes: dict[str, Any], unit: SweepUnit, *, on: date) -> dict[str, Any]:
    """Add the day to come again where nobody chose one."""
    state = changes.get("state", unit.state)
    if state in OVER:
        return {**changes, "next_on": None}
    if changes.get("next_on"):
        return changes
    found = next_day(
        on=on,
        progress=UnitState.NOBODY if state == UnitState.NOBODY else changes.get("progress", unit.progress),
        install_on=changes.get("install_on", unit.install_on),
        gaps=gaps_of(),
        ahead=ahead_days(),
        calendar=load_calendar(),
    )
    return {**changes, "next_on": found}


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in values.items()}


def _remind(unit: SweepUnit, *, actor: User, now: datetime) -> None:
    """Make the follow-up of the next call as it stands now; the ones before it are done: somebody was there."""
    close_for(CALL_ON_UNIT, unit, actor=actor, now=now, besides=unit_key(unit.pk, unit.next_on))
    plan_now(UNIT_RULE, list(unit_dues(SweepUnit.objects.filter(pk=unit.pk), load_calendar())), now=now)


def undo_note_unit(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Put a unit back to what was known before; the knock stays in its history as taken back."""
    unit = SweepUnit.objects.select_for_update().get(pk=data["unit"])
    fields: dict[str, Any] = {name: SweepUnit._meta.get_field(name) for name in data["before"]}
    values = {name: field.to_python(data["before"][name]) for name, field in fields.items()}
    write_fields(unit, values, actor=actor, action="sweep_unit.taken_back")
    Knock.objects.filter(pk=data["knock"]).update(taken_back_at=now)
    waiting = FollowUp.objects.open().about("sweep_unit", unit.pk).filter(kind=CALL_ON_UNIT)
    cancel_items(list(waiting.values_list("pk", flat=True)), now=now)
    ask_again([unit_key(unit.pk, unit.next_on)], actor=actor, now=now)


# --- from a unit to a customer ----------------------------------------------------------------------------------------
@transaction.atomic
def make_customer(unit: SweepUnit, *, actor: User, now: datetime) -> Account:
    """Make a direct prospect of what was found at a unit, with the person who decides; its follow-ups take over.

    Raises AlreadyCustomer.
    """
    current = SweepUnit.objects.select_for_update(of=("self",)).select_related("place__owner__team").get(pk=unit.pk)
    if current.account_id:
        raise AlreadyCustomer(_("%(unit)s is a customer already: %(name)s.") % _names(current))
    place = current.place
    account = create_account(
        name=" ".join(filter(None, (place.name, current.door, current.decider or current.person)))[:LONGEST_NAME],
        owner=place.owner,
        actor=actor,
        kind=AccountKind.PROSPECT,
        source=SOURCES.get(PlaceKind(place.kind), Source.ESTATE),
        prospect_kind=ProspectKind.DIRECT,
        province=place.province,
        city=place.city,
        district=place.district,
        address=f"{(place.address or place.name)[: LONGEST_ADDRESS - 1 - len(current.door)]} {current.door}",
        phone=current.phone,
        notes=current.notes,
        last_contact_on=current.knocked_on,
        next_contact_on=current.next_on,
    )
    for name, title in _people_of(current):
        add_contact(account, name=name, title=title, **reached_by(current.phone), actor=actor, is_verified=False)
    write_fields(current, {"account": account}, actor=actor, action="sweep_unit.became_customer")
    close_for(CALL_ON_UNIT, current, actor=actor, now=now)
    return account


def _names(unit: SweepUnit) -> dict[str, str]:
    return {"unit": unit.door, "name": unit.account.called if unit.account else ""}


def _people_of(unit: SweepUnit) -> list[tuple[str, str]]:
    """Return who is known there with a title: who decides first, then who was met, once where they are one."""
    where = "" if unit.decider_place in ("", DeciderPlace.HERE) else unit.decider_at or unit.get_decider_place_display()
    people = [(unit.decider, where), (unit.person, "")]
    return [
        (name, title[:LONGEST_TITLE])
        for at, (name, title) in enumerate(people)
        if name and (at == 0 or name != unit.decider)
    ]
