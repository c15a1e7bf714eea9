"""Columns of an export of visits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from visits.models import Visit


@dataclass(frozen=True)
class Column:
    """One column: its heading, and what stands in it."""

    label: str | Promise
    value: Callable[[Visit], Any]


def _people(visit: Visit) -> str:
    return _text(", ").join(str(contact) for contact in visit.contacts.all())


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 -- a stored yes, no or nothing
    return "" if value is None else _text("yes") if value else _text("no")


COLUMNS: tuple[Column, ...] = (
    Column(_("Day"), lambda visit: visit.happened_on),
    Column(_("Customer"), lambda visit: visit.account.name),
    Column(_("Tier"), lambda visit: visit.account.tier),
    Column(_("Person"), lambda visit: str(visit.user)),
    Column(_("Kind"), lambda visit: visit.get_kind_display()),
    Column(_("Purpose"), lambda visit: visit.get_purpose_display()),
    Column(_("Met"), _people),
    Column(_("Opportunity"), lambda visit: visit.opportunity.name if visit.opportunity else ""),
    Column(_("What was said"), lambda visit: visit.said),
    Column(_("Result"), lambda visit: visit.get_result_display()),
    Column(_("Goal reached"), lambda visit: _yes_no(visit.goal_reached)),
    Column(_("Effective visit"), lambda visit: _yes_no(visit.is_effective)),
    Column(_("The customer promised"), lambda visit: visit.commitment),
    Column(_("Promised for"), lambda visit: visit.commitment_on),
    Column(_("Next step"), lambda visit: visit.next_step),
    Column(_("Next contact"), lambda visit: visit.next_on),
    Column(_("Need attitude"), lambda visit: visit.get_attitude_display()),
    Column(_("Class after the visit"), lambda visit: visit.get_new_class_display()),
)
