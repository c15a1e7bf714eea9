"""Facts of a customer, and who keeps it."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind
from accounts.duplicates.reads import Similar, similar_to
from accounts.fields import AccountField
from accounts.forms.layout import Fold, fields_of, keep_only
from accounts.forms.place import PLACE_FIELDS, PLACE_WIDGETS, PlaceBlock, PlaceFields
from accounts.matching.normalising import code_key
from accounts.models import Account, Industry
from crm.conflicts import EditForm
from crm.money_field import AmountField
from teams.forms import DayInput
from teams.models import User

NO_CODE = _("This is no valid credit code: compare its 18 characters with the licence, or leave it empty.")
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


class AccountForm(PlaceFields, EditForm):
    """Facts of a customer; owner, team and tier are changed elsewhere."""

    parent = AccountField(
        label=_("Belongs to"),
        required=False,
        help_text=_("The company above it in its group. Type a part of the name."),
    )
    dealer = AccountField(
        label=_("Dealer"), required=False, help_text=_("Who sells to it for us, and sees it. Type a part of the name.")
    )
    industry = forms.ModelChoiceField(label=_("Industry"), queryset=Industry.objects.order_by("name"), required=False)
    annual_revenue = AmountField(
        label=_("Annual revenue"),
        required=False,
        min_value=Decimal(0),
        help_text=_(
            "What the company itself turns over in a year, in the currency of the reports; 3.8亿 can be typed."
        ),
    )
    potential = rating_field(_("Growth potential"), _("0 none, 5 very large"))
    credit = rating_field(_("Credit standing"), _("0 doubtful, 5 pays always and in time"))
    ability = rating_field(_("Ability to pay"), _("0 none, 5 whatever it costs"))
    willingness = rating_field(_("Willingness to buy"), _("0 none, 5 wants it now"))
    next_contact_on = forms.DateField(label=_("Next contact"), required=False, widget=DayInput)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [
            "name",
            "short_name",
            "alias",
            "kind",
            "prospect_kind",
            "industry",
            "parent",
            "relation",
            "dealer",
            "source",
            "province",
            "city",
            "district",
            "address",
            "postcode",
            "phone",
            "website",
            "credit_code",
            "employees",
            "founded",
            "annual_revenue",
            "potential",
            "credit",
            "ability",
            "willingness",
            "wallet_share",
            "is_strategic",
            "next_contact_on",
            "external_id",
            "notes",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            **PLACE_WIDGETS,
            "name": forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
            "short_name": forms.TextInput(attrs={"class": "input-mid"}),
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
        dealer: Any = self.fields["dealer"]
        dealers = Account.objects.visible_to(user).live().filter(kind=AccountKind.DEALER)
        dealer.among(dealers.exclude(pk=self.instance.pk), present=self.instance.dealer)
        self.helper = keep_only(self, only) if only else self.layout()
        if only and set(PLACE_FIELDS) <= set(self.fields):
            self.helper = fields_of("version", "seen", PlaceBlock())

    def layout(self) -> FormHelper:
        """Return the order of the fields, the rare ones at the end."""
        return fields_of(
            "version",
            "seen",
            "name",
            "short_name",
            "kind",
            "prospect_kind",
            "industry",
            PlaceBlock(),
            "phone",
            "next_contact_on",
            Fieldset(_("For the tier"), "potential", "credit", "wallet_share", "is_strategic"),
            Fieldset(_("Order of development"), "ability", "willingness"),
            Fieldset(
                _("More"),
                *("parent", "relation", "dealer", "source", "alias", "website", "credit_code"),
                *("employees", "founded", "annual_revenue", "external_id"),
            ),
            "notes",
        )

    def clean(self) -> dict[str, Any]:
        """Check that the district lies in the city, and the city in the province."""
        data: dict[str, Any] = super().clean() or {}
        self.check_place(data)
        return data

    def clean_name(self) -> str:
        """Return the name without blanks around it."""
        return str(self.cleaned_data["name"]).strip()

    def clean_credit_code(self) -> str:
        """Return the code as it stands on the licence; one whose check digit does not fit is a slip of the hand."""
        typed = str(self.cleaned_data["credit_code"])
        if not typed or typed == self.instance.credit_code:
            return typed
        if code := code_key(typed):
            return code
        raise forms.ValidationError(NO_CODE)


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
                PlaceBlock(),
                "kind",
                "prospect_kind",
                "industry",
                *("potential", "credit", "wallet_share", "is_strategic", "ability", "willingness"),
                *("parent", "relation", "dealer", "source", "alias", "website", "credit_code"),
                *("employees", "founded", "annual_revenue", "external_id", "next_contact_on", "notes"),
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask once where this customer may be there already."""
        data: dict[str, Any] = super().clean() or {}
        name, phone, code = (str(data.get(field) or "") for field in ("name", "phone", "credit_code"))
        if name and not data.get("anyway"):
            place = str(data.get("province") or data.get("city") or "")
            found = similar_to(name=name, phone=phone, credit_code=code, province=place, user=self.user)
            # The same form sent again is no second customer.
            self.namesakes = [each for each in found if each.account.client_id != data.get("client_id")]
        if self.namesakes:
            self.add_error("name", gettext("We may have this customer already: see below. Is this another company?"))
        return data

    @property
    def named(self) -> dict[str, Any]:
        """Return what it is called, whose it is, and how the same form sent again is known."""
        data = self.cleaned_data
        return {"name": data["name"], "owner": data["owner"], "client_id": data["client_id"] or uuid.uuid4()}

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
