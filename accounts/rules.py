"""Follow-ups of this room: a customer whose next contact is due (method, follow-ups: next contact due)."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from followups.rules import Due, Param, Rule, RuleContext

NEXT_CONTACT = "next-contact-due"


def next_contact_due(context: RuleContext) -> Iterable[Due]:
    """Yield one follow-up for the owner of every customer whose next contact is due, some days ahead.

    It falls on a working day, the last one before where the agreed day is free. Customers without an owner or in the
    archive are left out; one occurrence is one agreed day, so a new day is a new follow-up.
    """
    line = context.on + timedelta(days=int(context.params["lead_days"]))
    due = Account.objects.live().filter(next_contact_on__lte=line, owner__isnull=False).order_by("pk")
    columns = ("pk", "name", "short_name", "owner_id", "next_contact_on", "version")
    for pk, name, short_name, owner_id, day, version in due.values_list(*columns).iterator():
        yield Due(
            kind=NEXT_CONTACT,
            subject=("account", pk),
            recipient_id=owner_id,
            due_on=context.calendar.previous_workday(day),
            key=f"{NEXT_CONTACT}:{pk}:{day.isoformat()}",
            params={"account": short_name or name, "day": day.isoformat()},
            account_id=pk,
            source_version=version,
        )


RULE = Rule(
    kind=NEXT_CONTACT,
    label=_("Next contact due"),
    title=_("Contact %(account)s"),
    reason=_("The next contact was set for %(day)s."),
    plan=next_contact_due,
    params=(Param("lead_days", _("Days ahead"), default=1, low=0, high=14),),
)
