"""What follows from a visit, in its transaction: calls downwards into the rooms that own each thing."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actions.contact_log import (
    note_contact,
    remind_again_of_next_contact,
    remind_of_next_contact,
    withdraw_contact,
)
from accounts.actions.people import archive_contact, change_stance
from accounts.models import Contact, StanceChange
from crm.editing import write_fields
from crm.workdays import load_calendar
from followups.actions.items import PROMISE, ask_again, close_for, promise
from followups.models import FollowUp
from followups.planning import cancel_items
from pipeline.actions.evidence import add_evidence, withdraw_evidence
from pipeline.actions.opportunities import set_next_step
from pipeline.actions.progress import note_progress, withdraw_progress
from pipeline.choices import EvidenceKind, ProgressKind
from pipeline.models import Criterion, Evidence, Opportunity
from teams.models import User
from visits.checking import Found
from visits.choices import ItemState
from visits.models import PlanItem, Visit
from visits.reminders import KINDS, keys_of
from visits.visit_input import VisitInput

KIND = "visit"
PEOPLE_AT_MOST = 20
ITEM_KIND = "plan_item"


def person_id(client_id: uuid.UUID, number: int) -> uuid.UUID:
    """Return the identifier of the n-th person a form made known, the same each time the form is sent."""
    return uuid.uuid5(client_id, f"person {number}")


def follow(visit: Visit, data: VisitInput, found: Found, met: Sequence[Contact], *, actor: User, now: datetime) -> None:
    """Do everything one save of a visit stands for (design: the first journey)."""
    _change_stances(visit, data, found, actor=actor)
    if visit.opportunity is not None:
        note_progress(visit.opportunity, kind=ProgressKind.VISIT, now=now)
        _add_evidence(visit, data, found, met, actor=actor, now=now)
    if visit.plan_item is not None:
        _close_stop(visit.plan_item, actor=actor, now=now)
    note_contact(visit.account, on=visit.happened_on, next_on=visit.next_on, contacts=met, actor=actor)
    if visit.opportunity is not None:
        _set_next_step(visit, visit.opportunity, actor=actor, now=now)
    remember_promise(visit, actor=actor, now=now)
    remind_of_next_contact(visit.account, actor=actor, now=now)


def _change_stances(visit: Visit, data: VisitInput, found: Found, *, actor: User) -> None:
    for seen in data.stances:
        change_stance(
            found.people[seen.contact_id],
            to=seen.to,
            on=visit.happened_on,
            actor=actor,
            source=(KIND, visit.pk),
            origin=visit.origin,
        )


def _add_evidence(
    visit: Visit, data: VisitInput, found: Found, met: Sequence[Contact], *, actor: User, now: datetime
) -> None:
    """Add what was found fulfilled; where nothing was written beside it, what was said on the visit shows it."""
    for seen in data.evidence:
        criterion = found.criteria[seen.criterion_id]
        _show(
            visit,
            criterion,
            text=seen.text.strip() or visit.said.strip() or str(criterion),
            contact=met[0] if met else None,
            client_id=uuid.uuid5(visit.client_id, f"evidence {criterion.pk}"),
            actor=actor,
            now=now,
        )


def _show(
    visit: Visit,
    criterion: Criterion,
    *,
    text: str,
    contact: Contact | None,
    client_id: uuid.UUID | None,
    actor: User,
    now: datetime,
    kind: str = EvidenceKind.WORD,
) -> None:
    if visit.opportunity is not None:
        add_evidence(
            visit.opportunity,
            criterion=criterion,
            kind=kind,
            text=text,
            on=visit.happened_on,
            actor=actor,
            contact=contact,
            source=(KIND, visit.pk),
            client_id=client_id,
            now=now,
            origin=visit.origin,
        )


def _close_stop(item: PlanItem, *, actor: User, now: datetime) -> None:
    if item.state != ItemState.DONE:
        write_fields(item, {"state": ItemState.DONE}, actor=actor, action="plan_item.done")
    for kind in KINDS:
        close_for(kind, (ITEM_KIND, item.pk), actor=actor, now=now)


def _set_next_step(visit: Visit, opportunity: Opportunity, *, actor: User, now: datetime) -> None:
    """Set the next step: on its day, or where only words were said, on the day of the next contact."""
    if not opportunity.is_open or opportunity.archived_at:
        return
    on = step_day(visit)
    if on:
        set_next_step(opportunity, text=visit.next_step, on=on, actor=actor, now=now)


def step_day(visit: Visit) -> date | None:
    """Return the day of the next step a visit set: as said, where only words were said that of the next contact."""
    return visit.next_on or (visit.account.next_contact_on if visit.next_step else None)


def remember_promise(visit: Visit, *, actor: User, now: datetime) -> None:
    """Make the follow-up of what the customer promised.

    It is due as said, else with the next contact, else after five workdays.
    """
    if not visit.commitment:
        return
    due_on = visit.commitment_on or visit.account.next_contact_on
    promise(
        (KIND, visit.pk),
        recipient=visit.user,
        text=visit.commitment,
        due_on=due_on or load_calendar().add_workdays(visit.happened_on, 5),
        actor=actor,
        now=now,
        account_id=visit.account_id,
        key=f"{PROMISE}:visit:{visit.pk}",
    )


def after_correction(
    visit: Visit, met: Sequence[Contact], *, changed: Collection[str], actor: User, now: datetime
) -> None:
    """Let the customer's dates and promise follow a corrected visit."""
    if {"happened_on", "next_on", "met"} & set(changed):
        note_contact(visit.account, on=visit.happened_on, next_on=visit.next_on, contacts=met, actor=actor)
        remind_again_of_next_contact(visit.account, actor=actor, now=now)
    if {"commitment", "commitment_on"} & set(changed):
        cancel_promise(visit, now=now)
        remember_promise(visit, actor=actor, now=now)


def cancel_promise(visit: Visit, *, now: datetime) -> None:
    """Cancel the open follow-ups that stand on a visit."""
    cancel_items(FollowUp.objects.open().about(KIND, visit.pk).values_list("pk", flat=True), now=now)


def take_back(visit: Visit, *, actor: User, now: datetime) -> dict[str, Any]:
    """Take back what stood on a visit: its promise, evidence and stances; return what brings them back."""
    cancel_promise(visit, now=now)
    return {
        "evidence": [_withdraw(row, actor=actor, now=now) for row in _evidence_of(visit)],
        "stances": [_stance_back(row, actor=actor) for row in _stances_of(visit)],
    }


def _evidence_of(visit: Visit) -> Iterable[Evidence]:
    rows = Evidence.objects.filter(source_kind=KIND, source_id=visit.pk, withdrawn_at=None, opportunity__state="OPEN")
    return rows.select_related("opportunity").order_by("pk")


def _withdraw(row: Evidence, *, actor: User, now: datetime) -> list[Any]:
    withdraw_evidence(row, reason=_("The visit it was learnt on was deleted."), actor=actor, now=now)
    return [row.criterion_id, row.kind, row.text, row.contact_id]


def _stances_of(visit: Visit) -> Iterable[StanceChange]:
    """Return the changes the visit brought, where the person still stands there."""
    rows = StanceChange.objects.filter(source_kind=KIND, source_id=visit.pk).select_related("contact").order_by("pk")
    return [row for row in rows if row.contact.stance == row.after and row.contact.stance_on == row.happened_on]


def _stance_back(row: StanceChange, *, actor: User) -> list[Any]:
    note = _("The visit it was learnt on was deleted.")
    change_stance(row.contact, to=row.before, on=row.happened_on, actor=actor, note=note)
    return [row.contact_id, row.after]


def bring_back(visit: Visit, kept: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Do again what `take_back` took back."""
    met = list(Contact.objects.filter(met_on__visit=visit))
    note_contact(visit.account, on=visit.happened_on, next_on=visit.next_on, contacts=met, actor=actor)
    remind_of_next_contact(visit.account, actor=actor, now=now)
    remember_promise(visit, actor=actor, now=now)
    for contact in Contact.objects.filter(pk__in=[pk for pk, _to in kept["stances"]]):
        to = dict(kept["stances"])[contact.pk]
        change_stance(contact, to=to, on=visit.happened_on, actor=actor, source=(KIND, visit.pk))
    if visit.opportunity is None or not visit.opportunity.is_open:
        return
    criteria = Criterion.objects.in_bulk([row[0] for row in kept["evidence"]])
    people = Contact.objects.in_bulk([row[3] for row in kept["evidence"] if row[3]])
    for pk, kind, text, contact in kept["evidence"]:
        _show(
            visit,
            criteria[pk],
            text=text,
            contact=people.get(contact),
            client_id=None,
            actor=actor,
            now=now,
            kind=kind,
        )


def dates_before(found: Found) -> dict[str, Any]:
    """Return the dates a visit is about to move, for taking it back."""
    account, opportunity = found.account, found.opportunity
    before: dict[str, Any] = {
        "last": _iso(account.last_contact_on),
        "next": _iso(account.next_contact_on),
        "people": {str(pk): _iso(person.last_contact_on) for pk, person in found.people.items()},
    }
    if opportunity is not None:
        before |= {"step": opportunity.next_step, "step_on": _iso(opportunity.next_step_on)}
        before |= {"progress": opportunity.progressed_at.isoformat(), "progress_kind": opportunity.progress_kind}
    return before


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def put_dates_back(visit: Visit, before: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Put back what a save moved, where nobody has moved it since.

    That is: when customer and people were met last, when the next contact is, the opportunity's next step and clock.
    """
    step_on = step_day(visit)
    withdraw_contact(
        visit.account,
        on=visit.happened_on,
        last_on=_day(before["last"]),
        next_on=_day(before["next"]),
        people={int(pk): _day(day) for pk, day in before["people"].items()},
        actor=actor,
    )
    remind_again_of_next_contact(visit.account, actor=actor, now=now)
    opportunity = visit.opportunity
    if opportunity is None or not opportunity.is_open or opportunity.archived_at:
        return
    kept = datetime.fromisoformat(before["progress"])
    withdraw_progress(
        opportunity, made_at=datetime.fromisoformat(before["at"]), before=kept, kind=before["progress_kind"]
    )
    if (opportunity.next_step, opportunity.next_step_on) == (visit.next_step, step_on):
        set_next_step(opportunity, text=before["step"], on=_day(before["step_on"]), actor=actor, now=now)


def put_people_away(visit: Visit, *, actor: User, now: datetime) -> None:
    """Put away whom a save made known and nobody has looked at, met or changed since."""
    made = [person_id(visit.client_id, number) for number in range(PEOPLE_AT_MOST)]
    people = Contact.objects.live().filter(account=visit.account, client_id__in=made, is_verified=False, version=1)
    met_elsewhere = Visit.objects.live().exclude(pk=visit.pk).values("contacts")
    for person in people.exclude(pk__in=met_elsewhere.filter(contacts__isnull=False)):
        archive_contact(person, actor=actor, now=now)


def open_stop(item: PlanItem, *, actor: User, now: datetime) -> None:
    """Open a stop again whose visit was taken back, and ask for it again."""
    write_fields(item, {"state": ItemState.OPEN}, actor=actor, action="plan_item.reopened")
    ask_again(keys_of(item), actor=actor, now=now)


def contact_was_not(visit: Visit, *, actor: User, now: datetime) -> None:
    """Move the last contact with the customer and the people met back to the visits before."""
    others = Visit.objects.live().filter(account=visit.account).exclude(pk=visit.pk)
    last_on = others.aggregate(last=Max("happened_on"))["last"]
    people = {
        pk: others.filter(contacts=pk).aggregate(last=Max("happened_on"))["last"]
        for pk in visit.met.values_list("contact_id", flat=True)
    }
    if last_on != visit.happened_on:
        withdraw_contact(visit.account, on=visit.happened_on, last_on=last_on, next_on=None, people=people, actor=actor)
    remind_again_of_next_contact(visit.account, actor=actor, now=now)
