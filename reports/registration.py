"""What this room tells the rooms below, once, when the process starts."""

from django.utils.translation import gettext_lazy as _

from accounts.panels import Panel, register_panel
from crm.navigation import NavEntry, register_nav, register_place, register_search
from teams.choices import Role

LEADERS = frozenset({Role.MANAGER, Role.DIRECTOR})
READERS = frozenset({Role.COMPLIANCE, Role.ADMIN})


def _managing(key: str, label: object, url_name: str, icon: str, order: int) -> None:
    """Register a page for those who lead."""
    register_nav(
        NavEntry(
            key=key,
            label=label,
            url_name=url_name,
            icon=icon,
            group=_("Manage"),
            order=order,
            roles=LEADERS,
        )
    )


def register() -> None:
    """Register navigation, search, the place everybody starts from, and a part of the customer's page."""
    register_nav(
        NavEntry(
            key="dashboard",
            label=_("Dashboard"),
            url_name="reports:dashboard",
            icon="chart-bar",
            group=_("Manage"),
            order=10,
            roles=LEADERS,
            go="r",
            match=("reports",),
        )
    )
    _managing("sources", _("Sources"), "reports:sources", "filter", 30)
    _managing("industries", _("Industry map"), "reports:industries", "table", 32)
    register_nav(
        NavEntry(
            key="history",
            label=_("History"),
            url_name="reports:history",
            icon="history",
            group=_("Administer"),
            order=90,
            roles=READERS,
        )
    )
    register_search("reports:search")
    register_place("home", "reports:home")
    register_panel(Panel("profile", _("Like those we won"), "reports:profile_of", 60, in_house=True))
