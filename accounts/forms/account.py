"""Facts of a customer, who keeps it, who helps."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import TeamRole
from accounts.duplicates import Similar, similar_to
from accounts.fields import AccountField
from accounts.forms.layout import Fold, fields_of, keep_only
from accounts.models import Account, Industry
from crm.conflicts import EditForm
from teams.forms import DayInput
from teams.models import User

RATINGS = [("", _("not rated")), *[(number, str(number)) for number in range(6)]]


def rating_field(label: Any, hint: Any) -> forms.TypedChoiceField:
    """Return a rating from 0 to 5, or none."""
    return forms.TypedChoiceField(
        label=label,
        help_text=hint,
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class AccountForm(EditForm):
    """Facts of a customer; owner, team and tier are changed elsewhere."""

    parent = AccountField(
        label=_("Belongs to"),
        required=False,
        help_text=_("The company above it in its group. Type a part of the name."),
    )
    industry = forms.ModelChoiceField(label=_("Industry"), queryset=Industry.objects.order_by("name"), required=False)
    potential = rating_field(_("Growth potential"), _("0 none, 5 very large"))
    credit = rating_field(_("Credit standing"), _("0 doubtful, 5 pays always and in time"))
    next_contact_on = forms.DateField(label=_("Next contact"), required=False, widget=DayInput)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [
            "name",
            "short_name",
            "alias",
            "kind",
            "industry",
            "parent",
            "source",
            "province",
            "city",
            "address",
            "phone",
            "website",
            "credit_code",
            "employees",
            "founded",
            "potential",
            "credit",
            "wallet_share",
            "is_strategic",
            "next_contact_on",
            "external_id",
            "notes",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
            "short_name": forms.TextInput(attrs={"class": "input-mid"}),
            "province": forms.TextInput(attrs={"class": "input-short"}),
            "city": forms.TextInput(attrs={"class": "input-short"}),
            "phone": forms.TextInput(attrs={"type": "tel", "class": "input-mid"}),
            "credit_code": forms.TextInput(attrs={"class": "input-mid"}),
            "employees": forms.NumberInput(attrs={"class": "input-short"}),
            "wallet_share": forms.NumberInput(attrs={"class": "input-short", "min": 0, "max": 100}),
            "founded": forms.NumberInput(attrs={"class": "input-short"}),
            "external_id": forms.TextInput(attrs={"class": "input-mid"}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, user: User, only: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.among(Account.objects.visible_to(user).live().exclude(pk=self.instance.pk), present=self.instance.parent)
        self.helper = keep_only(self, only) if only else self.layout()

    def layout(self) -> FormHelper:
        """Return the order of the fields, the rare ones at the end."""
        return fields_of(
            "version",
            "seen",
            "name",
            "short_name",
            "kind",
            "industry",
            Div("province", "city", css_class="grid-half"),
            "address",
            "phone",
            "next_contact_on",
            Fieldset(_("For the tier"), "potential", "credit", "wallet_share", "is_strategic"),
            Fieldset(
                _("More"), "parent", "source", "alias", "website", "credit_code", "employees", "founded", "external_id"
            ),
            "notes",
        )

    def clean_name(self) -> str:
        """Return the name without blanks around it."""
        return str(self.cleaned_data["name"]).strip()


class NewAccountForm(AccountForm):
    """A new customer: a name is enough. One that may be there already is asked about once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    anyway = forms.BooleanField(label=_("This is another company"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        self.namesakes: list[Similar] = []
        super().__init__(*args, user=user, **kwargs)
        keepers = User.objects.visible_to(user).keepers().order_by("name", "pk")
        owner: Any = self.fields["owner"]
        owner.queryset = keepers
        self.fields["client_id"].initial = uuid.uuid4
        keys = [person.pk for person in keepers]
        if user.pk in keys:
            owner.initial = user.pk
        if keys == [user.pk]:
            owner.widget = forms.HiddenInput()

    def layout(self) -> FormHelper:
        """Return the first things first; the rest can wait."""
        return fields_of(
            "version",
            "seen",
            "client_id",
            "name",
            *(["anyway"] if self.is_bound else []),
            "short_name",
            "phone",
            "owner",
            Fold(
                _("More facts"),
                "kind",
                "industry",
                Div("province", "city", css_class="grid-half"),
                *("address", "potential", "credit", "wallet_share", "is_strategic", "parent", "source", "alias"),
                *("website", "credit_code", "employees", "founded", "external_id", "next_contact_on", "notes"),
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask once where this customer may be there already."""
        data: dict[str, Any] = super().clean() or {}
        name, phone, code = (str(data.get(field) or "") for field in ("name", "phone", "credit_code"))
        if name and not data.get("anyway"):
            found = similar_to(name=name, phone=phone, credit_code=code, user=self.user)
            # The same form sent again is no second customer.
            self.namesakes = [each for each in found if each.account.client_id != data.get("client_id")]
        if self.namesakes:
            self.add_error("name", gettext("We may have this customer already: see below. Is this another company?"))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new customer is made from, beside name and owner."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "name"}


class HandOverForm(forms.Form):
    """To whom customers go."""

    to = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none(), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = User.objects.visible_to(user).keepers().select_related("team").order_by("name", "pk")


class MemberForm(forms.Form):
    """Who joins an account team, and as what."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = account.members.values("user")
        # Dealers too: what they may see is what somebody takes them into, or gives to them.
        people = User.objects.active().exclude(pk=account.owner_id).exclude(pk__in=there)
        person: Any = self.fields["user"]
        person.queryset = people.order_by("name", "pk")
