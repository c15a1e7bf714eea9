"""Duty sheets of the six roles of an account team: work, standard, appraisal (sales-manager; growing-key-accounts).

Ours stand until an admin writes the firm's own; each part by itself.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.choices import TeamRole
from accounts.models import DutySheet


@dataclass(frozen=True)
class Duty:
    """What a role is there for, by what it is seen that it does it well, and how it is judged."""

    role: str
    label: Any
    work: Any
    standard: Any
    appraisal: Any


OURS: dict[str, tuple[Any, Any, Any]] = {
    TeamRole.SALES_MANAGER: (
        _("Sets the strategy for the customer, agrees targets, leads the team and settles what it cannot settle."),
        _("The plan is there by January and reviewed every quarter; every target has a name and a day."),
        _("Turnover and gross profit against target; whether the team stays together."),
    ),
    TeamRole.ACCOUNT_MANAGER: (
        _("The customer's first contact for needs, offers and complaints; keeps people, plan and promises up to date."),
        _("Answers within a working day; every decider seen within a month; no promise overdue."),
        _("Share of the customer's purchases; stance of its deciders; promises kept in time."),
    ),
    TeamRole.ANALYST: (
        _("Gathers and reads figures of the customer: purchases, margin, payment, use of our products, its industry."),
        _("Figures of the month by the fifth working day; every quarter one finding that leads to an action."),
        _("Findings the team acted on; how near forecasts came."),
    ),
    TeamRole.MARKETING: (
        _("Plans and holds events, training and reference visits with the customer; prepares what is shown there."),
        _("One event each half-year with deciders present; material fits the industry."),
        _("Opportunities that came from events; cost against budget."),
    ),
    TeamRole.SUPPORT: (
        _("Solves technical questions, runs tests and start-ups, tells sales what the customer's engineers need."),
        _("First answer within four hours, a solution or a plan within two days; tests with a signed result."),
        _("Open cases and how long they stand; test results; what users say."),
    ),
    TeamRole.DEVELOPMENT: (
        _("Finds new plants, departments and uses at the customer and in its group; opens doors to its partners."),
        _("Two new leads a quarter, each with a decider named."),
        _("New business won with the customer and its group."),
    ),
}


def _duty(role: str, sheet: DutySheet | None) -> Duty:
    own = (sheet.work, sheet.standard, sheet.appraisal) if sheet else ("", "", "")
    work, standard, appraisal = (text or usual for text, usual in zip(own, OURS[role], strict=True))
    return Duty(role, TeamRole(role).label, work, standard, appraisal)


def ours(role: str) -> Duty:
    """Return the duty sheet of a role as it stands where the firm wrote nothing."""
    return _duty(role, None)


def duties() -> dict[str, Duty]:
    """Return the duty sheet of every role, by role; one query."""
    sheets = {sheet.role: sheet for sheet in DutySheet.objects.all()}
    return {role: _duty(role, sheets.get(role)) for role in TeamRole.values}
