"""Who works here."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from crm.models.abstract import Recorded, Versioned
from teams.choices import HANDED_OVER, Density, Role, Theme
from teams.querysets import AbsenceQuerySet, PeopleManager, SavedViewQuerySet, TeamManager


class Team(Versioned, MP_Node):
    """A team or region. A manager sees his own teams and all below them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    manager = models.ForeignKey(
        "teams.User", models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("manager")
    )
    is_active = models.BooleanField(_("active"), default=True)

    node_order_by: ClassVar[list[str]] = []
    objects = TeamManager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class User(Versioned, AbstractUser):
    """A person who signs in. One field for the whole name, family name first."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.REP)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("row height"), max_length=12, choices=Density, default=Density.COMFORTABLE)
    single_keys = models.BooleanField(_("single-letter shortcuts"), default=True)
    must_use_mfa = models.BooleanField(_("second factor required"), default=False)
    # Whether the security policy asks it of the role; kept by actions and at sign-in, so that no page has to look.
    role_needs_mfa = models.BooleanField(default=False, editable=False)

    objects = PeopleManager()  # type: ignore[misc]
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    # Filled once a request by PersonalMiddleware: ids of absent people this person stands in for today.
    stands_in_for: frozenset[int] = frozenset()
    # And what these are in the firm, as far as a deputy takes it over.
    stands_in_as: frozenset[str] = frozenset()
    # Where in the tree his teams are, asked once a request too; None where nobody asked yet.
    led_paths: tuple[str, ...] | None = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="user_email_once",
                condition=~Q(email=""),
                violation_error_message=_("Somebody else already uses this e-mail address."),
            )
        ]
        indexes = [models.Index(fields=["team", "role"], name="user_by_team")]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """Return the name as stored; never reordered."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name as stored."""
        return str(self)

    def get_absolute_url(self) -> str:
        """Return the address of the person's page."""
        return reverse("teams:person", args=[self.pk])

    def stand_in_for(self, absent: Iterable[tuple[int, str]]) -> None:
        """Let this person stand in for others (key and role) for as long as this object lives."""
        people = dict(absent)
        self.stands_in_for = frozenset(people)
        self.stands_in_as = frozenset(people.values()) & HANDED_OVER

    def acts_as(self, *roles: str) -> bool:
        """Return whether the person has one of the roles, or stands in for somebody who has."""
        return not {self.role, *self.stands_in_as}.isdisjoint(roles)

    @property
    def needs_mfa(self) -> bool:
        """Return whether this person must sign in with a second factor."""
        return self.must_use_mfa or self.role_needs_mfa


class Absence(Recorded):
    """Days a person is away, and who stands in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences", verbose_name=_("person"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    deputy = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="deputising", verbose_name=_("deputy")
    )
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_in_order",
                violation_error_message=_("The last day must not lie before the first."),
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("user")),
                name="absence_other_deputy",
                violation_error_message=_("Choose somebody else as deputy."),
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "starts_on", "ends_on"], name="absence_by_deputy"),
            models.Index(fields=["user", "starts_on"], name="absence_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_on} – {self.ends_on}"

    def covers(self, day: date) -> bool:
        """Return whether the person is away on `day`."""
        return self.starts_on <= day <= self.ends_on

    def is_over(self, day: date) -> bool:
        """Return whether the last day lies before `day`."""
        return self.ends_on < day


class SavedView(Recorded):
    """Filters, sort and columns of a list under a name; private or for the team."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared with")
    )
    page = models.CharField(max_length=60, help_text=_("URL name of the list."))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                name="saved_view_once",
                violation_error_message=_("You already have a view with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How a person likes one list: columns in their order, the view it opens with, the order of the views."""

    user = models.ForeignKey(User, models.CASCADE, related_name="list_choices")
    page = models.CharField(max_length=60, help_text=_("URL name of the list."))
    columns = models.JSONField(default=list)
    opens_with = models.ForeignKey(SavedView, models.SET_NULL, null=True, related_name="+")
    views = models.JSONField(default=list, help_text=_("Keys of saved views, in the order of their tabs."))

    class Meta:
        verbose_name = _("choice for a list")
        verbose_name_plural = _("choices for lists")
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="list_choice_once")]

    def __str__(self) -> str:
        return self.page


class SecurityPolicy(Versioned):
    """What the firm requires of everybody who signs in; one row."""

    mfa_roles = models.JSONField(_("roles that need a second factor"), default=list)

    class Meta:
        verbose_name = _("security policy")
        verbose_name_plural = _("security policy")

    def __str__(self) -> str:
        return str(_("security policy"))
