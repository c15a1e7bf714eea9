"""Columns of the list of visits: what is shown, what an export writes."""

from typing import Any

from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from crm.listing import Column, NeverEmpty
from visits.models import Visit


def _people(visit: Visit) -> str:
    return _text(", ").join(str(contact) for contact in visit.contacts.all())


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 -- a stored yes, no or nothing
    return "" if value is None else _text("yes") if value else _text("no")


COLUMNS: tuple[Column, ...] = (
    Column("account", _("Customer"), lambda visit: visit.account.name, is_usual=True),
    Column("day", _("Day"), lambda visit: visit.happened_on, sort="day", is_usual=True),
    Column("tier", _("Tier"), lambda visit: visit.account.tier),
    Column("person", _("Person"), lambda visit: str(visit.user), is_usual=True),
    Column("kind", _("Kind"), lambda visit: visit.get_kind_display()),
    Column("purpose", _("Purpose"), lambda visit: visit.get_purpose_display()),
    Column("met", _("Met"), _people, is_usual=True),
    Column("opportunity", _("Opportunity"), lambda visit: visit.opportunity.name if visit.opportunity else ""),
    Column("said", _("What was said"), lambda visit: visit.said, is_usual=True),
    Column("result", _("Result"), lambda visit: visit.get_result_display(), is_usual=True),
    Column("goal", _("Goal reached"), lambda visit: _yes_no(visit.goal_reached)),
    Column("effective", _("Effective visit"), lambda visit: _yes_no(visit.is_effective)),
    Column("promise", _("The customer promised"), lambda visit: visit.commitment),
    Column("promise_on", _("Promised for"), lambda visit: visit.commitment_on),
    Column("step", _("Next step"), lambda visit: visit.next_step),
    Column("next", _("Next contact"), lambda visit: visit.next_on, is_usual=True),
    Column("attitude", _("Need attitude"), lambda visit: visit.get_attitude_display()),
    Column("class", _("Class after the visit"), lambda visit: visit.get_new_class_display()),
)
SORTS: dict[str, Any] = {"day": NeverEmpty("happened_on")}
USUAL_SORT = "-day"
