"""One fact of a customer in its cell of the list, and facts of many at once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind, Source, Tier
from accounts.fields import AccountField
from accounts.forms.account import RATINGS, AccountForm
from accounts.forms.ratings import OVERRIDE_DAYS
from accounts.models import Account, Industry
from crm.audit import plain
from crm.editing import Clash
from teams.access import may
from teams.choices import Right
from teams.forms import DayInput
from teams.models import User


class CellForm(AccountForm):
    """The fields of one cell, as narrow as the cell: choices fall down, labels are only heard."""

    def __init__(self, *args: Any, user: User, only: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, user=user, only=only, **kwargs)
        for field in self.visible_fields():
            if isinstance(field.field.widget, forms.RadioSelect):
                field.field.widget = forms.Select(choices=RATINGS)
            is_choice = isinstance(field.field.widget, forms.Select)
            attrs = field.field.widget.attrs
            attrs["class"] = "form-select" if is_choice else "form-control"
            attrs |= {"aria-label": field.label, "autofocus": field.name == only[0]}

    def show_clashes(self, clashes: list[Clash]) -> None:
        """Say at each field what somebody else wrote there; saving once more keeps what is typed now."""
        for clash in clashes:
            words = {"who": clash.changed_by or gettext("Somebody else"), "theirs": self._worded(clash)}
            self.add_error(
                clash.field, gettext("%(who)s wrote “%(theirs)s” here meanwhile. Save again to keep yours.") % words
            )

    def _worded(self, clash: Clash) -> str:
        words = {str(key): str(word) for key, word in getattr(self.fields[clash.field], "choices", None) or ()}
        return words.get(str(plain(clash.theirs)), str(clash.theirs if clash.theirs is not None else ""))


class BulkForm(forms.Form):
    """What is to be the same for many customers: a value, or a tick that empties the field; untouched is left alone."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "industry",
        "kind",
        "source",
        "province",
        "city",
        "potential",
        "credit",
        "next_contact_on",
        "parent",
    )
    ALWAYS_SET: ClassVar[frozenset[str]] = frozenset({"kind"})
    # Set together, by who may set a tier by hand; the computed tier counts again afterwards.
    BY_HAND: ClassVar[tuple[str, ...]] = ("tier", "tier_until", "tier_reason")

    industry = forms.ModelChoiceField(
        label=_("Industry"), queryset=Industry.objects.order_by("name"), required=False, empty_label=_("leave as it is")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("leave as it is")), *AccountKind.choices], required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("leave as it is")), *Source.choices], required=False)
    province = forms.CharField(label=_("Province"), max_length=30, required=False)
    city = forms.CharField(label=_("City"), max_length=30, required=False)
    potential = forms.TypedChoiceField(
        label=_("Growth potential"),
        choices=[("", _("leave as it is")), *RATINGS[1:]],
        coerce=int,
        empty_value=None,
        required=False,
    )
    credit = forms.TypedChoiceField(
        label=_("Credit standing"),
        choices=[("", _("leave as it is")), *RATINGS[1:]],
        coerce=int,
        empty_value=None,
        required=False,
    )
    next_contact_on = forms.DateField(label=_("Next contact"), required=False, widget=DayInput)
    parent = AccountField(
        label=_("Belongs to"),
        required=False,
        help_text=_("The company above it in its group. Type a part of the name."),
    )

    tier = forms.ChoiceField(
        label=_("Tier set by hand"), choices=[("", _("leave as it is")), *Tier.choices], required=False
    )
    tier_until = forms.DateField(
        label=_("Until"), required=False, widget=DayInput, help_text=_("Then the computed tier counts again.")
    )
    tier_reason = forms.CharField(
        label=_("Why"), max_length=250, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        parent: Any = self.fields["parent"]
        parent.among(Account.objects.visible_to(user).live())
        self.fields["tier_until"].initial = today + timedelta(days=OVERRIDE_DAYS)
        if not may(user, Right.LEAD):
            for name in self.BY_HAND:
                del self.fields[name]
        for name in self.FIELDS:
            if name not in self.ALWAYS_SET:
                tick = forms.CheckboxInput(attrs={"aria-label": f"{gettext('Empty it')}: {self.fields[name].label}"})
                self.fields[f"empty_{name}"] = forms.BooleanField(label=_("Empty it"), required=False, widget=tick)

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Return each field with the tick that empties it."""
        ticks = {name: f"empty_{name}" for name in self.FIELDS}
        return [(self[name], self[tick] if tick in self.fields else None) for name, tick in ticks.items()]

    @property
    def hand_lines(self) -> list[forms.BoundField]:
        """Return the fields of a tier set by hand; none for who may not set one."""
        return [self[name] for name in self.BY_HAND if name in self.fields]

    def _check_hand(self, data: dict[str, Any]) -> None:
        """Refuse a tier without a reason and a later day, and a reason without a tier."""
        if not data.get("tier"):
            if data.get("tier_reason"):
                self.add_error("tier", gettext("Choose the tier too, or leave the reason empty."))
            return
        if not data.get("tier_reason"):
            self.add_error("tier_reason", gettext("Say why: the reason stands beside the tier until it ends."))
        if "tier_until" not in self.errors and (data.get("tier_until") or self.today) <= self.today:
            self.add_error("tier_until", gettext("Choose a day after today; until then the tier stays."))

    def clean(self) -> dict[str, Any]:
        """Refuse a value beside the tick that empties its field, and a form that changes nothing."""
        data: dict[str, Any] = super().clean() or {}
        for name in self.FIELDS:
            if data.get(f"empty_{name}") and data.get(name) not in (None, ""):
                self.add_error(name, gettext("Either a value or “Empty it”, not both."))
        self._check_hand(data)
        if not self.errors and not self.wanted:
            raise forms.ValidationError(gettext("Say at least one thing that is to change."))
        return data

    @property
    def wanted(self) -> dict[str, Any]:
        """Return field → value as JSON holds it; emptied fields with what is there where nothing is."""
        data, asked = self.cleaned_data, {}
        for name in self.FIELDS:
            if data.get(f"empty_{name}"):
                asked[name] = None if Account._meta.get_field(name).null else ""
            elif data.get(name) not in (None, ""):
                asked[name] = plain(data[name])
        if data.get("tier"):
            asked |= {"tier": data["tier"], "tier_fixed_until": plain(data["tier_until"])}
        return asked

    @property
    def why(self) -> str:
        """Return the reason of a tier set by hand."""
        return str(self.cleaned_data.get("tier_reason") or "")
