"""What is known of a person at a customer, and where he or she stands."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import AGAINST, BuyingRole, Stance
from accounts.forms.layout import Fold, fields_of, keep_only
from accounts.models import Account, Contact
from crm.conflicts import EditForm
from teams.forms import DayInput

UNKNOWN = "-"
INFLUENCE = [("", _("not known")), *[(number, str(number)) for number in range(6)]]


class ContactForm(EditForm):
    """Facts of a person. The name is one field, family name first."""

    buying_roles = forms.MultipleChoiceField(
        label=_("Buying roles"), choices=BuyingRole.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    influence = forms.TypedChoiceField(
        label=_("Influence"),
        choices=INFLUENCE,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("0 none, 5 decides alone"),
    )
    reports_to = forms.ModelChoiceField(
        label=_("Reports to"), queryset=Contact.objects.none(), required=False, empty_label=_("nobody there")
    )

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = [
            "name",
            "title",
            "department",
            "level",
            "reports_to",
            "buying_roles",
            "influence",
            "treatment",
            "mobile",
            "phone",
            "wechat",
            "email",
            "is_verified",
            "notes",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "class": "input-mid", "autofocus": True}),
            "title": forms.TextInput(attrs={"class": "input-mid"}),
            "department": forms.TextInput(attrs={"class": "input-mid"}),
            "mobile": forms.TextInput(attrs={"type": "tel", "class": "input-mid", "autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "class": "input-mid", "autocomplete": "off"}),
            "wechat": forms.TextInput(attrs={"class": "input-mid", "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"class": "input-mid", "autocomplete": "off"}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }
        labels: ClassVar[dict[str, Any]] = {"name": _("Full name")}
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _(
                "Family name first, as it is written. A placeholder will do: “Purchasing director (to be found)”."
            ),
            "treatment": _("What we do about somebody who is against us."),
            "is_verified": "",
        }

    def __init__(self, *args: Any, account: Account, only: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who stands there now may stay, also where he or she has left meanwhile.
        there = Q(archived_at=None) | Q(pk=self.instance.reports_to_id)
        others = Contact.objects.filter(there, account=account).exclude(pk=self.instance.pk)
        boss: Any = self.fields["reports_to"]
        boss.queryset = others.order_by("name", "pk")
        if self.instance.stance not in AGAINST:
            del self.fields["treatment"]
        self.helper = keep_only(self, only) if only else self.layout()

    def layout(self) -> FormHelper:
        """Return the order of the fields."""
        treatment = ["treatment"] if "treatment" in self.fields else []
        return fields_of(
            "version",
            "seen",
            Div("name", "title", css_class="grid-half"),
            Div("department", "level", css_class="grid-half"),
            "reports_to",
            "buying_roles",
            "influence",
            *treatment,
            Div("mobile", "phone", css_class="grid-half"),
            Div("wechat", "email", css_class="grid-half"),
            "is_verified",
            "notes",
        )

    def clean_name(self) -> str:
        """Return the name without blanks around it."""
        return str(self.cleaned_data["name"]).strip()


class NewContactForm(ContactForm):
    """A new person: name and title are asked, the rest may follow."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    anyway = forms.BooleanField(label=_("This is somebody else of the same name"), required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        self.account = account
        super().__init__(*args, account=account, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4
        self.fields["is_verified"].initial = True

    def layout(self) -> FormHelper:
        """Return name, title and telephone; the rest is folded."""
        return fields_of(
            "version",
            "seen",
            "client_id",
            "name",
            *(["anyway"] if self.is_bound else []),
            "title",
            "mobile",
            Fold(
                _("More facts"),
                "buying_roles",
                "reports_to",
                "influence",
                Div("department", "level", css_class="grid-half"),
                Div("phone", "wechat", css_class="grid-half"),
                "email",
                "is_verified",
                "notes",
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask once where somebody of this name or mobile is known there already; a repeated post is no second one."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("name") and not data.get("anyway"):
            same = Q(name=data["name"])
            if data.get("mobile"):
                same |= Q(mobile=data["mobile"])
            there = Contact.objects.filter(same, account=self.account).live()
            known = there.order_by("pk").first()
            if known and known.client_id != data.get("client_id"):
                sentence = gettext("%(name)s is known there already. Is this somebody else?")
                self.add_error("name", sentence % {"name": known})
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new person is made from, beside name, title and whether verified."""
        own = ("name", "title", "is_verified")
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields and name not in own}


class StanceForm(forms.Form):
    """Where a person stands now, since when, and how that was learnt."""

    stance = forms.ChoiceField(
        label=_("Stance"),
        choices=[*Stance.choices, (UNKNOWN, _("not known"))],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label=_("Since"), widget=DayInput)
    note = forms.CharField(
        label=_("How do you know?"), max_length=250, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].initial = today

    def clean_stance(self) -> str:
        """Return the stance, "" for not known."""
        stance = str(self.cleaned_data["stance"])
        return "" if stance == UNKNOWN else stance

    def clean_on(self) -> date:
        """Return the day; refuse one that is still to come."""
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(gettext("Choose today or a day before."))
        return day
