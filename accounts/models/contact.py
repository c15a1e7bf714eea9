"""People at the customer."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Level, RelationshipStage, Stance, Treatment
from accounts.models.account import Account
from accounts.querysets import ContactQuerySet, OfContactQuerySet
from crm.models.abstract import ClientMade, Origin, Recorded, Versioned


class Contact(ClientMade, Versioned, Recorded):
    """A person: buying roles, stance, influence, reporting line. One field for the name, family name first."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("title"), max_length=60, blank=True)
    department = models.CharField(_("department"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    reports_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("reports to")
    )
    buying_roles = models.JSONField(_("buying roles"), default=list, blank=True)
    stance = models.CharField(_("stance"), max_length=2, choices=Stance, blank=True)
    stance_on = models.DateField(_("stance since"), null=True, blank=True)
    treatment = models.CharField(_("treatment"), max_length=8, choices=Treatment, blank=True)
    influence = models.PositiveSmallIntegerField(
        _("influence"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    relationship = models.CharField(_("relationship"), max_length=10, choices=RelationshipStage, blank=True)
    mobile = models.CharField(_("mobile"), max_length=30, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    last_contact_on = models.DateField(_("last contact"), null=True, blank=True)
    is_verified = models.BooleanField(_("verified"), default=True)
    notes = models.TextField(_("notes"), blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    search_text = models.TextField(blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("merged into")
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                condition=Q(reports_to=None) | ~Q(reports_to=F("id")),
                name="contact_not_own_boss",
                violation_error_message=_("A person cannot report to himself or herself."),
            ),
            models.CheckConstraint(
                condition=Q(influence=None) | Q(influence__lte=5),
                name="contact_influence_0_5",
                violation_error_message=_("Influence goes from 0 to 5."),
            ),
        ]
        indexes = [models.Index(fields=["account", "-influence"], name="contact_by_account")]

    def __str__(self) -> str:
        return f"{self.name} {self.title}".strip()

    def get_absolute_url(self) -> str:
        """Return the address of the person's page."""
        return reverse("accounts:contact", args=[self.pk])


class StanceChange(Recorded):
    """One change of a person's stance, with what it was learnt from."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="stance_changes")
    before = models.CharField(max_length=2, choices=Stance, blank=True)
    after = models.CharField(max_length=2, choices=Stance, blank=True)
    happened_on = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=250, blank=True)
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)

    objects = OfContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("stance change")
        verbose_name_plural = _("stance changes")
        indexes = [models.Index(fields=["contact", "-id"], name="stance_by_contact")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.before or '–'} → {self.after or '–'}"
