"""Follow-ups and approvals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowupsConfig(AppConfig):
    """What must not be forgotten."""

    name = "followups"
    verbose_name = _("Follow-ups")

    def ready(self) -> None:
        """Register kinds, the rule of promises, messages, ways back, channels and navigation."""
        from followups import channels, registering

        channels.load_channels()
        registering.register_all()
