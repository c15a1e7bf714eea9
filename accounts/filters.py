"""Filters of the list of customers; its page, its export and its bulk actions use the same ones."""

from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind, KeyScope, ProspectKind, Source, Tier, Verdict
from accounts.groups.group import companies_below
from accounts.in_house import JUDGED, is_in_house
from accounts.models import Account, Industry, Turnover
from accounts.querysets import AccountQuerySet
from accounts.sizes import CHOICES, of_size
from teams.filters import TeamFilter, in_words, values_asked
from teams.models import Team, User
from teams.querysets import KEEPS

NO_TIER = "none"
TIERS = [*Tier.choices, (NO_TIER, _("No tier yet"))]
NOT_JUDGED = "none"
NO_INDUSTRY = "none"


class OwnerField(forms.ModelChoiceField):
    """Choose who keeps customers; who left and still keeps some can be chosen too, so that they can be handed over."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name, and whether the person left."""
        return str(obj) if obj.is_active else _("%(name)s (left)") % {"name": obj}


class OwnerFilter(filters.ModelChoiceFilter):
    """Whose customers."""

    field_class = OwnerField


def keepers_for(user: User) -> QuerySet[User]:
    """Return the people he sees who keep customers or may, by name."""
    keeping = Exists(Account.objects.filter(owner=OuterRef("pk"), archived_at=None))
    return User.objects.visible_to(user).filter(KEEPS | Q(keeping)).order_by("name", "pk")


class TierFilter(filters.MultipleChoiceFilter):
    """Of some tiers; "none" are customers without one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Tier"), choices=TIERS, widget=forms.CheckboxSelectMultiple, **options)

    def filter(self, qs: AccountQuerySet, value: list[str]) -> AccountQuerySet:
        """Narrow to the tiers chosen."""
        return qs.filter(tier__in=["" if tier == NO_TIER else tier for tier in value]) if value else qs


class AccountFilter(filters.FilterSet):
    """Which customers: by text, tier, owner, team, trade, place, kind, by what is due and who was long not seen."""

    q = filters.CharFilter(
        label=_("Search"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, pinyin initials or end of a phone")}),
    )
    tier = TierFilter()
    owner = OwnerFilter(label=_("Owner"), queryset=User.objects.none(), empty_label=_("Everybody"))
    team = TeamFilter(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Every team"))
    industry = filters.ModelChoiceFilter(
        label=_("Industry"),
        queryset=Industry.objects.order_by("name"),
        empty_label=_("Every industry"),
        null_label=_("not said"),
        null_value=NO_INDUSTRY,
    )
    size = filters.ChoiceFilter(label=_("Size"), choices=CHOICES, empty_label=_("Every size"), method="by_size")
    bought = filters.ChoiceFilter(
        label=_("Bought"),
        choices=[("yes", _("within a year")), ("no", _("nothing within a year"))],
        empty_label=_("Whether or not"),
        method="by_bought",
    )
    province = filters.CharFilter(label=_("Province"), lookup_expr="startswith")
    city = filters.CharFilter(label=_("City"), lookup_expr="startswith")
    source = filters.ChoiceFilter(label=_("Source"), choices=Source.choices, empty_label=_("Every source"))
    prospect_kind = filters.ChoiceFilter(
        label=_("Kind of prospect"), choices=ProspectKind.choices, empty_label=_("Every kind")
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=AccountKind.choices, empty_label=_("Every kind"))
    region = filters.ChoiceFilter(
        label=_("Region"), choices=[("key", _("key regions"))], empty_label=_("Every region"), method="by_region"
    )
    qualification = filters.ChoiceFilter(
        label=_("Qualification"),
        choices=[*Verdict.choices, (NOT_JUDGED, _("not known"))],
        empty_label=_("Any"),
        method="by_qualification",
    )
    quiet = filters.NumberFilter(label=_("No contact for (days)"), method="by_quiet", min_value=1, max_value=3650)
    seen = filters.NumberFilter(label=_("Contact within (days)"), method="by_seen", min_value=1, max_value=3650)
    next = filters.ChoiceFilter(
        label=_("Next contact"),
        choices=[("overdue", _("overdue")), ("week", _("within 7 days")), ("none", _("not set"))],
        empty_label=_("Any time"),
        method="by_next",
    )
    archived = filters.ChoiceFilter(
        label=_("Archive"), choices=[("yes", _("only archived"))], empty_label=_("not archived"), method="by_archived"
    )
    key = filters.ChoiceFilter(
        label=_("Key accounts"),
        choices=[("yes", _("only key accounts")), *KeyScope.choices],
        empty_label=_("all customers"),
        method="by_key",
    )
    group = filters.NumberFilter(method="by_group", widget=forms.HiddenInput)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for name in () if is_in_house(user) else JUDGED:
            self.filters.pop(name, None)
        self.filters["owner"].queryset = keepers_for(user)
        self.filters["team"].queryset = Team.objects.visible_to(user)

    def by_text(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to customers found by any part of a name, pinyin initials or the end of a phone number."""
        return queryset.matching(value)

    def by_size(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to customers of one size."""
        return queryset.filter(of_size(value))

    def by_bought(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to who bought within a year, or to the white space: who bought nothing, or sent it back."""
        buyers = Q(pk__in=Turnover.objects.buyers(self.on))
        return queryset.filter(buyers if value == "yes" else ~buyers)

    def by_region(self, queryset: AccountQuerySet, _name: str, _value: str) -> AccountQuerySet:
        """Narrow to regions that are marked as key."""
        return queryset.in_key_regions()

    def by_qualification(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow by whether they can buy."""
        return queryset.filter(qualification="" if value == NOT_JUDGED else value)

    def by_quiet(self, queryset: AccountQuerySet, _name: str, value: Any) -> AccountQuerySet:
        """Narrow to customers nobody was in contact with for so many days, or ever."""
        line = self.on - timedelta(days=int(value))
        return queryset.filter(Q(last_contact_on=None) | Q(last_contact_on__lt=line))

    def by_seen(self, queryset: AccountQuerySet, _name: str, value: Any) -> AccountQuerySet:
        """Narrow to customers somebody was in contact with within so many days: those `quiet` leaves out."""
        return queryset.contacted_since(self.on - timedelta(days=int(value)))

    def by_next(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow by the day of the next contact."""
        if value == "none":
            return queryset.filter(next_contact_on=None)
        if value == "overdue":
            return queryset.filter(next_contact_on__lt=self.on)
        return queryset.filter(next_contact_on__range=(self.on, self.on + timedelta(days=7)))

    def by_key(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to key accounts, or to those of one scope."""
        found = queryset.key_accounts()
        return found.filter(key_scope=value) if value in KeyScope.values else found

    def by_archived(self, queryset: AccountQuerySet, _name: str, _value: str) -> AccountQuerySet:
        """Leave the archived ones in; `filter_queryset` decides."""
        return queryset

    def by_group(self, queryset: AccountQuerySet, _name: str, value: Any) -> AccountQuerySet:
        """Narrow to a company and all below it in its group."""
        return queryset.filter(pk__in=companies_below(int(value)))

    def filter_queryset(self, queryset: AccountQuerySet) -> AccountQuerySet:
        """Apply the filters; archived customers are shown only when asked for."""
        found: AccountQuerySet = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("archived"):
            return found.exclude(archived_at=None)
        return found.live()

    @property
    def in_words(self) -> str:
        """Return the filters that are set, each with its value."""
        return in_words(self.form)

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return len(values_asked(self.form))
