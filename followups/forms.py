"""What people type about follow-ups."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followups.actions.comments import TEXT_LENGTH
from followups.approval_kinds import Returning
from followups.models import RuleSetting
from followups.rules import Rule

OTHER = "other"


class DayForm(forms.Form):
    """A day ahead: one of a few, or another."""

    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect, required=False)
    on = forms.DateField(label=_("Another day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, days: Sequence[tuple[str | Promise, date]], today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        self.today = today
        choices: Any = self.fields["when"]
        choices.choices = [*((day.isoformat(), label) for label, day in days), (OTHER, _("Another day"))]

    def clean(self) -> dict[str, Any]:
        """Return with `day`: the chosen one, or the one typed, which must lie ahead."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        typed, chosen = data.get("on"), data.get("when")
        data["day"] = date.fromisoformat(chosen) if chosen and chosen != OTHER and not typed else typed
        if data["day"] is None:
            self.add_error("on", _("Choose a day."))
        elif data["day"] <= self.today:
            self.add_error("on", _("Choose a day after today."))
        return data


class PromiseForm(DayForm):
    """Something to remember about a thing."""

    text = forms.CharField(
        label=_("What do you have to do?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": _("Say what you have to do.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("text", "when", "on", "key")


class CommentForm(forms.Form):
    """A comment; the identifier makes a repetition the same one."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a comment first.")},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why something is returned, in the words of its kind."""

    comment = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, words: Returning, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"] = forms.CharField(
            label=str(words.question),
            max_length=words.limit,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": str(words.missing)},
        )


class RuleForm(forms.Form):
    """Whether a rule runs, and its numbers."""

    is_on = forms.BooleanField(label=_("This rule is on"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rule: Rule, setting: RuleSetting | None, **named: Any) -> None:
        said = setting.params if setting else {}
        initial = {"is_on": setting is None or setting.is_on, "version": setting.version if setting else 0}
        initial |= {param.name: said.get(param.name, param.default) for param in rule.params}
        super().__init__(*args, **{"initial": initial, **named})
        self.rule = rule
        for param in rule.params:
            self.fields[param.name] = forms.IntegerField(
                label=str(param.label),
                min_value=param.low,
                max_value=param.high,
                help_text=_("From %(low)s to %(high)s; %(default)s unless you say otherwise.")
                % {"low": param.low, "high": param.high, "default": param.default},
                widget=forms.NumberInput(attrs={"class": "input-short"}),
            )

    @property
    def params(self) -> dict[str, int]:
        """Return the numbers of a form that was found right."""
        return {param.name: self.cleaned_data[param.name] for param in self.rule.params}
