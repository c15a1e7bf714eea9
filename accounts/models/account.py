"""Customer companies."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind, KeyScope, ProspectKind, Relation, Source, TeamRole, Tier, Verdict
from accounts.qualifying import order_of_development
from accounts.querysets import AccountQuerySet, MemberQuerySet
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned
from crm.places.datum import Position
from teams.models import Team


def in_one(province: str, city: str, district: str) -> str:
    """Return province, city and district as one place, province and city said once where they are the same."""
    above = "" if city.startswith(province) else province
    parts = [part for part in (above, city, district) if part]
    return (" " if any(part.isascii() for part in parts) else "").join(parts)


class Industry(models.Model):
    """An industry; made by import or an admin."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")

    def __str__(self) -> str:
        return self.name


class Account(ClientMade, Versioned, Recorded):
    """A customer company, with an owner, a team and an account team.

    `last_contact_on` and `next_contact_on` are written by `accounts.actions.note_contact` only; the mark of a key
    account by its approval; `search_text` by whoever writes a name. The position is WGS-84; `crm.places.datum` turns it
    into what Chinese maps show.
    """

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    alias = models.CharField(
        _("also known as"), max_length=200, blank=True, help_text=_("Other names or spellings, for search.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind, default=AccountKind.CUSTOMER)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="subsidiaries", verbose_name=_("belongs to")
    )
    relation = models.CharField(_("relation to the company above"), max_length=10, choices=Relation, blank=True)
    dealer = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="dealt", verbose_name=_("dealer")
    )
    industry = models.ForeignKey(
        Industry, models.SET_NULL, null=True, blank=True, related_name="accounts", verbose_name=_("industry")
    )
    source = models.CharField(_("source"), max_length=12, choices=Source, blank=True)
    prospect_kind = models.CharField(
        _("kind of prospect"),
        max_length=10,
        choices=ProspectKind,
        blank=True,
        help_text=_("It decides how closely a prospect is followed."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_accounts", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("team")
    )
    province = models.CharField(_("province"), max_length=30, blank=True)
    city = models.CharField(_("city"), max_length=30, blank=True)
    district = models.CharField(_("district or county"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.CharField(
        _("website"), max_length=200, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    annual_revenue = models.DecimalField(
        _("annual revenue"),
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("What the company itself turns over in a year, in the currency of the reports."),
    )
    potential = models.PositiveSmallIntegerField(
        _("growth potential"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    credit = models.PositiveSmallIntegerField(
        _("credit standing"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    ability = models.PositiveSmallIntegerField(
        _("ability to pay"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    willingness = models.PositiveSmallIntegerField(
        _("willingness to buy"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    qualification = models.CharField(_("qualification"), max_length=6, choices=Verdict, blank=True, editable=False)
    wallet_share = models.PositiveSmallIntegerField(
        _("share of wallet (%)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("How much of what it buys of our kind it buys from us."),
    )
    is_strategic = models.BooleanField(
        _("strategic customer"), default=False, help_text=_("Opens a market, sets a standard, or is watched by others.")
    )
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    tier_fixed_until = models.DateField(_("tier set by hand until"), null=True, blank=True)
    key_scope = models.CharField(_("key account"), max_length=8, choices=KeyScope, blank=True, editable=False)
    key_since = models.DateField(_("key account since"), null=True, editable=False)
    key_review_on = models.DateField(_("key account until review on"), null=True, editable=False)
    last_contact_on = models.DateField(_("last contact"), null=True, blank=True)
    next_contact_on = models.DateField(_("next contact"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    external_id = models.CharField(_("number elsewhere"), max_length=60, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    search_text = models.TextField(blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("merged into")
    )
    matched_as = models.CharField(max_length=24, blank=True, editable=False, help_text="What it was last compared as.")

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="account_not_own_parent",
                violation_error_message=_("A company cannot belong to itself."),
            ),
            models.CheckConstraint(
                condition=Q(dealer=None) | ~Q(dealer=F("id")),
                name="account_not_own_dealer",
                violation_error_message=_("A dealer does not deal for itself."),
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="account_external_once",
                violation_error_message=_("Another customer already has this number."),
            ),
            models.CheckConstraint(
                condition=Q(potential=None) | Q(potential__lte=5),
                name="account_potential_0_5",
                violation_error_message=_("Growth potential goes from 0 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(credit=None) | Q(credit__lte=5),
                name="account_credit_0_5",
                violation_error_message=_("Credit standing goes from 0 to 5."),
            ),
            models.CheckConstraint(
                condition=(Q(ability=None) | Q(ability__lte=5)) & (Q(willingness=None) | Q(willingness__lte=5)),
                name="account_development_0_5",
                violation_error_message=_("Ability to pay and willingness to buy go from 0 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                name="account_position",
                violation_error_message=_("A latitude goes from -90 to 90, a longitude from -180 to 180."),
            ),
            models.CheckConstraint(
                condition=Q(wallet_share=None) | Q(wallet_share__lte=100),
                name="account_wallet_0_100",
                violation_error_message=_("The share of wallet goes from 0 to 100 percent."),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "tier"], name="account_by_owner"),
            models.Index(fields=["team", "tier"], name="account_by_team"),
            models.Index(fields=["tier", "id"], name="account_by_tier"),
            models.Index(Case(When(tier="", then=Value("Z")), default=F("tier")), "id", name="account_tier_order"),
            models.Index(fields=["name", "id"], name="account_by_name"),
            models.Index(fields=["next_contact_on", "id"], name="account_by_next"),
            models.Index(fields=["last_contact_on", "id"], name="account_by_last"),
            models.Index(fields=["city", "id"], name="account_by_city"),
            models.Index(fields=["industry", "id"], name="account_by_industry"),
            models.Index(fields=["kind", "id"], name="account_by_kind"),
            models.Index(fields=["source", "id"], name="account_by_source"),
            models.Index(fields=["prospect_kind", "id"], name="account_by_prospect"),
            models.Index(fields=["qualification", "id"], name="account_by_qualification"),
            models.Index(F("ability") * F("willingness"), "id", name="account_by_order"),
            models.Index(fields=["name", "id"], name="account_pool", condition=Q(owner=None, archived_at=None)),
            models.Index(fields=["key_review_on", "id"], name="account_by_key", condition=~Q(key_scope="")),
        ]

    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "short_name", "alias")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the account's page."""
        return reverse("accounts:account", args=[self.pk])

    @property
    def is_key(self) -> bool:
        """Return whether it carries the mark of a key account."""
        return bool(self.key_scope)

    @property
    def called(self) -> str:
        """Return the short name, or the whole one where there is none."""
        return self.short_name or self.name

    @property
    def order_of_development(self) -> int | None:
        """Return ability to pay × willingness to buy: the highest is developed first."""
        return order_of_development(self.ability, self.willingness)

    @property
    def visit_warning(self) -> str:
        """Return why a visit there may be lost time; "" where nothing speaks against it (growing-key-accounts)."""
        if self.qualification == Verdict.FAILED:
            return gettext("not qualified")
        is_open = self.kind == AccountKind.PROSPECT and self.qualification != Verdict.PASSED
        return gettext("qualification open") if is_open else ""

    @property
    def place(self) -> str:
        """Return province, city and district, as one place."""
        return in_one(self.province, self.city, self.district)

    @property
    def position(self) -> Position | None:
        """Return where the customer is on a map, as WGS-84; None where nobody said."""
        if self.latitude is None or self.longitude is None:
            return None
        return Position(float(self.latitude), float(self.longitude))


class AccountMember(Versioned, Recorded):
    """A colleague in the account team; members see the account like its owner, until their membership has ended.

    Who was in it stays: `until` is the last day, agreed beforehand or set by who ends it, `ended_at` when it was done.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account_memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=TeamRole, default=TeamRole.ACCOUNT_MANAGER)

    since = models.DateField(_("since"), null=True)
    until = models.DateField(_("last day"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("account team member")
        verbose_name_plural = _("account team")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "user"],
                condition=Q(ended_at=None),
                name="account_member_once",
                violation_error_message=_("This person is already in the account team."),
            )
        ]
        indexes = [
            models.Index(fields=["until"], name="account_member_ends", condition=Q(ended_at=None) & ~Q(until=None))
        ]

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def joined_on(self) -> date:
        """Return since when; the day it was entered where nobody said."""
        return self.since or timezone.localdate(self.recorded_at)

    @property
    def is_main(self) -> bool:
        """Return whether this is whom the customer turns to first (sales-manager: the account manager)."""
        return self.role == TeamRole.ACCOUNT_MANAGER and self.ended_at is None
