"""Data from elsewhere."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Reading files of other systems."""

    name = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        """Say what its jobs do, what stays where customers are merged, and put it into the navigation."""
        from accounts.merging.registry import Stays, register_mergeable
        from crm.jobs import register_job
        from crm.navigation import NavEntry, register_nav
        from crm.tabular import UnreadableFile
        from imports.actions import runs
        from imports.actions.back import CannotImport
        from imports.models import ImportedRow
        from teams.choices import Role

        refusals = (UnreadableFile, CannotImport)
        register_job("import.check", runs.check, refusals=refusals, ended=runs.ended)
        register_job("import.load", runs.load, refusals=refusals, ended=runs.ended)
        register_job("import.take_back", runs.take_back, refusals=refusals, ended=runs.ended)
        register_mergeable(ImportedRow, Stays("an import is taken back by the rows it made"))
        register_nav(
            NavEntry(
                key="imports",
                label=_("Import"),
                url_name="imports:list",
                icon="upload",
                group=_("Manage"),
                order=80,
                roles={Role.MANAGER, Role.DIRECTOR, Role.ADMIN},
            )
        )
