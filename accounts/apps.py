"""Customers."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Customers."""

    name = "accounts"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Tell the rooms below what is here."""
        import_module("accounts.registration").register()
