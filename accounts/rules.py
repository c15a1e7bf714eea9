"""Follow-ups of this room: a customer whose next contact is due (method, follow-ups: next contact due)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from crm.workdays import WorkCalendar
from followups.models import FollowUp
from followups.rules import Due, Param, Rule, RuleContext

NEXT_CONTACT = "next-contact-due"


COLUMNS = ("pk", "name", "short_name", "owner_id", "next_contact_on", "version")


def next_contact_key(account_id: int, day: date | None) -> str:
    """Return the key of the contact agreed for a day: one occurrence is one agreed day; empty where there is none."""
    return f"{NEXT_CONTACT}:{account_id}:{day.isoformat()}" if day else ""


def _dues(accounts: "QuerySet[Account]", calendar: WorkCalendar) -> Iterator[Due]:
    rows = accounts.filter(next_contact_on__isnull=False, owner__isnull=False).order_by("pk")
    for pk, name, short_name, owner_id, day, version in rows.values_list(*COLUMNS).iterator():
        yield Due(
            kind=NEXT_CONTACT,
            subject=("account", pk),
            recipient_id=owner_id,
            due_on=calendar.previous_workday(day),
            key=next_contact_key(pk, day),
            params={"account": short_name or name, "day": day.isoformat()},
            account_id=pk,
            source_version=version,
        )


def next_contact_due(context: RuleContext) -> Iterator[Due]:
    """Yield one follow-up for the owner of every customer whose next contact is due, some days ahead.

    It falls on a working day, the last one before where the agreed day is free. Customers without an owner or in the
    archive are left out. What a visit agreed on has its follow-up from that moment on, however far ahead, and keeps it.
    """
    line = context.on + timedelta(days=int(context.params["lead_days"]))
    agreed = FollowUp.objects.open().filter(kind=NEXT_CONTACT, subject_kind="account").values("subject_id")
    live = Account.objects.live()
    yield from _dues(live.filter(next_contact_on__lte=line), context.calendar)
    yield from _dues(live.filter(next_contact_on__gt=line, pk__in=agreed), context.calendar)


def next_contact_of(account: Account, calendar: WorkCalendar) -> list[Due]:
    """Return the follow-up of one customer's next contact, on whatever day it is; at most one."""
    return list(_dues(Account.objects.live().filter(pk=account.pk), calendar))


RULE = Rule(
    kind=NEXT_CONTACT,
    label=_("Next contact due"),
    title=_("Contact %(account)s"),
    reason=_("The next contact was set for %(day)s."),
    plan=next_contact_due,
    params=(Param("lead_days", _("Days ahead"), default=1, low=0, high=14),),
)
