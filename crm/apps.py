"""The ground: what every app stands on."""

from importlib import import_module

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Ground app; registers the deployment checks and its places in the frame."""

    name = "crm"

    def ready(self) -> None:
        """Load the system checks; put the outbox, the switch of appearance and the scripts' texts into the frame."""
        import_module("crm.checks")
        navigation = import_module("crm.navigation")
        navigation.register_place("outbox", "crm:outbox")
        navigation.register_place("appearance", "crm:theme")
        navigation.register_texts(import_module("crm.offline_texts").TEXTS)
