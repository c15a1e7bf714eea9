"""Writes of people at a customer: meeting them, what they think of us, to whom they report."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AGAINST
from accounts.models import Account, Contact, StanceChange
from accounts.naming import CONTACT_FIELDS, contact_search_text
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.models.abstract import Origin
from crm.undo import offer_undo
from teams.models import User


class CannotReport(Exception):
    """The reporting line cannot be drawn; the message says why."""


def _keep_searchable(contact: Contact, changed: Iterable[str]) -> None:
    if CONTACT_FIELDS.intersection(changed):
        contact.search_text = contact_search_text(contact)
        Contact.objects.filter(pk=contact.pk).update(search_text=contact.search_text)


def refuse_circle(contact: Contact, boss: Contact | None) -> None:
    """Raise CannotReport where `boss` works elsewhere, is the person, or reports to the person through others."""
    if boss is None:
        return
    names = {"person": contact.name, "boss": boss.name}
    if boss.account_id != contact.account_id:
        raise CannotReport(_("%(boss)s works for another customer.") % names)
    bosses = dict(Contact.objects.filter(account_id=contact.account_id).values_list("pk", "reports_to_id"))
    above: int | None = boss.pk
    while above is not None:
        if above == contact.pk:
            raise CannotReport(_("%(boss)s reports to %(person)s, directly or through others.") % names)
        above = bosses.pop(above, None)


def reached_by(number: str) -> dict[str, Any]:
    """Return in which field of a person a number taken down goes: one with words around it is too long for a mobile."""
    longest = Contact._meta.get_field("mobile").max_length or 0
    return {"mobile" if len(number) <= longest else "phone": number}


@transaction.atomic
def add_contact(
    account: Account,
    *,
    name: str,
    title: str = "",
    actor: User | None,
    client_id: uuid.UUID | None = None,
    is_verified: bool = True,
    origin: str = Origin.WEB,
    **fields: Any,
) -> Contact:
    """Make a person at a customer; a name is enough. The same `client_id` again returns the first one unchanged."""
    contact = Contact(account=account, name=name, title=title, is_verified=is_verified, origin=origin, **fields)
    contact.client_id = client_id or uuid.uuid4()
    contact.search_text = contact_search_text(contact)
    values = {field.attname: getattr(contact, field.attname) for field in Contact._meta.concrete_fields}
    for unsaved in ("id", "client_id", "recorded_at"):
        values.pop(unsaved)
    contact, is_new = Contact.objects.get_or_create(client_id=contact.client_id, defaults=values)
    if is_new:
        changes = {"name": name, "title": title, "account": account}
        record("contact.created", contact, actor=actor, changes=changes, origin=origin)
    return contact


@transaction.atomic
def edit_contact(
    contact: Contact, *, changes: Mapping[str, Any], version: int, actor: User, origin: str = Origin.WEB
) -> Contact:
    """Change facts of a person, which the form saw as `version`; return it fresh.

    Raises EditConflict and CannotReport. The stance has an action of its own.
    """
    if "reports_to" in changes:
        refuse_circle(contact, changes["reports_to"])
    fresh = save_edit(contact, changes=changes, version=version, actor=actor, action="contact.edited", origin=origin)
    _keep_searchable(fresh, changes)
    return fresh


@transaction.atomic
def set_reporting_line(contact: Contact, *, to: Contact | None, actor: User) -> Contact:
    """Say to whom a person reports (None: to nobody there); return it fresh. Raises CannotReport."""
    refuse_circle(contact, to)
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    if current.reports_to_id == (to.pk if to else None):
        return current
    return write_fields(current, {"reports_to": to}, actor=actor, action="contact.line_changed")


def _stance_on(contact: Contact, day: date) -> str:
    """Return where the person stood on a day that lies before the present stance."""
    earlier = contact.stance_changes.filter(happened_on__lte=day).order_by("-happened_on", "-pk").first()
    return earlier.after if earlier else ""


def _write_stance(
    contact: Contact,
    *,
    to: str,
    on: date,
    actor: User | None,
    note: str = "",
    source: tuple[str, int] | None = None,
    origin: str = Origin.WEB,
) -> StanceChange | None:
    """Write a change on a locked row; None where the person stands there already."""
    is_late = contact.stance_on is not None and on < contact.stance_on
    before = _stance_on(contact, on) if is_late else contact.stance
    if before == to:
        return None
    change = StanceChange.objects.create(
        contact=contact,
        before=before,
        after=to,
        happened_on=on,
        actor=actor,
        note=note,
        source_kind=source[0] if source else "",
        source_id=source[1] if source else None,
        origin=origin,
    )
    values: dict[str, Any] = {} if is_late else {"stance": to, "stance_on": on}
    if not is_late and to not in AGAINST and contact.treatment:
        values["treatment"] = ""
    if values:
        write_fields(contact, values, actor=actor, action="contact.stance_changed", origin=origin)
    else:
        record("contact.stance_added", contact, actor=actor, changes={"stance": [before, to]}, origin=origin)
    return change


@transaction.atomic
def change_stance(
    contact: Contact,
    *,
    to: str,
    on: date,
    actor: User | None,
    note: str = "",
    source: tuple[str, int] | None = None,
    origin: str = Origin.WEB,
) -> Contact:
    """Note that a person stands elsewhere since `on` (synchronised-selling, stance); return it fresh.

    `source` is the (kind, id) it was learnt from. What is told late, about a day before the present stance, goes into
    the history and leaves the present stance alone. A treatment ends when the person is no longer against us.
    """
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    _write_stance(current, to=to, on=on, actor=actor, note=note, source=source, origin=origin)
    return current


@transaction.atomic
def change_stance_by_hand(
    contact: Contact, *, to: str, on: date, actor: User, now: datetime, note: str = ""
) -> UndoEntry | None:
    """Do as `change_stance`, and return what takes it back; None where nothing changed."""
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    data: dict[str, Any] = {"contact": current.pk, "stance": current.stance, "treatment": current.treatment}
    data["stance_on"] = current.stance_on.isoformat() if current.stance_on else None
    change = _write_stance(current, to=to, on=on, actor=actor, note=note)
    if change is None:
        return None
    label = _("Stance of %(name)s changed") % {"name": current.name}
    data["change"] = change.pk
    return offer_undo("accounts.change_stance", actor=actor, label=label, inverse=data, rows=[current], now=now)


def undo_change_stance(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Put the stance back and take the mistaken change out of the person's history; ours keeps both."""
    current = Contact.objects.select_for_update().get(pk=data["contact"])
    StanceChange.objects.filter(pk=data["change"], contact=current).delete()
    values = {
        "stance": data["stance"],
        "stance_on": date.fromisoformat(data["stance_on"]) if data["stance_on"] else None,
        "treatment": data["treatment"],
    }
    write_fields(current, values, actor=actor, action="contact.stance_undone")


@transaction.atomic
def archive_contact(contact: Contact, *, actor: User, now: datetime) -> UndoEntry:
    """Put a person away who left; return what takes it back. Who reported to him or her keeps that line."""
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    current = write_fields(current, {"archived_at": now}, actor=actor, action="contact.archived")
    label = _("%(name)s archived") % {"name": current.name}
    return offer_undo(
        "accounts.archive_contact", actor=actor, label=label, inverse={"contact": current.pk}, rows=[current], now=now
    )


@transaction.atomic
def restore_contact(contact: Contact, *, actor: User) -> Contact:
    """Bring an archived person back; return it fresh."""
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    return write_fields(current, {"archived_at": None}, actor=actor, action="contact.restored")


def undo_archive_contact(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Bring back who was archived."""
    restore_contact(Contact.objects.get(pk=data["contact"]), actor=actor)
