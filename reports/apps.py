"""Looks at everything."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """The manager's page, search, history, jobs."""

    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Put its pages into the navigation."""
        from crm.navigation import NavEntry, register_nav, register_place, register_search
        from teams.choices import Role

        leads, readers = {Role.MANAGER, Role.DIRECTOR}, {Role.COMPLIANCE, Role.ADMIN}
        manage, administer = _("Manage"), _("Administer")
        register_nav(
            NavEntry(
                key="dashboard",
                label=_("Dashboard"),
                url_name="reports:dashboard",
                icon="chart-bar",
                group=manage,
                order=10,
                roles=leads,
                go="r",
                match=("reports",),
            )
        )
        register_nav(
            NavEntry(
                key="history",
                label=_("History"),
                url_name="reports:history",
                icon="history",
                group=administer,
                order=90,
                roles=readers,
            )
        )
        register_search("reports:search")
        register_place("home", "reports:home")
