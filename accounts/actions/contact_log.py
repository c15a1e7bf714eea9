"""That somebody was in contact with a customer; called by whoever records a visit or a call."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actions.inquiries import answer_inquiries_of
from accounts.actions.protection import follow_renewal, renew, unrenew
from accounts.cadence import next_due
from accounts.choices import PolicyState
from accounts.handover.rules import FIRST_VISIT, first_visits_not_made
from accounts.models import Account, Contact, TierPolicy
from accounts.rules import NEXT_CONTACT, RULE, next_contact_key, next_contact_of
from crm.editing import write_fields
from crm.workdays import load_calendar
from followups.actions.items import ask_again, close_for
from followups.models import FollowUp
from followups.planning import cancel_items, plan_now
from teams.models import User


def contact_days() -> dict[str, int]:
    """Return the days between contacts per tier of the policy in force; empty where there is none."""
    days: dict[str, int] | None = (
        TierPolicy.objects.filter(state=PolicyState.ACTIVE).values_list("contact_days", flat=True).first()
    )
    return days or {}


def _dates_after(account: Account, *, on: date, next_on: date | None) -> dict[str, Any]:
    """Return the two dates as this contact leaves them.

    A contact that is told late (an older day than the last one) moves neither, unless it names a day still to come.
    """
    last = account.last_contact_on
    is_newest = last is None or on >= last
    values: dict[str, Any] = {"last_contact_on": on} if is_newest else {}
    if next_on is not None:
        if last is None or next_on > last:
            values["next_contact_on"] = next_on
    elif is_newest:
        values["next_contact_on"] = next_due(on, account.tier, contact_days(), load_calendar())
    return {name: value for name, value in values.items() if getattr(account, name) != value}


@transaction.atomic
def note_contact(
    account: Account, *, on: date, next_on: date | None, contacts: Sequence[Contact], actor: User | None
) -> None:
    """Note that we were in contact with a customer on `on`, and with these people there.

    Moves the last contact forward only. The next one is due on `next_on` as agreed, else on the working day after the
    days the tier allows.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    values = _dates_after(current, on=on, next_on=next_on)
    if values:
        write_fields(current, values, actor=actor, action="account.contact_noted")
    people = [contact.pk for contact in contacts]
    if people:
        older = Q(last_contact_on=None) | Q(last_contact_on__lt=on)
        Contact.objects.filter(older, pk__in=people, account=current).update(last_contact_on=on)
    renew(current, on=on)
    account.last_contact_on, account.next_contact_on = current.last_contact_on, current.next_contact_on
    account.version = current.version


@transaction.atomic
def withdraw_contact(
    account: Account,
    *,
    on: date,
    last_on: date | None,
    next_on: date | None,
    actor: User | None,
    people: Mapping[int, date | None] | None = None,
) -> None:
    """Note that the contact of `on` was recorded by mistake: the last one was on `last_on`.

    The next one is due on `next_on`, else as the tier allows. `people` are those who were not met, with the day each
    was met before. A later contact leaves nothing to take back.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    for pk, met_on in (people or {}).items():
        Contact.objects.filter(pk=pk, account=current, last_contact_on=on).update(last_contact_on=met_on)
    if current.last_contact_on != on:
        return
    due = next_on or next_due(last_on, current.tier, contact_days(), load_calendar())
    values = {"last_contact_on": last_on, "next_contact_on": due}
    write_fields(current, values, actor=actor, action="account.contact_withdrawn")
    unrenew(current, on=on, last_on=last_on)


@transaction.atomic
def remind_of_next_contact(account: Account, *, actor: User, now: datetime) -> None:
    """Make the follow-up of the next contact as it stands now; the ones before it are done, for there was a contact."""
    current = Account.objects.only("next_contact_on").get(pk=account.pk)
    answer_inquiries_of(account, actor=actor, now=now)
    key = next_contact_key(current.pk, current.next_contact_on)
    close_for(NEXT_CONTACT, account, actor=actor, now=now, besides=key)
    close_for(FIRST_VISIT, account, actor=actor, now=now)
    plan_now(RULE, next_contact_of(current, load_calendar()), now=now)
    follow_renewal(current, now=now)


@transaction.atomic
def remind_again_of_next_contact(account: Account, *, actor: User, now: datetime) -> None:
    """Make the follow-up of the next contact as it stands after a contact was corrected or taken back."""
    current = Account.objects.only("next_contact_on", "last_contact_on").get(pk=account.pk)
    key = next_contact_key(current.pk, current.next_contact_on)
    others = FollowUp.objects.open().about("account", current.pk).filter(kind=NEXT_CONTACT).exclude(key=key)
    cancel_items(others.values_list("pk", flat=True), now=now)
    ask_again([key, *first_visits_not_made(current)], actor=actor, now=now)
    plan_now(RULE, next_contact_of(current, load_calendar()), now=now)
    follow_renewal(current, now=now)
