"""What people type into an account plan: its facts, what is known, its lines, the risks."""

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.layout import Div
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms.layout import fields_of
from accounts.members.reads import people_of
from accounts.models import Account, AccountPlan, AccountRisk, PlanRow
from crm.conflicts import EditForm
from crm.money_field import AmountField
from teams.choices import Role
from teams.forms import DayInput
from teams.models import User

SCALE = [(number, str(number)) for number in range(1, 6)]


def _texts(names: list[str], rows: int) -> dict[str, forms.Widget]:
    return {name: forms.Textarea(attrs={"rows": rows}) for name in names}


def _scale(label: Any, hint: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=SCALE, coerce=int, widget=forms.RadioSelect, help_text=hint)


def _offer_people(form: forms.ModelForm, account: Account) -> None:
    """Let somebody be responsible who sees the customer; who is so now may stay."""
    there = Q(pk__in=people_of(account).values("pk")) | Q(pk=form.instance.responsible_id)
    responsible: Any = form.fields["responsible"]
    responsible.queryset = User.objects.filter(there).order_by("name", "pk")
    responsible.empty_label = _("the owner")
    responsible.help_text = _("Somebody of the account team; a day reminds him or her.")


class PlanForm(EditForm):
    """Sponsor, review and money of a plan."""

    budget = AmountField(
        label=_("Budget"),
        required=False,
        min_value=Decimal(0),
        help_text=_("For the work on the relationship, for example 12万"),
    )
    spent = AmountField(label=_("Spent"), required=False, min_value=Decimal(0))

    class Meta:
        model = AccountPlan
        fields: ClassVar[list[str]] = ["sponsor", "review_on", "budget", "spent"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"review_on": DayInput()}
        help_texts: ClassVar[dict[str, Any]] = {
            "sponsor": _("Who of our management stands behind this customer."),
            "review_on": _("The owner is reminded some days ahead."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leading = Q(is_active=True, role__in=[Role.MANAGER, Role.DIRECTOR]) | Q(pk=self.instance.sponsor_id)
        sponsor: Any = self.fields["sponsor"]
        sponsor.queryset, sponsor.empty_label = User.objects.filter(leading).order_by("name", "pk"), _("nobody yet")
        self.helper = fields_of(
            "version", "seen", "sponsor", "review_on", Div("budget", "spent", css_class="grid-half")
        )


class IntelligenceForm(EditForm):
    """What is known around the customer, and how we stand there (growing-key-accounts)."""

    class Meta:
        model = AccountPlan
        fields: ClassVar[list[str]] = [
            *("environment", "policy", "industry_profit", "cost_share", "standing", "strengths", "weaknesses"),
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = _texts(fields, 3)
        help_texts: ClassVar[dict[str, Any]] = {
            "environment": _("Economy, competitors of the customer, technology: what changes for it."),
            "policy": _("Laws, standards, subsidies that move its decisions."),
            "industry_profit": _("What its industry earns, and whether that rises or falls."),
            "cost_share": _("How much of its cost is what it buys from us: how closely it looks at the price."),
            "standing": _("Leader, follower, newcomer; whom it copies, who copies it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_of("version", "seen", *self.Meta.fields)


class PlanRowForm(EditForm):
    """One line of a plan: a goal is enough to begin."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PlanRow
        fields: ClassVar[list[str]] = [
            *("goal", "strategy", "resources", "action", "standard", "method", "feedback"),
            *("responsible", "due_on"),
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {**_texts(fields[:7], 2), "due_on": DayInput()}
        help_texts: ClassVar[dict[str, Any]] = {
            "goal": _("What is to be reached this year, with a number."),
            "strategy": _("By which way: price, technology, relationship, service."),
            "resources": _("People, money, samples, reference customers."),
            "action": _("What is done next."),
            "standard": _("By what it is seen that it is done well."),
            "method": _("How it is done, and how it is checked."),
            "feedback": _("What came of it."),
            "due_on": _("The person responsible gets a follow-up for this day."),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4
        _offer_people(self, account)
        chain = self.Meta.fields[:7]
        self.helper = fields_of(
            "version", "seen", "client_id", *chain, Div("responsible", "due_on", css_class="grid-half")
        )

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new line says."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RiskForm(EditForm):
    """A risk: what may happen, how likely, how bad, what is done against it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    likelihood = _scale(_("Likelihood"), _("1 hardly, 5 almost certainly"))
    effect = _scale(_("Effect"), _("1 hardly felt, 5 we lose the customer"))

    class Meta:
        model = AccountRisk
        fields: ClassVar[list[str]] = [
            *("kind", "text", "likelihood", "effect", "countermeasure", "responsible", "due_on"),
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "text": forms.Textarea(attrs={"rows": 2, "maxlength": 250}),
            "countermeasure": forms.Textarea(attrs={"rows": 2}),
            "due_on": DayInput(),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4
        kind: Any = self.fields["kind"]
        kind.widget = forms.RadioSelect(choices=[choice for choice in kind.choices if choice[0]])
        _offer_people(self, account)
        self.helper = fields_of(
            *("version", "seen", "client_id", "kind", "text", "likelihood", "effect", "countermeasure"),
            Div("responsible", "due_on", css_class="grid-half"),
        )

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new risk says."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
