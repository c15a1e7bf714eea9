"""Opportunities."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    """Opportunities and the funnel."""

    name = "pipeline"
    verbose_name = _("Opportunities")
