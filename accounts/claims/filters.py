"""Filters of the lists of claims and of the pool."""

from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import ClaimState, OwnershipKind
from accounts.filters import NO_TIER, TIERS
from accounts.models import Account, Claim, Industry
from accounts.querysets import AccountQuerySet, ClaimQuerySet
from teams.filters import TeamFilter, values_asked
from teams.models import Team, User

ANY_STATE = "any"


def _search(hint: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "placeholder": hint})


class _Counted(filters.FilterSet):
    """A filter that knows how many of its fields are set."""

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return len(values_asked(self.form))


class ClaimFilter(_Counted):
    """Which claims: by customer, state, tier, whose, by what ends soon; those in force unless said otherwise."""

    q = filters.CharFilter(label=_("Search"), method="by_text", widget=_search(_("Name or pinyin initials")))
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[*ClaimState.choices[1:], (ANY_STATE, _("every state"))],
        empty_label=_("In force"),
        method="by_state",
    )
    tier = filters.ChoiceFilter(label=_("Tier"), choices=TIERS, empty_label=_("Every tier"), method="by_tier")
    claimant = filters.ModelChoiceFilter(
        label=pgettext_lazy("claim", "Responsible"), queryset=User.objects.none(), empty_label=_("Everybody")
    )
    team = TeamFilter(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Every team"), method="by_team")
    soon = filters.NumberFilter(label=_("Ends within (days)"), method="by_soon", min_value=1, max_value=730)

    class Meta:
        model = Claim
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.filters["claimant"].queryset = User.objects.visible_to(user).keepers().order_by("name", "pk")
        self.filters["team"].queryset = Team.objects.visible_to(user)

    def by_text(self, queryset: ClaimQuerySet, _name: str, value: str) -> ClaimQuerySet:
        """Narrow to customers found by any part of a name or pinyin initials."""
        return queryset.filter(account__in=Account.objects.matching(value).order_by().values("pk"))

    def by_state(self, queryset: ClaimQuerySet, _name: str, value: str) -> ClaimQuerySet:
        """Narrow to a state; "any" to none."""
        return queryset if value == ANY_STATE else queryset.filter(state=value)

    def by_tier(self, queryset: ClaimQuerySet, _name: str, value: str) -> ClaimQuerySet:
        """Narrow to a tier; "none" are customers without one."""
        return queryset.filter(account__tier="" if value == NO_TIER else value)

    def by_team(self, queryset: ClaimQuerySet, _name: str, value: Team) -> ClaimQuerySet:
        """Narrow to claims of a team and of those below."""
        return queryset.filter(claimant__team__in=Team.objects.at_or_below(value).order_by().values("pk"))

    def by_soon(self, queryset: ClaimQuerySet, _name: str, value: Any) -> ClaimQuerySet:
        """Narrow to protections that end within so many days."""
        return queryset.in_force().filter(protected_until__lte=self.on + timedelta(days=int(value)))

    def filter_queryset(self, queryset: ClaimQuerySet) -> ClaimQuerySet:
        """Apply the filters; without one for the state, only what is in force is shown."""
        found: ClaimQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.in_force()


class PoolFilter(_Counted):
    """Which customers of the pool: by text, tier, trade, place, why they are there, how long nobody was seen."""

    q = filters.CharFilter(label=_("Search"), method="by_text", widget=_search(_("Name or pinyin initials")))
    tier = filters.ChoiceFilter(label=_("Tier"), choices=TIERS, empty_label=_("Every tier"), method="by_tier")
    industry = filters.ModelChoiceFilter(
        label=_("Industry"), queryset=Industry.objects.order_by("name"), empty_label=_("Every industry")
    )
    city = filters.CharFilter(label=_("City"), lookup_expr="startswith")
    why = filters.ChoiceFilter(
        label=_("Why it is here"),
        field_name="pool_kind",
        choices=[(kind.value, kind.label) for kind in (OwnershipKind.LAPSED, OwnershipKind.RELEASED)],
        empty_label=_("Whatever the reason"),
    )
    quiet = filters.NumberFilter(label=_("No contact for (days)"), method="by_quiet", min_value=1, max_value=3650)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def by_text(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to customers found by any part of a name or pinyin initials."""
        return queryset.matching(value)

    def by_tier(self, queryset: AccountQuerySet, _name: str, value: str) -> AccountQuerySet:
        """Narrow to a tier; "none" are customers without one."""
        return queryset.tiered("" if value == NO_TIER else value)

    def by_quiet(self, queryset: AccountQuerySet, _name: str, value: Any) -> AccountQuerySet:
        """Narrow to customers nobody was in contact with for so many days, or ever."""
        return queryset.exclude(last_contact_on__gte=self.on - timedelta(days=int(value)))
