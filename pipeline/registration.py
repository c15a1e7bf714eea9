"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.activity import register_activity, register_exemption
from accounts.figures import register_figures
from accounts.handover.briefing import register_danger, register_section
from accounts.handover.carried import register_carried
from accounts.merging.registry import Moves, register_mergeable
from accounts.panels import Panel, Shortcut, register_panel, register_shortcut
from accounts.timeline import Source, register_source
from accounts.upcoming import register_ahead
from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.searching import register_search
from crm.undo import register_undo
from followups.rules import register_rule
from pipeline import handing_over, protection, rules, timeline_sources
from pipeline.account_figures import FIGURES
from pipeline.actions.opportunities import keep_searchable
from pipeline.actions.takeback import UNDOABLE, take_back
from pipeline.listed import SOURCE
from pipeline.models import Decider, Evidence, Opportunity
from pipeline.search import find_opportunities
from teams.choices import Role
from teams.holdings import Holding, register_holding
from teams.list_exports import register_list
from teams.models import User

SELLERS = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR})
LEADERS = frozenset({Role.MANAGER, Role.DIRECTOR})
READERS = SELLERS | {Role.CLERK, Role.DEALER}


def _kinds() -> None:
    register_kind(
        Kind(
            "opportunity",
            Opportunity,
            lambda user: Opportunity.objects.visible_to(user),
            lambda pk: reverse("pipeline:opportunity", args=[pk]),
            lambda opportunity: opportunity.name,
        )
    )


def _undo() -> None:
    for action in UNDOABLE:
        register_undo(action, take_back)


def _frame() -> None:
    register_nav(
        NavEntry(
            key="opportunities",
            label=_("Opportunities"),
            url_name="pipeline:board",
            icon="layout-kanban",
            order=30,
            roles=READERS,
            phone=frozenset({Role.REP, Role.DIRECTOR, Role.CLERK, Role.DEALER}),
            go="o",
        )
    )
    register_nav(
        NavEntry(key="targets", label=_("Targets"), url_name="pipeline:targets", icon="target", order=60, roles=LEADERS)
    )
    register_nav(
        NavEntry(
            key="pipelines",
            label=_("Pipelines"),
            url_name="pipeline:pipelines",
            icon="stairs-up",
            group=_("Administration"),
            order=230,
            roles=frozenset({Role.ADMIN}),
        )
    )
    register_command(
        Command(
            key="new-opportunity",
            label=_("New opportunity"),
            url_name="pipeline:new",
            icon="layout-kanban",
            roles=SELLERS,
            keys="O",
        )
    )
    register_search("opportunity", _("Opportunities"), 30, find_opportunities)


def _merging() -> None:
    register_mergeable(Opportunity, Moves(then=keep_searchable))
    register_mergeable(Evidence, Moves())
    register_mergeable(Decider, Moves())


def _held(user: User) -> int:
    return Opportunity.objects.live().open().filter(owner=user).count()


def register() -> None:
    """Register kinds, ways back, navigation, search, timeline, figures, rule, what a leaver holds, a panel, work."""
    _kinds()
    _undo()
    _frame()
    register_figures(FIGURES)
    _merging()
    register_rule(rules.RULE)
    register_source(Source("pipeline", _("Opportunities"), timeline_sources.entries))
    register_panel(Panel("opportunities", _("Opportunities"), "pipeline:of_account", 10, "pipeline:list", "&state=any"))
    register_shortcut(Shortcut("opportunity", _("New opportunity"), "pipeline:new", "layout-kanban", order=20))
    register_activity("opportunities", protection.last_progress)
    register_exemption("opportunities", protection.with_open_ones)
    register_ahead("pipeline", timeline_sources.ahead)
    register_carried(handing_over.CARRIED)
    register_section(handing_over.SECTION)
    register_danger(handing_over.DANGER)
    register_holding(
        Holding(
            "opportunities",
            _("open opportunities"),
            _held,
            lambda user: f"{reverse('pipeline:list')}?owner={user.pk}",
            order=20,
        )
    )
    register_list(SOURCE)
