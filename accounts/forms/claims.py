"""Filing a claim, giving a customer up, protecting it longer, and what the firm settles about claims."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actions.claims import Filing
from accounts.choices import SecondClaim, Tier
from accounts.claims.matches import SAME_OR_NOT, Match, matches_for
from accounts.forms.account import NO_CODE
from accounts.forms.layout import fields_of
from accounts.matching.normalising import code_key
from accounts.models import Account, ClaimPolicy
from crm.conflicts import EditForm
from teams.forms import DayInput
from teams.models import User

MONTH = "%Y-%m"
EXTENSION = timedelta(days=30)


class MonthInput(forms.DateInput):
    """A month; the browser's own picker where it has one."""

    input_type = "month"


class ClaimForm(forms.Form):
    """A claim: which customer, region, month (growing-key-accounts). Who files it is responsible for it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Company"),
        max_length=200,
        help_text=_("The whole name as it is registered."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    which = forms.ChoiceField(
        label=_("Which company is it?"),
        error_messages={"required": _("We may have this customer already. Say which it is, then file again.")},
        widget=forms.RadioSelect,
    )
    region = forms.CharField(label=_("Region"), max_length=60)
    month = forms.DateField(
        label=pgettext_lazy("claim", "Month"), input_formats=[MONTH], widget=MonthInput(format=MONTH)
    )
    city = forms.CharField(label=_("City"), max_length=30, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=40, required=False)
    note = forms.CharField(
        label=_("Notes"),
        max_length=250,
        required=False,
        help_text=_("Where somebody holds the customer: why it should be yours. The manager reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.matches: list[Match] = []
        self.fields["client_id"].initial = uuid.uuid4
        self.fields["region"].initial = str(user.team or "")
        self.fields["month"].initial = today.replace(day=1)
        if self.is_bound:
            self._look_for_it()
        if not self.matches:
            del self.fields["which"]

    def _look_for_it(self) -> None:
        """Offer the customers it may be; the same form sent again is no second customer."""
        typed = {name: str(self.data.get(name) or "").strip() for name in ("name", "phone", "credit_code")}
        found = matches_for(**typed, user=self.user)
        self.matches = [match for match in found if str(match.account.client_id) != self.data.get("client_id")]
        which: Any = self.fields["which"]
        which.choices = [(str(match.account.pk), match.words) for match in self.matches]
        if not any(match.is_same for match in self.matches):
            which.choices = [*which.choices, (SAME_OR_NOT, gettext("None of these: it is another company"))]

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields; the question stands below the name it is about."""
        return fields_of(
            "client_id",
            "name",
            *(["which"] if "which" in self.fields else []),
            Div("region", "month", css_class="grid-half"),
            Div("city", "phone", css_class="grid-half"),
            "credit_code",
            "note",
        )

    def clean_name(self) -> str:
        """Return the name without blanks around it."""
        return str(self.cleaned_data["name"]).strip()

    def clean_credit_code(self) -> str:
        """Return the code as it stands on the licence; one whose check digit does not fit is a slip of the hand."""
        typed = str(self.cleaned_data["credit_code"]).strip()
        code = code_key(typed)
        if typed and not code:
            raise forms.ValidationError(NO_CODE)
        return code

    @property
    def chosen(self) -> Account | None:
        """Return the customer of ours that is meant; None for a new one."""
        which = self.cleaned_data.get("which")
        return next((match.account for match in self.matches if str(match.account.pk) == which), None)

    @property
    def filing(self) -> Filing:
        """Return what is filed."""
        data = self.cleaned_data
        return Filing(data["region"].strip(), data["month"], data["note"].strip())

    @property
    def facts(self) -> dict[str, Any]:
        """Return what else is known of a new customer."""
        return {name: self.cleaned_data[name].strip() for name in ("city", "phone", "credit_code")}


def _reason(hint: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Why"), max_length=250, help_text=hint, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )


class ReleaseForm(forms.Form):
    """Why a customer is given up."""

    reason = _reason(
        _(
            "Whoever claims it next reads this. Visits planned there are taken out of the plans; "
            "what was promised goes to the manager of the team."
        )
    )


class ExtendForm(forms.Form):
    """Until when a customer is protected, and why."""

    until = forms.DateField(label=_("Protected until"), widget=DayInput)
    reason = _reason(_("It stands beside the protection."))

    def __init__(self, *args: Any, present: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = present + EXTENSION


class ClaimPolicyForm(EditForm):
    """What the firm settles about claims."""

    class Meta:
        model = ClaimPolicy
        fields: ClassVar[list[str]] = [
            "days_a",
            "days_b",
            "days_c",
            "days_none",
            "contact_counts",
            "progress_counts",
            "deals_exempt",
            "warning_days",
            "cooling_days",
            "limit_total",
            "limit_a",
            "limit_b",
            "limit_c",
            "limit_none",
            "second_claim",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {"second_claim": forms.RadioSelect()}
        help_texts: ClassVar[dict[str, Any]] = {
            "days_none": _("A protection counts calendar days and ends on a working day only."),
            "deals_exempt": "",
            "cooling_days": _("0 lets the same person claim it again at once."),
            "limit_total": _("Empty: no limit. Every customer counts, however it came to the person."),
        }

    def __init__(self, *args: Any, contact_days: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact_days = contact_days
        second: Any = self.fields["second_claim"]
        second.choices = SecondClaim.choices
        for name, field in self.fields.items():
            if name in self.Meta.fields and isinstance(field, forms.IntegerField):
                bounds: Any = ClaimPolicy._meta.get_field(name)
                low, high = (bound.limit_value for bound in bounds.validators[:2])
                field.widget.attrs |= {"class": "input-short", "min": low, "max": high}
        self.helper = fields_of(
            "version",
            "seen",
            Fieldset(
                _("How long a claim protects"), Div("days_a", "days_b", "days_c", css_class="grid-3"), "days_none"
            ),
            Fieldset(_("What keeps a customer"), "contact_counts", "progress_counts", "deals_exempt"),
            Fieldset(_("Before and after the lapse"), "warning_days", "cooling_days"),
            Fieldset(
                _("How many a person may hold"),
                "limit_total",
                Div("limit_a", "limit_b", "limit_c", css_class="grid-3"),
                "limit_none",
            ),
            "second_claim",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a protection that ends before the next contact is due: who keeps the plan would lose customers."""
        data: dict[str, Any] = super().clean() or {}
        for tier in Tier.values:
            days, due = data.get(f"days_{tier.lower()}"), self.contact_days.get(tier, 0)
            if days is not None and days <= due:
                sentence = gettext("Tier %(tier)s is seen every %(due)s days; the protection must be longer than that.")
                self.add_error(f"days_{tier.lower()}", sentence % {"tier": tier, "due": due})
        if data.get("contact_counts") is False and data.get("progress_counts") is False:
            self.add_error(
                "contact_counts", gettext("Something must renew a protection: choose contacts, steps or both.")
            )
        return data
