"""Logging a visit, correcting it, putting it away. One save, and everything that follows from it."""

import uuid
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.people import add_contact
from accounts.models import Contact
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.models.abstract import Origin
from crm.undo import offer_undo
from crm.wallclock import local
from teams.access import require
from teams.choices import Right
from teams.models import User
from visits.access import acts_for, day_of, may_archive, may_correct
from visits.actions import effects
from visits.checking import Found, check, wrong_days
from visits.choices import ItemState
from visits.models import PlanItem, Visit, VisitContact
from visits.visit_input import VisitInput, VisitRefused

KIND = "visit"
DAY_FIELDS = ("happened_on", "next_on", "commitment_on", "started_at", "ended_at")


def already_logged(client_id: uuid.UUID, *, actor: User) -> Visit | None:
    """Return the visit that was made of the same form before; raises VisitRefused for somebody else's."""
    visit = Visit.objects.select_related("account", "opportunity").filter(client_id=client_id).first()
    if visit is None or acts_for(actor, visit.user_id):
        return visit
    raise VisitRefused({"__all__": _("This form was used by somebody else. Open a new one and log the visit there.")})


def _own_stop(data: VisitInput, found: Found, actor: User) -> PlanItem | None:
    """Return the locked stop this visit closes: the one it names, else the person's open one at the customer that day.

    A stop that has its visit already stays as it is: the second visit is kept beside it.
    """
    stops = PlanItem.objects.select_for_update(of=("self",))
    if found.item is not None:
        stops = stops.filter(pk=found.item.pk)
    else:
        stops = stops.open().filter(plan__user=actor, plan__day=data.happened_on, account=found.account)
    item = stops.first()
    return None if item is None or Visit.objects.filter(plan_item=item).exists() else item


def _started(data: VisitInput, item: PlanItem | None, actor: User) -> time | None:
    """Return when the visit began: as told, else when the person said "arrived" on that day."""
    if data.started_at or item is None or item.arrived_at is None:
        return data.started_at
    arrived = local(item.arrived_at, actor.time_zone)
    return arrived.time().replace(second=0, microsecond=0) if arrived.date() == data.happened_on else None


def _write(data: VisitInput, found: Found, item: PlanItem | None, *, actor: User, origin: str) -> Visit:
    place = data if data.latitude is not None or item is None else item
    return Visit.objects.create(
        client_id=data.client_id,
        account=found.account,
        opportunity=found.opportunity,
        user=actor,
        plan_item=item,
        kind=data.kind,
        purpose=data.purpose or (item.purpose if item else ""),
        happened_on=data.happened_on,
        started_at=_started(data, item, actor),
        ended_at=data.ended_at,
        said=data.said,
        result=data.result,
        goal_reached=data.goal_reached,
        attitude=data.attitude,
        new_class=data.new_class,
        commitment=data.commitment.strip(),
        commitment_on=data.commitment_on,
        next_step=data.next_step,
        next_on=data.next_on,
        latitude=place.latitude,
        longitude=place.longitude,
        accuracy=place.accuracy,
        origin=origin,
    )


def _people_met(visit: Visit, data: VisitInput, found: Found, *, actor: User, origin: str) -> list[Contact]:
    """Write who was met; people nobody knew yet become contacts that somebody verifies later."""
    met = [found.people[pk] for pk in dict.fromkeys(data.contact_ids)]
    for number, person in enumerate(data.new_people):
        met.append(
            add_contact(
                visit.account,
                name=person.name,
                title=person.title,
                actor=actor,
                client_id=effects.person_id(data.client_id, number),
                is_verified=False,
                origin=origin,
            )
        )
    VisitContact.objects.bulk_create(VisitContact(visit=visit, contact=contact) for contact in met)
    return met


@transaction.atomic
def log_visit(data: VisitInput, *, actor: User, now: datetime, origin: str = Origin.WEB) -> Visit:
    """Keep a visit and all that follows from it, in one transaction; the same form again returns the same visit.

    It closes the planned stop, moves the customer's last and next contact, changes stances, adds evidence, sets the
    opportunity's next step, and makes the follow-ups. Raises VisitRefused, and PermissionDenied for who sells nothing.
    """
    require(actor, Right.SELL)
    earlier = already_logged(data.client_id, actor=actor)
    if earlier is not None:
        return earlier
    found = check(data, actor=actor, on=day_of(actor, now))
    item = _own_stop(data, found, actor)
    before = effects.dates_before(found) | {"at": now.isoformat()}
    try:
        with transaction.atomic():
            visit = _write(data, found, item, actor=actor, origin=origin)
    except IntegrityError:
        earlier = already_logged(data.client_id, actor=actor)
        if earlier is None:
            raise
        return earlier
    met = _people_met(visit, data, found, actor=actor, origin=origin)
    effects.follow(visit, data, found, met, actor=actor, now=now)
    record("visit.logged", visit, actor=actor, changes=_told(data), origin=origin)
    label = _("Visit at %(name)s logged") % {"name": visit.account.called}
    inverse = {"visit": visit.pk, "before": before}
    offer_undo("visits.log_visit", actor=actor, label=label, inverse=inverse, rows=[visit], now=now)
    return visit


def _told(data: VisitInput) -> dict[str, Any]:
    """Return what history keeps of a new visit; the words themselves stay in the visit."""
    fields = ("account_id", "opportunity_id", "plan_item_id", "happened_on", "kind", "result", "next_on")
    return {name: getattr(data, name) for name in fields} | {"met": data.contact_ids}


def undo_for(visit: Visit, *, actor: User) -> UndoEntry | None:
    """Return what takes the logging of a visit back, for the person who logged it."""
    entries = UndoEntry.objects.filter(actor=actor, action="visits.log_visit", used_at=None).order_by("-pk")[:50]
    return next((entry for entry in entries if entry.inverse["visit"] == visit.pk), None)


@transaction.atomic
def edit_visit(
    visit: Visit,
    *,
    changes: Mapping[str, Any],
    met: Iterable[Contact],
    version: int,
    actor: User,
    now: datetime,
) -> Visit:
    """Correct a visit that the form saw as `version`, on the day it was logged; return it fresh.

    The dates of the customer and the customer's promise follow. Raises VisitRefused, EditConflict, and PermissionDenied
    later on or for somebody else's visit.
    """
    on = day_of(actor, now)
    if not may_correct(actor, visit, on):
        raise PermissionDenied
    told = copy(visit)
    for name in DAY_FIELDS:
        setattr(told, name, changes.get(name, getattr(visit, name)))
    errors = dict(wrong_days(told, on))
    if errors:
        raise VisitRefused(errors)
    fresh = save_edit(visit, changes=changes, version=version, actor=actor, action="visit.corrected")
    people = list(met)
    VisitContact.objects.filter(visit=fresh).exclude(contact__in=people).delete()
    known = set(fresh.met.values_list("contact_id", flat=True))
    new = [contact for contact in people if contact.pk not in known]
    VisitContact.objects.bulk_create(VisitContact(visit=fresh, contact=contact) for contact in new)
    effects.after_correction(fresh, people, changed=changes.keys(), actor=actor, now=now)
    return fresh


def _put_away(visit: Visit, *, actor: User, now: datetime) -> dict[str, Any]:
    """Archive a locked visit with all that stood on it; return what brings it back."""
    kept = effects.take_back(visit, actor=actor, now=now)
    item = visit.plan_item
    write_fields(visit, {"archived_at": now, "plan_item": None}, actor=actor, action="visit.archived")
    if item is not None:
        effects.open_stop(item, actor=actor, now=now)
    return kept | {"visit": visit.pk, "item": item.pk if item else None}


@transaction.atomic
def archive_visit(visit: Visit, *, actor: User, now: datetime) -> UndoEntry:
    """Put a visit away; its stop is open again, its evidence, stances and promise are taken back. Return the way back.

    Raises PermissionDenied.
    """
    current = Visit.objects.select_for_update(of=("self",)).select_related("account", "plan_item").get(pk=visit.pk)
    if not may_archive(actor, current, day_of(actor, now)):
        raise PermissionDenied
    inverse = _put_away(current, actor=actor, now=now)
    effects.contact_was_not(current, actor=actor, now=now)
    label = _("Visit at %(name)s deleted") % {"name": current.account.called}
    return offer_undo("visits.archive_visit", actor=actor, label=label, inverse=inverse, rows=[current], now=now)


@transaction.atomic
def undo_archive_visit(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Bring an archived visit back, with what stood on it."""
    visit = Visit.objects.select_for_update(of=("self",)).select_related("account", "opportunity").get(pk=data["visit"])
    item = PlanItem.objects.filter(pk=data["item"], visit=None).first()
    write_fields(visit, {"archived_at": None, "plan_item": item}, actor=actor, action="visit.restored")
    if item is not None:
        write_fields(item, {"state": ItemState.DONE}, actor=actor, action="plan_item.done")
    effects.bring_back(visit, data, actor=actor, now=now)


@transaction.atomic
def undo_log_visit(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Take a visit back that was just logged, and put the customer's and the opportunity's dates back."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("account", "plan_item", "opportunity")
    visit = rows.get(pk=data["visit"])
    _put_away(visit, actor=actor, now=now)
    effects.put_dates_back(visit, data["before"], actor=actor, now=now)
    effects.put_people_away(visit, actor=actor, now=now)
