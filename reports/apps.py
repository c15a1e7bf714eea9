"""Looks at everything."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """The manager's page, sources and industries, search, history, jobs."""

    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Tell the rooms below what is here."""
        import_module("reports.registration").register()
