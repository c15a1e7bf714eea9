"""People, teams, rights."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    """Who works here."""

    name = "teams"
    verbose_name = _("People")
