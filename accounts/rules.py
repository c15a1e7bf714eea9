"""Follow-ups of this room: a customer whose next contact is due (method, follow-ups: next contact due), and a tier
set by hand whose day has passed.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import TierChangeKind
from accounts.models import Account, TierChange
from crm.workdays import WorkCalendar, load_calendar
from followups.models import FollowUp
from followups.rules import Due, Param, Rule, RuleContext

NEXT_CONTACT = "next-contact-due"
HAND_ENDED = "tier-hand-ended"
HAND_DAYS = 30


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


# --- a tier set by hand whose day has passed --------------------------------------------------------------------------
def _hand_dues(since: date, calendar: WorkCalendar, of: Account | None = None) -> Iterator[Due]:
    """Yield what was ended by its day and not set again: for who had set it, else whoever leads the customer's team."""
    by_hand = TierChange.objects.filter(account=OuterRef("account"), kind=TierChangeKind.OVERRIDE)
    ended = TierChange.objects.filter(kind=TierChangeKind.OVERRIDE_ENDED, actor=None, happened_on__gte=since)
    ended = ended.filter(account__archived_at=None, account__tier_fixed_until=None)
    rows = ended.exclude(Exists(by_hand.filter(pk__gt=OuterRef("pk")))).select_related("account__team").order_by("pk")
    changes = list(rows.filter(account=of) if of else rows)
    set_by = TierChange.objects.filter(account__in=[row.account_id for row in changes], kind=TierChangeKind.OVERRIDE)
    setters = {change.account_id: change for change in set_by.select_related("actor").order_by("pk")}
    for change in changes:
        setter, account = setters.get(change.account_id), change.account
        person = setter.actor if setter and setter.actor and setter.actor.is_active else None
        leader = account.team.manager_id if account.team else None
        recipient = person.pk if person else leader or account.owner_id
        if recipient is None:
            continue
        yield Due(
            kind=HAND_ENDED,
            subject=("account", account.pk),
            recipient_id=recipient,
            due_on=calendar.next_workday(change.happened_on),
            key=f"{HAND_ENDED}:{account.pk}:{change.happened_on.isoformat()}",
            params={"account": account.called, "tier": change.before, "now": change.after or "–"},
            account_id=account.pk,
        )


def hand_ended(context: RuleContext) -> Iterator[Due]:
    """Yield one follow-up for every hand setting that ended by itself some days ago or less."""
    yield from _hand_dues(context.on - timedelta(days=int(context.params["keep_days"])), context.calendar)


def hand_ended_of(account: Account, *, on: date) -> list[Due]:
    """Return the follow-up of the hand setting of one customer that ended today; at most one."""
    return list(_hand_dues(on, load_calendar(), account))


HAND_RULE = Rule(
    kind=HAND_ENDED,
    label=_("Tier set by hand has ended"),
    title=_("%(account)s: the hand setting of the tier ended; set it again or leave it"),
    reason=_("It was %(tier)s by hand until its day. The computed tier counts now: %(now)s."),
    plan=hand_ended,
    params=(Param("keep_days", _("Days it stays open"), default=HAND_DAYS, low=1, high=90),),
)
