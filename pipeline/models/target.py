"""Targets of teams and people."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Versioned
from pipeline.choices import Metric, PeriodKind
from teams.models import Team


class Target(Versioned):
    """What a team or a person is to reach in a period. A team's target includes the teams below it."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    metric = models.CharField(_("counts"), max_length=12, choices=Metric, default=Metric.WON_VALUE)
    period = models.CharField(_("period"), max_length=8, choices=PeriodKind)
    starts_on = models.DateField(_("from"))
    value = models.DecimalField(_("target"), max_digits=18, decimal_places=4)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.CheckConstraint(
                condition=Q(team=None, user__isnull=False) | Q(team__isnull=False, user=None),
                name="target_of_team_or_person",
                violation_error_message=_("Choose a team or a person."),
            ),
            models.UniqueConstraint(
                fields=["team", "metric", "period", "starts_on"], condition=Q(user=None), name="target_team_once"
            ),
            models.UniqueConstraint(
                fields=["user", "metric", "period", "starts_on"], condition=Q(team=None), name="target_person_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team or self.user} {self.starts_on}"
