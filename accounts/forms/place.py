"""Where a customer is: three levels to choose from, a search, a whole address to paste; free text stays possible."""

import json
from typing import Any, ClassVar

from crispy_forms.layout import Div
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse_lazy

from accounts.forms.layout import fields_of
from accounts.models import Account
from accounts.placing import ALSO, ASKED, LEVELS, STEP, Filled, fill, misplaced, offered
from crm.places.divisions import divisions

BESIDE = ("address", "postcode")
PLACE_FIELDS = (*LEVELS, *BESIDE)
LONGEST = 500
PLACE_WIDGETS: dict[str, forms.Widget] = {
    **{name: forms.TextInput(attrs={"class": "input-short"}) for name in LEVELS},
    "postcode": forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric"}),
    "phone": forms.TextInput(attrs={"type": "tel", "class": "input-mid"}),
}


class PlaceBlock(Div):
    """The fields of a place with what helps to fill them; a step answers with this part of the form drawn anew."""

    template = "accounts/widgets/place.html"

    def __init__(self, *beside: str) -> None:
        """Take what stands below the three levels: street and postcode where nothing else is said."""
        super().__init__(Div(*LEVELS, css_class="grid-3"), *(beside or BESIDE))

    def render(self, form: Any, context: Any, template_pack: str = "bootstrap5", **kwargs: Any) -> str:
        """Draw the fields and what was found."""
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        unknown = form.filled.unknown if form.filled else ""
        context = {"form": form, "fields": fields, "filled": form.filled, "query": unknown}
        return render_to_string(self.template, context)


class PlaceFields(forms.BaseForm):
    """The part of a form that says where a customer is."""

    filled: Filled | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get(STEP):
            self._take_step(str(self.data[STEP]))
        self._offer()

    def _take_step(self, step: str) -> None:
        names = (*LEVELS, *ALSO, *ASKED)
        posted = {name: str(self.data[name])[:LONGEST] for name in names if name in self.data}
        self.filled = fill(posted, step, divisions())
        data: Any = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in self.filled.values.items():
            data[name] = value
        self.data = data

    def _offer(self) -> None:
        """Let the levels be chosen from the list, or written where they are not in it."""
        values = {name: str(self[name].value() or "") for name in LEVELS}
        choices = None if self.filled and self.filled.as_text else offered(values, divisions())
        for name, names in choices.items() if choices else ():
            step = {
                "hx-post": reverse_lazy("accounts:place"),
                "hx-vals": json.dumps({STEP: name}),
                "hx-trigger": "change",
            }
            self.fields[name].widget = forms.Select(choices=names, attrs=step if name != LEVELS[-1] else {})

    @property
    def is_text(self) -> bool:
        """Return whether the levels are written, not chosen."""
        return not isinstance(self.fields[LEVELS[0]].widget, forms.Select)

    def full_clean(self) -> None:
        """Check what is meant to be kept; after a step there is nothing to check yet."""
        if self.filled is None:
            super().full_clean()
        else:
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}

    def is_valid(self) -> bool:
        """Return whether the form may be written; a step of filling it in never may."""
        return self.filled is None and super().is_valid()

    def check_place(self, data: dict[str, Any]) -> None:
        """Say where a changed place lies elsewhere than written."""
        changed = set(LEVELS) & set(self.changed_data)
        wrong = misplaced({name: data.get(name) or "" for name in LEVELS}, divisions()) if changed else None
        if wrong:
            field, sentence = wrong
            self.add_error(field if field in self.fields else None, sentence)


class PlaceForm(PlaceFields, forms.ModelForm):
    """The part that a step draws anew, on its own."""

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [*PLACE_FIELDS, "phone"]
        widgets: ClassVar[dict[str, forms.Widget]] = PLACE_WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The form that asks may keep no postcode.
        self.helper = fields_of(PlaceBlock(*(name for name in BESIDE if name != "postcode" or name in self.data)))

    @property
    def phone_beside(self) -> str:
        """Return the telephone's field, which stands elsewhere in the form that asks."""
        return self["phone"].as_widget(attrs={"class": "form-control input-mid", "hx-swap-oob": "true"})
