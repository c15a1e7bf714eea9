"""Visits."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    """Visits."""

    name = "visits"
    verbose_name = _("Visits")
