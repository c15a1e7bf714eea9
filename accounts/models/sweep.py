"""Places that are swept door by door, their units, and every knock at one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import DeciderPlace, PlaceKind, Renovation, UnitState
from accounts.models.account import Account, in_one
from accounts.querysets import KnockQuerySet, SweepPlaceQuerySet, SweepUnitQuerySet
from crm.models.abstract import ClientMade, Recorded, Versioned
from teams.models import Team


class SweepPlace(ClientMade, Versioned, Recorded):
    """An estate, a block of employer-built flats, an organisation …: a place worked unit by unit."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=PlaceKind, default=PlaceKind.ESTATE)
    employer = models.ForeignKey(
        Account,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="swept_places",
        verbose_name=_("built or used by"),
        help_text=_("The employer whose people live there, or the organisation itself."),
    )
    province = models.CharField(_("province"), max_length=30, blank=True)
    city = models.CharField(_("city"), max_length=30, blank=True)
    district = models.CharField(_("district or county"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="swept_places", verbose_name=_("responsible")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="swept_places", verbose_name=_("team")
    )
    notes = models.TextField(_("notes"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SweepPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("swept place")
        verbose_name_plural = _("swept places")
        indexes = [
            models.Index(fields=["owner", "-id"], name="sweep_place_by_owner"),
            models.Index(fields=["team", "-id"], name="sweep_place_by_team"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        """Return province, city and district, as one place."""
        return in_one(self.province, self.city, self.district)

    def get_absolute_url(self) -> str:
        """Return the address of its grid."""
        return reverse("accounts:sweep", args=[self.pk])


class SweepUnit(Versioned, Recorded):
    """A flat, a house, an office: what was found there, who decides, when to come again."""

    place = models.ForeignKey(SweepPlace, models.CASCADE, related_name="units")
    building = models.CharField(_("building"), max_length=40)
    floor = models.PositiveSmallIntegerField(_("floor"))
    number = models.CharField(_("unit"), max_length=20)
    state = models.CharField(_("what was found"), max_length=10, choices=UnitState, default=UnitState.NOT_YET)
    person = models.CharField(_("who was met"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    quantity = models.DecimalField(
        _("how much"), max_digits=10, decimal_places=2, null=True, blank=True, help_text=_("In the unit you sell in.")
    )
    install_on = models.DateField(_("to be installed on"), null=True, blank=True)
    progress = models.CharField(_("renovation"), max_length=10, choices=Renovation, blank=True)
    decider = models.CharField(_("who decides"), max_length=60, blank=True)
    decider_place = models.CharField(_("where to meet that person"), max_length=10, choices=DeciderPlace, blank=True)
    decider_at = models.CharField(_("workplace or address"), max_length=120, blank=True)
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    knocked_on = models.DateField(_("last knocked"), null=True, blank=True)
    next_on = models.DateField(_("come again on"), null=True, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="swept_units", verbose_name=_("customer")
    )

    objects = SweepUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("swept unit")
        verbose_name_plural = _("swept units")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "building", "number"],
                name="sweep_unit_once",
                violation_error_message=_("This unit is there already."),
            ),
            models.CheckConstraint(
                condition=Q(quantity=None) | Q(quantity__gte=0),
                name="sweep_unit_quantity",
                violation_error_message=_("A quantity is not below zero."),
            ),
        ]
        indexes = [models.Index(fields=["next_on", "id"], name="sweep_unit_by_next")]

    def __str__(self) -> str:
        return self.door

    @property
    def door(self) -> str:
        """Return building and number, as on the door."""
        return f"{self.building}-{self.number}"


class Knock(ClientMade, Recorded):
    """Somebody was at a unit; only ever added, so that three times nobody in can be told from once."""

    unit = models.ForeignKey(SweepUnit, models.CASCADE, related_name="knocks")
    state = models.CharField(_("what was found"), max_length=10, choices=UnitState)
    happened_on = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, editable=False)

    objects = KnockQuerySet.as_manager()

    class Meta:
        verbose_name = _("knock")
        verbose_name_plural = _("knocks")
        indexes = [models.Index(fields=["unit", "-id"], name="knock_by_unit")]

    def __str__(self) -> str:
        return f"{self.unit} {self.happened_on}"
