"""Pipelines, their steps and what each step asks for. All of it is data an admin may edit."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Versioned
from pipeline.choices import Track


class Pipeline(Versioned):
    """A way of selling: an ordered list of steps."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False)
    has_customer_track = models.BooleanField(
        _("the customer's process is followed beside ours"),
        default=True,
        help_text=_("Without it one track is kept, and evidence is asked for our steps only."),
    )

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="pipeline_one_default")
        ]

    def __str__(self) -> str:
        return str(_(self.name)) if self.name else self.key


class Step(Versioned):
    """One sync point: what the customer does, what we do, and the funnel band it counts for."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("place in the order"))
    code = models.CharField(_("code"), max_length=8)
    name = models.CharField(_("name"), max_length=60)
    customer_does = models.CharField(_("the customer"), max_length=60, blank=True)
    we_do = models.CharField(_("we"), max_length=60, blank=True)
    reached_when = models.TextField(_("reached when"), blank=True)
    value = models.CharField(_("value"), max_length=60, blank=True)
    band = models.PositiveSmallIntegerField(_("funnel band (%)"), validators=[MaxValueValidator(100)])
    expected_days = models.PositiveSmallIntegerField(
        _("expected days"), default=20, help_text=_("Working days an opportunity usually stays here.")
    )
    countdown_days = models.PositiveSmallIntegerField(
        _("days to the signature"),
        null=True,
        blank=True,
        help_text=_("Working days from reaching this step to the signature; leave it empty where no countdown runs."),
    )
    needs_sponsor = models.BooleanField(
        _("asks for a sponsor"), default=False, help_text=_("Without a sponsor an opportunity here is a red flag.")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["pipeline", "code"], name="step_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {_(self.name)}"


class Criterion(Versioned):
    """Something that must be known or done before a step counts as passed on one of the tracks.

    One that evidence points to is never deleted: it is made inactive, and no longer asked for.
    """

    step = models.ForeignKey(Step, models.CASCADE, related_name="criteria")
    track = models.CharField(_("track"), max_length=8, choices=Track)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what must be shown"), max_length=250)
    is_required = models.BooleanField(_("required"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [models.UniqueConstraint(fields=["step", "track", "position"], name="criterion_once")]

    def __str__(self) -> str:
        return str(_(self.text))


class LossReason(Versioned):
    """Why opportunities are lost."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reason for loss")
        verbose_name_plural = _("reasons for loss")

    def __str__(self) -> str:
        return str(_(self.name))


class Product(Versioned):
    """What we sell."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    series = models.CharField(_("series"), max_length=60, blank=True)
    price = models.DecimalField(_("list price"), max_digits=18, decimal_places=4, null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name
