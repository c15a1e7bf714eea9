"""Forms for opening and changing an opportunity and for its next step."""

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import AccountField
from accounts.models import Account
from crm.conflicts import EditForm
from crm.money_field import AmountField
from crm.workdays import WorkCalendar
from pipeline.models import ExchangeRate, Opportunity, Pipeline, Product
from pipeline.nextsteps import usual_days
from teams.models import User

OTHER, CLEAR = "other", "clear"


def day_input(**attrs: str) -> forms.DateInput:
    """Return a date field of the browser, which posts ISO dates whatever the language."""
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


class OpportunityForm(EditForm):
    """Facts of an opportunity. Steps, next step, owner and closing have forms of their own."""

    account = AccountField(label=_("Customer"), required=False)
    amount = AmountField(label=_("Amount"), required=False, help_text=_("For example 380万, 3.8M or 3,800,000"))

    class Meta:
        model = Opportunity
        fields = ("name", "account", "amount", "currency", "expected_on", "odds", "product", "notes")
        widgets: ClassVar[dict[str, Any]] = {
            "expected_on": day_input(),
            "notes": forms.Textarea(attrs={"rows": 3}),
            "odds": forms.NumberInput(attrs={"min": 0, "max": 100, "step": 5, "class": "input-short"}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_currencies()
        account: AccountField = self.fields["account"]  # type: ignore[assignment]
        account.among(Account.objects.visible_to(user).live())
        kept = Q(is_active=True) | Q(pk=self.instance.product_id)
        self.fields["product"].queryset = Product.objects.filter(kept).order_by("name")  # type: ignore[attr-defined]

    def _offer_currencies(self) -> None:
        """Offer the currencies that have a rate; where only the firm's own counts, nothing is asked."""
        known = ExchangeRate.objects.rates().currencies
        kept = self.instance.currency if self.instance.pk else settings.REPORTING_CURRENCY
        offered = known if kept in known else [*known, kept]
        if len(offered) == 1:
            del self.fields["currency"]
            return
        self.initial["currency"] = kept
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[(code, code) for code in offered], widget=forms.Select
        )
        amount: AmountField = self.fields["amount"]  # type: ignore[assignment]
        amount.currency = self.data.get(self.add_prefix("currency"), kept)


class NewOpportunityForm(OpportunityForm):
    """An opportunity to be opened: only its name is required; the rest may follow."""

    pipeline = forms.ModelChoiceField(label=_("Pipeline"), queryset=Pipeline.objects.order_by("-is_default", "pk"))
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = forms.DateField(label=_("Next step on"), required=False, widget=day_input())
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = [
        "name",
        "account",
        "amount",
        "currency",
        "expected_on",
        "next_step",
        "next_step_on",
        "odds",
        "product",
        "pipeline",
        "notes",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("client_id", uuid4())
        self.fields["pipeline"].empty_label = None  # type: ignore[attr-defined]

    @property
    def opening(self) -> dict[str, Any]:
        """Return the arguments of `open_opportunity`; a next step needs a day."""
        names = (*self.Meta.fields, "pipeline", "client_id", "next_step", "next_step_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a next step."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("next_step") and not cleaned.get("next_step_on"):
            self.add_error("next_step_on", gettext("Say on which day the next step is."))
        return cleaned


class NextStepForm(forms.Form):
    """What comes next and when: a usual day by one tap, or any other."""

    choice = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect, required=False)
    on = forms.DateField(label=_("Another day"), required=False, widget=day_input())
    text = forms.CharField(label=_("What"), required=False, max_length=200)

    def __init__(self, *args: Any, today: date, calendar: WorkCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.days = today, usual_days(today, calendar)
        labels = {
            "tomorrow": gettext("Next working day"),
            "monday": gettext("Next week"),
            "week": gettext("In a week"),
            "fortnight": gettext("In two weeks"),
        }
        choices = [
            (key, f"{labels[key]} {day:%m-%d}")
            for number, (key, day) in enumerate(self.days.items())
            if day not in list(self.days.values())[:number]
        ]
        self.fields["choice"].choices = [*choices, (CLEAR, gettext("None for now"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Work out the day: one that was typed goes before a chip."""
        cleaned: dict[str, Any] = super().clean() or {}
        choice, typed = cleaned.get("choice"), cleaned.get("on")
        if typed and typed < self.today:
            self.add_error("on", gettext("A next step lies ahead: choose today or a later day."))
        if not typed and not choice and "on" not in self.errors:
            self.add_error("choice", gettext("Choose a day, or “None for now”."))
        return cleaned

    @property
    def day(self) -> date | None:
        """Return the day chosen, None when there is to be no next step."""
        typed: date | None = self.cleaned_data.get("on")
        return typed or self.days.get(self.cleaned_data["choice"])
