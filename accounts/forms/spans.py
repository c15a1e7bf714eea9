"""Which days a page of figures is about."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from accounts.spans import Span, twelve_months, usual_spans
from teams.forms import DayInput

NAMES: dict[str, Any] = {
    "12months": _("12 months"),
    "quarter": _("This quarter"),
    "last-quarter": _("Last quarter"),
    "year": _("This year"),
    "last-year": _("Last year"),
}


class SpanForm(forms.Form):
    """From which day to which; the last twelve months where nobody said."""

    first = forms.DateField(label=_("From"), required=False, widget=DayInput)
    last = forms.DateField(label=_("Until"), required=False, widget=DayInput)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _text("The last day must not lie before the first."))
        return data

    def span(self, on: date) -> Span:
        """Return what was chosen; what cannot be understood falls back to the twelve months up to `on`."""
        usual = twelve_months(on)
        if not self.is_valid():
            return usual
        last = self.cleaned_data.get("last") or usual.last
        first = self.cleaned_data.get("first") or twelve_months(last).first
        return Span(min(first, last), last)


def with_days(asked: QueryDict, on: date) -> QueryDict:
    """Return what was asked with the usual days where none were, so that the fields show what the figures are about."""
    filled, usual = asked.copy(), twelve_months(on)
    if not filled.get("first") and not filled.get("last"):
        filled["first"], filled["last"] = usual.first.isoformat(), usual.last.isoformat()
    return filled


def span_links(on: date, present: Span, kept: Iterable[tuple[str, str]] = ()) -> list[tuple[Any, str, bool]]:
    """Return the stretches mostly asked for: label, query string with what else was asked, whether it is this one."""
    others = [(name, value) for name, value in kept if name not in ("first", "last", "page")]
    return [
        (NAMES[name], "?" + urlencode([*others, ("first", span.first), ("last", span.last)]), span == present)
        for name, span in usual_spans(on).items()
    ]
