"""The follow-up of a call or walk-in: the first contact (method, coming in)."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Inquiry
from crm.workdays import WorkCalendar
from followups.models import RuleSetting
from followups.planning import rule_params
from followups.rules import Due, Param, Rule, RuleContext

FIRST_CONTACT = "first-contact-due"


def inquiry_key(inquiry_id: int, person_id: int) -> str:
    """Return the key of a first contact: one for each person it was given to."""
    return f"{FIRST_CONTACT}:{inquiry_id}:{person_id}"


def inquiry_dues(inquiries: "QuerySet[Inquiry]", calendar: WorkCalendar) -> Iterator[Due]:
    """Yield the first contact each of these asks for: on the working day it came in, or so many days later."""
    setting = RuleSetting.objects.filter(kind=FIRST_CONTACT).first()
    days = rule_params(INQUIRY_RULE, setting)["days"]
    for row in inquiries.filter(answered_at=None).order_by("pk").iterator():
        came = timezone.localtime(row.recorded_at).date()
        yield Due(
            kind=FIRST_CONTACT,
            subject=("inquiry", row.pk),
            recipient_id=row.given_to_id,
            due_on=calendar.next_workday(came + timedelta(days=days)),
            key=inquiry_key(row.pk, row.given_to_id),
            params={"who": str(row), "wants": row.wants[:120]},
            account_id=row.account_id,
            source_version=row.version,
        )


def first_contacts(context: RuleContext) -> Iterator[Due]:
    """Yield a follow-up for every call and walk-in that nobody has answered."""
    yield from inquiry_dues(Inquiry.objects.all(), context.calendar)


INQUIRY_RULE = Rule(
    kind=FIRST_CONTACT,
    label=_("First contact with who came in"),
    title=_("Contact %(who)s"),
    reason=_("Came in and wants: %(wants)s"),
    plan=first_contacts,
    params=(Param("days", _("Days until the first contact"), default=0, low=0, high=14),),
)
