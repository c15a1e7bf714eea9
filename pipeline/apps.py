"""Opportunities."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    """Opportunities and the funnel."""

    name = "pipeline"
    verbose_name = _("Opportunities")

    def ready(self) -> None:
        """Tell the rooms below what this one brings."""
        import_module("pipeline.registration").register()
