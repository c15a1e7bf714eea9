"""What each role of an account team is there for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import TeamRole
from crm.models.abstract import Versioned


class DutySheet(Versioned):
    """The duties of one role in the firm's own words; an empty text leaves ours (`accounts.members.duties`)."""

    role = models.CharField(_("role"), max_length=16, choices=TeamRole, unique=True, editable=False)
    work = models.TextField(pgettext_lazy("duty", "work"), blank=True)
    standard = models.TextField(_("standard"), blank=True)
    appraisal = models.TextField(_("appraisal"), blank=True)

    class Meta:
        verbose_name = _("duty sheet")
        verbose_name_plural = _("duty sheets")

    def __str__(self) -> str:
        return self.get_role_display()
