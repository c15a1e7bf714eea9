"""Forms for moving along a track and for what shows it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from crm.uploads import MAX_BYTES, RefusedUpload, Upload, inspect_upload
from pipeline.actions.showing import Shown
from pipeline.choices import DecisionRole, EvidenceKind, Track
from pipeline.forms.opportunity import day_input
from pipeline.models import Criterion, Opportunity, Step


def people_at(opportunity: Opportunity) -> Any:
    """Return the people at the opportunity's customer, the most influential first; nobody where it has none."""
    contacts = Contact.objects.live().filter(account=opportunity.account_id)
    return contacts.order_by("-influence", "name", "pk") if opportunity.account_id else contacts.none()


class ShowingForm(forms.Form):
    """A day, and for each thing still missing a line that shows it."""

    on = forms.DateField(label=_("Date"), widget=day_input())

    def __init__(self, *args: Any, today: date, missing: Sequence[Criterion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.initial.setdefault("on", today)
        self.missing = list(missing)
        attrs = {"class": "form-control", "placeholder": gettext("What shows it: who said it, which document")}
        for criterion in self.missing:
            widget = forms.TextInput(attrs=attrs)
            line = forms.CharField(label=str(criterion), required=False, max_length=500, widget=widget)
            self.fields[self.name_of(criterion)] = line

    @staticmethod
    def name_of(criterion: Criterion) -> str:
        """Return the name of a criterion's line."""
        return f"shows_{criterion.pk}"

    def lines(self) -> list[forms.BoundField]:
        """Return the lines of what is missing."""
        return [self[self.name_of(criterion)] for criterion in self.missing]

    @property
    def shown(self) -> list[Shown]:
        """Return what was written for the missing criteria."""
        texts = ((criterion, self.cleaned_data.get(self.name_of(criterion), "")) for criterion in self.missing)
        return [Shown(criterion, text) for criterion, text in texts if text]


class MoveForm(ShowingForm):
    """Where to, on which day, and why where it goes back."""

    track = forms.ChoiceField(choices=Track, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.ModelChoiceField(label=_("To the step"), queryset=Step.objects.none(), empty_label=None)
    reason = forms.CharField(
        label=_("Why it goes back"), required=False, max_length=250, help_text=_("Only for a step back.")
    )

    def __init__(self, *args: Any, steps: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = steps  # type: ignore[attr-defined]


class WinForm(ShowingForm):
    """Signed on which day."""

    on = forms.DateField(label=_("Signed on"), widget=day_input())


class UploadField(forms.FileField):
    """Takes one file, looked into before anything is kept; cleans to a checked `Upload`, or None."""

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        """Return the file; raises ValidationError with a sentence that says what to do."""
        given = super().clean(data, initial)
        if not given:
            return None
        try:
            return inspect_upload(given.read(MAX_BYTES + 1), given.name)
        except RefusedUpload as refused:
            raise forms.ValidationError(refused.sentence) from refused


class EvidenceForm(forms.Form):
    """What shows a criterion: kind, words, who said it, on which day."""

    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind, widget=forms.RadioSelect, initial=EvidenceKind.WORD)
    text = forms.CharField(label=_("What shows it"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    contact = forms.ModelChoiceField(
        label=_("Said by"), queryset=Contact.objects.none(), required=False, empty_label=_("nobody in particular")
    )
    document = UploadField(
        label=_("Document"),
        required=False,
        help_text=_("The file belongs to the evidence: whoever sees the opportunity can open it."),
    )
    on = forms.DateField(label=_("Date"), widget=day_input())
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, opportunity: Opportunity, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = people_at(opportunity)  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.initial = {"on": today, "client_id": uuid4(), **self.initial}


class WithdrawForm(forms.Form):
    """Why evidence no longer holds."""

    reason = forms.CharField(label=_("Why it no longer holds"), max_length=250)


class RolesForm(forms.Form):
    """Who takes part in the decision; one row of boxes a person."""

    def __init__(self, *args: Any, contacts: Sequence[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = list(contacts)
        for contact in self.contacts:
            self.fields[self.name_of(contact)] = forms.MultipleChoiceField(
                label=str(contact), choices=DecisionRole, required=False, widget=forms.CheckboxSelectMultiple
            )

    @staticmethod
    def name_of(contact: Contact) -> str:
        """Return the name of a person's field."""
        return f"person_{contact.pk}"

    def rows(self) -> list[tuple[Contact, forms.BoundField]]:
        """Return each person with his field."""
        return [(contact, self[self.name_of(contact)]) for contact in self.contacts]

    @property
    def roles(self) -> dict[Contact, list[str]]:
        """Return the parts chosen for each person."""
        return {contact: self.cleaned_data[self.name_of(contact)] for contact in self.contacts}
