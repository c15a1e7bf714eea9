"""Customer companies."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind, Source, TeamRole, Tier
from accounts.querysets import AccountQuerySet, OfAccountQuerySet
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned
from teams.models import Team


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

    `last_contact_on` and `next_contact_on` are written by `accounts.actions.note_contact` only; `search_text` by
    whoever writes a name.
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
    industry = models.ForeignKey(
        Industry, models.SET_NULL, null=True, blank=True, related_name="accounts", verbose_name=_("industry")
    )
    source = models.CharField(_("source"), max_length=12, choices=Source, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_accounts", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("team")
    )
    province = models.CharField(_("province"), max_length=30, blank=True)
    city = models.CharField(_("city"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.CharField(
        _("website"), max_length=200, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    potential = models.PositiveSmallIntegerField(
        _("growth potential"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    credit = models.PositiveSmallIntegerField(
        _("credit standing"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
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
    last_contact_on = models.DateField(_("last contact"), null=True, blank=True)
    next_contact_on = models.DateField(_("next contact"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    external_id = models.CharField(_("number elsewhere"), max_length=60, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    search_text = models.TextField(blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

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
        ]

    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "short_name", "alias")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the account's page."""
        return reverse("accounts:account", args=[self.pk])

    @property
    def called(self) -> str:
        """Return the short name, or the whole one where there is none."""
        return self.short_name or self.name

    @property
    def place(self) -> str:
        """Return province and city, said once where they are the same."""
        return self.city if self.city.startswith(self.province) else f"{self.province}{self.city}"


class AccountMember(Recorded):
    """A colleague in the account team; members see the account like its owner."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account_memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=TeamRole, default=TeamRole.ACCOUNT_MANAGER)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account team member")
        verbose_name_plural = _("account team")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "user"],
                name="account_member_once",
                violation_error_message=_("This person is already in the account team."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}"
