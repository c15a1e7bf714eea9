"""The ground: what every app stands on."""

from importlib import import_module

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Ground app; registers the deployment checks."""

    name = "crm"

    def ready(self) -> None:
        """Load the system checks."""
        import_module("crm.checks")
