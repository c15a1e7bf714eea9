"""Visits."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    """Visits."""

    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        """Tell the rooms below what is here."""
        import_module("visits.registration").register()
