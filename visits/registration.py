"""What this room tells the rooms below, once, when the process starts."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.dealing import register_visits
from accounts.effort import register_effort
from accounts.figures import register_figures
from accounts.handover.briefing import register_danger, register_section
from accounts.handover.carried import register_carried
from accounts.merging.registry import Moves, register_mergeable
from accounts.panels import Panel, Shortcut, register_panel, register_shortcut
from accounts.timeline import register_source
from accounts.upcoming import register_ahead
from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.pwa import register_offline_page
from crm.undo import register_undo
from followups.approval_kinds import ApprovalKind, register_approval
from followups.rules import register_rule
from teams.access import may
from teams.choices import Right, Role
from teams.list_exports import register_list
from visits import handing_over, signing
from visits.account_figures import FIGURES
from visits.actions import plans, visits
from visits.choices import ItemState
from visits.effort import EFFORT
from visits.listed import SOURCE as LIST
from visits.models import DayPlan, PlanItem, Visit, VisitContact
from visits.queries.dealers import visits_by_account
from visits.rules import RULES
from visits.timeline import SOURCE, ahead

SELLERS = {Role.REP, Role.MANAGER, Role.DIRECTOR}
READERS = SELLERS | {Role.CLERK}
# The pages of this room that have an entry of their own mark only that one; all others stand under "Visits".
NOWHERE = ("none",)


def register() -> None:
    """Register kinds, ways back, what is signed, rules, the timeline, figures, what devices keep, the navigation."""
    _kinds()
    _undo()
    register_approval(
        plans.KIND, ApprovalKind(_("Day plan"), signing.decided, signing.describe, reopened=signing.reopened)
    )
    for rule in RULES:
        register_rule(rule)
    register_source(SOURCE)
    register_figures(FIGURES)
    register_effort(EFFORT)
    register_visits(visits_by_account)
    register_panel(Panel("visits", _("Visits"), "visits:of_account", 30, "visits:list"))
    register_shortcut(Shortcut("visit", _("Log visit"), "visits:new", "pencil-plus", is_main=True, order=10))
    register_shortcut(Shortcut("plan", _("Plan a visit"), "visits:plan", "calendar-plus", order=15))
    register_ahead("visits", ahead)
    register_carried(handing_over.CARRIED)
    register_section(handing_over.SECTION)
    register_danger(handing_over.DANGER)
    for page in ("visits:today", "visits:new"):
        register_offline_page(page, lambda user: may(user, Right.SELL))
    register_list(LIST)
    _merging()
    _navigation()


def _drop_open_stops(stops: QuerySet[PlanItem], target: int) -> None:  # noqa: ARG001 -- the signature of `left`
    """Take stops out of plans in which the customer stands already."""
    stops.filter(state=ItemState.OPEN).update(state=ItemState.DROPPED)


def _merging() -> None:
    register_mergeable(Visit, Moves())
    register_mergeable(VisitContact, Moves())
    register_mergeable(PlanItem, Moves(left=_drop_open_stops))


def _kinds() -> None:
    register_kind(
        Kind(
            "visit",
            Visit,
            lambda user: Visit.objects.visible_to(user).select_related("account"),
            lambda pk: reverse("visits:visit", args=[pk]),
            lambda visit: f"{visit.account.called} {visit.happened_on.isoformat()}",
        )
    )
    register_kind(
        Kind(
            "day_plan",
            DayPlan,
            lambda user: DayPlan.objects.visible_to(user).select_related("user"),
            lambda pk: reverse("visits:day_plan", args=[pk]),
        )
    )
    register_kind(
        Kind(
            "plan_item",
            PlanItem,
            lambda user: PlanItem.objects.visible_to(user).select_related("account", "plan"),
            lambda pk: reverse("visits:plan:stop", args=[pk]),
            lambda item: item.account.called,
        )
    )


def _undo() -> None:
    register_undo("visits.log_visit", visits.undo_log_visit)
    register_undo("visits.archive_visit", visits.undo_archive_visit)
    register_undo("visits.remove_stop", plans.undo_remove_stop)


def _navigation() -> None:
    entries = (
        NavEntry("today", _("Today"), "visits:today", "home", "", 10, SELLERS, {Role.REP}, go="t", match=NOWHERE),
        NavEntry("plan", _("Plan"), "visits:plan", "calendar-event", "", 12, SELLERS, go="p", match=("visits:plan",)),
        NavEntry("visits", _("Visits"), "visits:list", "map-pin", "", 40, READERS, go="v"),
        NavEntry(
            "log-visit",
            _("Log visit"),
            "visits:new",
            "pencil-plus",
            "",
            500,
            SELLERS,
            phone=True,
            emphasis=True,
            side=False,
            match=NOWHERE,
        ),
    )
    for entry in entries:
        register_nav(entry)
    register_command(Command("new-visit", _("Log a visit"), "visits:new", "pencil-plus", SELLERS, "N", 10))
    register_command(Command("plan", _("Plan the next working day"), "visits:plan", "calendar-plus", SELLERS, "", 20))
