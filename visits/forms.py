"""Forms of plans and visits. The visit form needs the customer only; the rest may stay empty and be asked later."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actions.contact_log import contact_days
from accounts.cadence import next_due
from accounts.choices import Stance
from accounts.models import Account, Contact
from crm.workdays import load_calendar
from pipeline.models import Opportunity
from visits.actions.effects import PEOPLE_AT_MOST
from visits.actions.plans import Position
from visits.choices import NeedAttitude, NewClass, Purpose, Result, VisitKind
from visits.models import PlanItem, Visit
from visits.visit_input import EvidenceSeen, NewPerson, StanceSeen, VisitInput

SAID_AT_MOST = 20_000
TOMORROW, CADENCE, DATE, NONE = "tomorrow", "cadence", "date", "none"
NEXT_CHOICES = [
    (TOMORROW, _("Tomorrow")),
    (CADENCE, _("By tier")),
    (DATE, _("Choose a date")),
    (NONE, _("None yet")),
]
GOAL_CHOICES = [("yes", _("Reached")), ("no", _("Not reached"))]
_STANCE = re.compile(r"stance-(\d{1,15})")
_EVIDENCE = re.compile(r"(\d{1,15}):(\d{1,15})")
_NUMBER = re.compile(r"\d{1,15}")
ROW_AT_MOST = 10**15
MOST_METRES = 10**8


class ManyField(forms.Field):
    """A field that may come several times, as chips and repeated rows do; cleans to the texts that are not empty."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[str]:
        """Return the texts."""
        given = value if isinstance(value, list | tuple) else []
        return [str(text).strip()[:200] for text in given]


def _choice(choices: Iterable[Any], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", ""), *choices], required=False, **options)


def _offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field choose among these rows only."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def _number(text: Any) -> Decimal | None:
    """Return a number of the device, None for what is none: a missing place never stops a visit."""
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def place_told(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return latitude, longitude (degrees) and accuracy (metres) a device sent; empty where they make no sense."""
    latitude, longitude = _number(data.get("latitude")), _number(data.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return {}
    accuracy = _number(data.get("accuracy"))
    metres = int(accuracy) if accuracy is not None and 0 <= accuracy < MOST_METRES else None
    six = Decimal("0.000001")
    return {"latitude": latitude.quantize(six), "longitude": longitude.quantize(six), "accuracy": metres}


class VisitForm(forms.Form):
    """A visit as it is told, on the page and from a device's outbox alike."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    plan_item = forms.IntegerField(required=False, max_value=ROW_AT_MOST, widget=forms.HiddenInput)
    account = forms.IntegerField(
        label=_("Customer"), max_value=ROW_AT_MOST, error_messages={"required": _("Choose the customer.")}
    )
    opportunity = forms.IntegerField(label=_("Opportunity"), required=False, max_value=ROW_AT_MOST)
    kind = _choice(VisitKind.choices, label=_("Kind"))
    happened_on = forms.DateField(label=_("Day"), required=False)
    started_at = forms.TimeField(label=_("From"), required=False)
    ended_at = forms.TimeField(label=_("To"), required=False)
    met = ManyField(label=_("Who did you meet?"), required=False)
    new_name = ManyField(label=_("Full name"), required=False)
    new_title = ManyField(label=_("Title"), required=False)
    said = forms.CharField(label=_("What was said?"), required=False, max_length=SAID_AT_MOST)
    result = _choice(Result.choices, label=_("Result"))
    next_choice = _choice(NEXT_CHOICES, label=_("Next contact"))
    next_on = forms.DateField(label=_("Day of the next contact"), required=False)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    commitment = forms.CharField(label=_("What did the customer promise?"), required=False, max_length=200)
    commitment_on = forms.DateField(label=_("Promised for"), required=False)
    evidence = ManyField(label=_("Evidence"), required=False)
    purpose = _choice(Purpose.choices, label=_("Purpose"))
    attitude = _choice(NeedAttitude.choices, label=_("Need attitude"))
    new_class = _choice(NewClass.choices, label=_("Class after the visit"))
    goal_reached = _choice(GOAL_CHOICES, label=_("Goal of the visit"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_happened_on(self) -> date:
        """Return the day; nothing said means today."""
        return self.cleaned_data["happened_on"] or self.today

    def clean(self) -> dict[str, Any]:
        """Check what two fields say together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("next_choice") == DATE and not cleaned.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", _("Choose the day of the next contact."))
        if len(cleaned.get("new_name", [])) > PEOPLE_AT_MOST:
            self.add_error("new_name", _("That are too many new people for one visit."))
        return cleaned

    def visit_input(self, *, client_id: uuid.UUID | None = None) -> VisitInput:
        """Return what a valid form tells. `client_id` stands above the one in the form."""
        told = self.cleaned_data
        plain = ("kind", "purpose", "started_at", "ended_at", "said", "result", "attitude", "new_class")
        promised = ("commitment", "commitment_on", "next_step", "happened_on")
        return VisitInput(
            client_id=client_id or told["client_id"] or uuid.uuid4(),
            account_id=told["account"],
            opportunity_id=told["opportunity"] or self._opportunity_of_evidence(),
            plan_item_id=told["plan_item"],
            contact_ids=tuple(int(text) for text in told["met"] if _NUMBER.fullmatch(text)),
            new_people=self._new_people(),
            goal_reached={"yes": True, "no": False}.get(told["goal_reached"]),
            next_on=self._next_on(),
            stances=self._stances(),
            evidence=self._evidence(),
            **{name: told[name] for name in (*plain, *promised)} | {"kind": told["kind"] or VisitKind.VISIT},
            **place_told(self.data),
        )

    def _new_people(self) -> tuple[NewPerson, ...]:
        names, titles = self.cleaned_data["new_name"], self.cleaned_data["new_title"]
        padded = [*titles, *[""] * len(names)]
        return tuple(
            NewPerson(name[:60], title[:60]) for name, title in zip(names, padded, strict=False) if name.strip()
        )

    def _next_on(self) -> date | None:
        """Return the day of the next contact: the one that was given, else the one the chosen chip stands for."""
        told = self.cleaned_data
        chosen = told["next_choice"]
        if told["next_on"] or chosen in ("", DATE, NONE):
            return None if chosen == NONE else told["next_on"]
        calendar = load_calendar()
        if chosen == TOMORROW:
            return calendar.add_workdays(told["happened_on"], 1)
        tier = Account.objects.filter(pk=told["account"]).values_list("tier", flat=True).first()
        return next_due(told["happened_on"], tier or "", contact_days(), calendar)

    def _stances(self) -> tuple[StanceSeen, ...]:
        given = ((_STANCE.fullmatch(name), self.data.get(name)) for name in self.data)
        seen = [(int(match[1]), to) for match, to in given if match and to in Stance.values]
        return tuple(StanceSeen(contact, str(to)) for contact, to in sorted(seen))

    def _ticked(self) -> list[tuple[int, int]]:
        matches = (_EVIDENCE.fullmatch(text) for text in self.cleaned_data["evidence"])
        return [(int(match[1]), int(match[2])) for match in matches if match]

    def _opportunity_of_evidence(self) -> int | None:
        """Return the opportunity that was meant where none was chosen, but evidence for one was ticked."""
        ticked = {opportunity for opportunity, _criterion in self._ticked()}
        return ticked.pop() if len(ticked) == 1 else None

    def _evidence(self) -> tuple[EvidenceSeen, ...]:
        """Return the evidence for the chosen opportunity; that of the others was ticked before the choice changed."""
        chosen = self.cleaned_data["opportunity"] or self._opportunity_of_evidence()
        return tuple(
            EvidenceSeen(criterion, self.data.get(f"evidence_text-{opportunity}-{criterion}", "")[:500])
            for opportunity, criterion in self._ticked()
            if opportunity == chosen
        )


class EditVisitForm(forms.ModelForm):
    """A visit corrected on the day it was logged; the customer stays."""

    met = forms.ModelMultipleChoiceField(
        label=_("Who did you meet?"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields = (
            "opportunity",
            "said",
            "result",
            "next_step",
            "next_on",
            "commitment",
            "commitment_on",
            "goal_reached",
            "purpose",
            "attitude",
            "new_class",
            "kind",
            "happened_on",
            "started_at",
            "ended_at",
        )

    field_order = ("met", *Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.instance.account
        _offer(self, "met", Contact.objects.filter(account=account).order_by("name", "pk"))
        _offer(self, "opportunity", Opportunity.objects.live().filter(account=account).order_by("name", "pk"))
        self.initial.setdefault("met", list(self.instance.met.values_list("contact_id", flat=True)))
        self.initial.setdefault("version", self.instance.version)
        for name in ("happened_on", "next_on", "commitment_on"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in ("started_at", "ended_at"):
            self.fields[name].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def changes(self) -> dict[str, Any]:
        """Return what the form wants, field by field."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class StopForm(forms.ModelForm):
    """Time, purpose, goal, person and opportunity of a planned stop."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = PlanItem
        fields = ("starts_at", "purpose", "goal", "contact", "opportunity")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.instance.account
        _offer(self, "contact", Contact.objects.live().filter(account=account).order_by("name", "pk"))
        _offer(self, "opportunity", Opportunity.objects.live().open().filter(account=account).order_by("name"))
        self.fields["starts_at"].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        self.initial.setdefault("version", self.instance.version)

    def changes(self) -> dict[str, Any]:
        """Return what the form wants, field by field."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ArrivalForm(forms.Form):
    """An arrival as the device tells it; everything may be missing."""

    at = forms.DateTimeField(required=False)

    def position(self) -> Position | None:
        """Return where the device says it is."""
        found = place_told(self.data)
        return Position(**found) if found else None
