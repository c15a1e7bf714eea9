"""A call or walk-in in a few seconds, and the rules that say who gets it."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.choices import Channel, Heard
from accounts.duplicates.reads import Similar, similar_to
from accounts.forms.layout import Fold, fields_of
from accounts.forms.place import PlaceBlock, PlaceFields
from accounts.models import Account, Industry, InquiryRule
from accounts.placing import LEVELS
from teams.models import Team, User

NEW = "new"
PLACED = (*LEVELS, "address")


class InquiryForm(PlaceFields, forms.Form):
    """Who, what for, how they heard of us. Where we may have the customer already, it asks once which one it is."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(
        label=_("How they came"), choices=Channel.choices, initial=Channel.CALL, widget=forms.RadioSelect
    )
    person = forms.CharField(
        label=pgettext_lazy("of who came in", "Who"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "class": "input-mid"}),
    )
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    wants = forms.CharField(label=_("What they want"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    heard = forms.ChoiceField(
        label=_("How they heard of us"),
        choices=[("", _("not asked")), *Heard.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    province = forms.CharField(label=_("Province"), max_length=30, required=False)
    city = forms.CharField(label=_("City"), max_length=30, required=False)
    district = forms.CharField(label=_("District or county"), max_length=30, required=False)
    address = forms.CharField(label=_("Address"), max_length=250, required=False)
    industry = forms.ModelChoiceField(label=_("Industry"), queryset=Industry.objects.order_by("name"), required=False)
    known = forms.ChoiceField(label=_("Do we have this customer?"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["client_id"].initial = uuid.uuid4
        self.similar: list[Similar] = self._similar() if self.is_bound else []
        self._ask_known()

    def _similar(self) -> list[Similar]:
        """Return the customers it may be, by company and telephone as typed."""
        name = self.data.get("company", "").strip() or self.data.get("person", "").strip()
        return similar_to(name=name, phone=self.data.get("phone", "").strip(), credit_code="", user=self.user)

    def _ask_known(self) -> None:
        known: Any = self.fields["known"]
        if not self.similar:
            del self.fields["known"]
            return
        known.required = True
        known.error_messages["required"] = gettext(
            "We may have this customer already. Choose it, or say that it is new."
        )
        known.choices = [(str(each.account.pk), _choice(each)) for each in self.similar] + [(NEW, _("No, it is new"))]

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields: what is asked first first."""
        return fields_of(
            "client_id",
            *(["known"] if "known" in self.fields else []),
            "channel",
            Div("person", "phone", css_class="grid-half"),
            "company",
            "wants",
            "heard",
            Fold(_("For the right person"), PlaceBlock("address"), "industry"),
        )

    def clean(self) -> dict[str, Any]:
        """Check that the district lies in the city, and the city in the province."""
        data: dict[str, Any] = super().clean() or {}
        self.check_place(data)
        return data

    @property
    def account(self) -> Account | None:
        """Return the customer it was said to be; None for a new one."""
        chosen = self.cleaned_data.get("known") or NEW
        return next((each.account for each in self.similar if str(each.account.pk) == chosen), None)

    @property
    def values(self) -> dict[str, Any]:
        """Return what `register_inquiry` keeps beside person, wants and customer."""
        names = ("channel", "company", "phone", "heard", *PLACED, "industry")
        return {name: self.cleaned_data[name] for name in names}


def _choice(similar: Similar) -> str:
    words = {"name": similar.account.name, "owner": similar.account.owner or gettext("nobody")}
    return gettext("%(name)s, kept by %(owner)s") % words


class GiveForm(forms.Form):
    """To whom a call or walk-in goes instead."""

    to = forms.ModelChoiceField(label=_("Give to"), queryset=User.objects.none(), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = User.objects.visible_to(user).active().sellers().order_by("name", "pk")


class InquiryRuleForm(forms.ModelForm):
    """Which calls and walk-ins go to whom: a person, or the least busy one of a team."""

    class Meta:
        model = InquiryRule
        fields = ("position", "province", "city", "industry", "user", "team")
        widgets = {
            "position": forms.NumberInput(attrs={"class": "input-short", "min": 0}),
            "province": forms.TextInput(attrs={"class": "input-short"}),
            "city": forms.TextInput(attrs={"class": "input-short"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, team, industry = (self.fields[name] for name in ("user", "team", "industry"))
        user.queryset = User.objects.active().sellers().order_by("name", "pk")  # type: ignore[attr-defined]
        team.queryset = Team.objects.filter(is_active=True).order_by("path")  # type: ignore[attr-defined]
        industry.queryset = Industry.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["position"].label = gettext("Order")
        self.fields["position"].help_text = gettext("The lowest number that fits wins.")

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two takers."""
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("user")) == bool(data.get("team")):
            self.add_error("user", gettext("Choose a person or a team, one of the two."))
        return data
