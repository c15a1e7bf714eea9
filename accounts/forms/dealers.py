"""Where a dealer sells and for how much, and who signs in for it."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind
from accounts.forms.layout import fields_of
from accounts.models import DealerLogin, DealerYear
from crm.conflicts import EditForm
from crm.money_field import AmountField
from teams.choices import Role
from teams.models import User


class DealerYearForm(EditForm):
    """Regions and target of a dealer for a year."""

    target = AmountField(
        label=_("Target"), required=False, min_value=Decimal(0), help_text=_("For example 380万, 3.8M or 3,800,000")
    )

    class Meta:
        model = DealerYear
        fields: ClassVar[list[str]] = ["regions", "target"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"regions": forms.Textarea(attrs={"rows": 3})}
        help_texts: ClassVar[dict[str, Any]] = {"regions": _("Provinces, cities, trades: as the contract says it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_of("version", "seen", "regions", "target")

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new year says."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class LoginForm(forms.Form):
    """Who signs in for a dealer: a person with that role who does so for no other."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = DealerLogin.objects.filter(account__kind=AccountKind.DEALER).values("user_id")
        user: Any = self.fields["user"]
        user.queryset = User.objects.active().filter(role=Role.DEALER).exclude(pk__in=taken).order_by("name", "pk")
        user.help_text = _("An admin makes the log-in, with the role “dealer”.")
