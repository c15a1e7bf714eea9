"""Regions that are worked first (growing-key-accounts, 重点区域)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded


class KeyRegion(Recorded):
    """A province, or a city of one, marked as key; what is not here is not."""

    province = models.CharField(_("province"), max_length=30)
    city = models.CharField(_("city"), max_length=30, blank=True, help_text=_("Empty: the whole province."))
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("key region")
        verbose_name_plural = _("key regions")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "city"],
                name="key_region_once",
                violation_error_message=_("This region is marked already."),
            )
        ]

    def __str__(self) -> str:
        return self.city or self.province
