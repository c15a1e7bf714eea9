"""Proposals to make a customer a key account, ending one, and what an admin sets about them."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.layout import fields_of
from accounts.key_accounts.nominating import CRITERIA, lacks
from accounts.key_accounts.reads import bar_of, in_words, key_rule
from accounts.models import KeyAccountRule, KeyAccountSigner, Nomination
from crm.conflicts import EditForm
from teams.choices import Role
from teams.models import User

SCORES = [(number, str(number)) for number in range(6)]
HINTS: dict[str, Any] = {
    "sales": _("0 not at all, 5 fully. Turnover of the last years, what it buys elsewhere, what it is going to need."),
    "innovation": _("Takes up new products and technology, has people for it, develops something of its own."),
    "strength": _("Its place in its market: share, growth, name, branches."),
    "finance": _("Pays in time, credit rating, balance sheet, who owns it."),
}


class NominationForm(EditForm):
    """Four scores, each with its reason; one that lacks something is asked about once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    anyway = forms.BooleanField(label=_("Hand it in all the same; who signs sees what is lacking"), required=False)

    class Meta:
        model = Nomination
        fields: ClassVar[list[str]] = [
            "scope",
            *(f"{criterion}_{part}" for criterion in CRITERIA for part in ("score", "reason")),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4
        scope: Any = self.fields["scope"]
        scope.widget = forms.RadioSelect(choices=[choice for choice in scope.choices if choice[0]])
        for criterion in CRITERIA:
            label = self.fields[f"{criterion}_score"].label
            self.fields[f"{criterion}_score"] = forms.TypedChoiceField(
                label=label, choices=SCORES, coerce=int, widget=forms.RadioSelect, help_text=HINTS[criterion]
            )
            self.fields[f"{criterion}_reason"].widget = forms.Textarea(attrs={"rows": 2, "maxlength": 250})
        self.helper = fields_of(
            *("version", "seen", "client_id", "scope"),
            *(f"{criterion}_{part}" for criterion in CRITERIA for part in ("score", "reason")),
            *(["anyway"] if self.is_bound else []),
        )

    def clean(self) -> dict[str, Any]:
        """Say once what the proposal lacks."""
        data: dict[str, Any] = super().clean() or {}
        scores = {criterion: data.get(f"{criterion}_score") for criterion in CRITERIA}
        given = {criterion: score for criterion, score in scores.items() if score is not None}
        if not self.errors and len(given) == len(CRITERIA) and not data.get("anyway"):
            found = [in_words(lack) for lack in lacks(given, bar_of(key_rule()))]
            if found:
                sentence = gettext("It lacks something: %(what)s. Is it to be handed in all the same?")
                self.add_error("anyway", sentence % {"what": gettext("; ").join(found)})
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Return what a new proposal says."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class EndForm(forms.Form):
    """Why a customer is no key account any more."""

    reason = forms.CharField(label=_("Why"), max_length=250, widget=forms.Textarea(attrs={"rows": 3}))


class KeyRuleForm(EditForm):
    """What a key account needs, and when it is looked at again."""

    class Meta:
        model = KeyAccountRule
        fields: ClassVar[list[str]] = ["total_wanted", "each_wanted", "review_months"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            name: forms.NumberInput(attrs={"class": "input-short"})
            for name in ("total_wanted", "each_wanted", "review_months")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_of("version", "seen", "total_wanted", "each_wanted", "review_months")


class GroupMemberForm(forms.Form):
    """Who joins the key-account group: somebody who leads."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = KeyAccountSigner.objects.values("user_id")
        leading = User.objects.active().filter(role__in=[Role.MANAGER, Role.DIRECTOR]).exclude(pk__in=there)
        user: Any = self.fields["user"]
        user.queryset = leading.order_by("name", "pk")
