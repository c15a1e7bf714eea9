"""Edit forms that know what was seen, and the page that asks when two people changed the same field.

The form carries the version it was opened with and the values it showed, so that only what this person typed is
written: a field left alone never fights with what somebody else wrote there meanwhile.
"""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from crm.editing import Clash, EditConflict

KEEP = "conflict-keep-"
THEIRS = "conflict-theirs-"
MISSING = "--"
_OWN_FIELDS = frozenset({"version", "seen"})


def _posted_as(field: forms.BoundField, value: Any) -> list[str]:
    """Return what the browser posts when nobody touches the field showing `value`."""
    widget, prepared = field.field.widget, field.field.prepare_value(value)
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if prepared else []
    shown = widget.format_value(prepared)
    texts = [str(each) for each in shown] if isinstance(shown, list | tuple) else [] if shown is None else [str(shown)]
    return _plain(texts)


def _plain(texts: list[str]) -> list[str]:
    """Return texts as they compare: browsers post line ends as CR LF, and an empty choice as an empty text."""
    return [text.replace("\r\n", "\n").strip() for text in texts if text.strip()]


class EditForm(forms.ModelForm):
    """A form for changing a row with `crm.editing.save_edit`: `changes` is what this person typed differently."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = getattr(self.instance, "version", 1)

    def _names(self) -> list[str]:
        return [name for name in self.fields if name not in _OWN_FIELDS]

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return what a field shows at first; for `seen`, what all the others show."""
        if field_name == "seen":
            return json.dumps({name: _posted_as(self[name], self[name].initial) for name in self._names()})
        return super().get_initial_for_field(field, field_name)

    @property
    def seen_version(self) -> int:
        """Return the version the form was opened with; 0, so that every field is compared, when none was sent."""
        return self.cleaned_data.get("version") or 0

    def _seen(self) -> dict[str, list[str]]:
        try:
            seen = json.loads(self.cleaned_data.get("seen") or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _posted(self, name: str) -> list[str]:
        key = self.add_prefix(name)
        values = self.data.getlist(key) if isinstance(self.data, QueryDict) else [self.data.get(key, "")]
        return _plain([str(value) for value in values])

    @property
    def changes(self) -> dict[str, Any]:
        """Return field → new value for what was typed differently from how the form was opened."""
        seen, usual = self._seen(), set(self.changed_data)
        of_row = set(self._meta.fields or ())
        names = [name for name in self._names() if name in self.cleaned_data and name in of_row]
        return {
            name: self.cleaned_data[name]
            for name in names
            if (self._posted(name) != _plain(seen[name]) if name in seen else name in usual)
        }


def chosen(post: QueryDict) -> QueryDict:
    """Return the posted form with the answers of the conflict page in it; any other post comes back as it is."""
    asked = [key.removeprefix(THEIRS) for key in post if key.startswith(THEIRS)]
    if not asked:
        return post
    answered = post.copy()
    for name in asked:
        # Without an answer the other person's value stays: nobody's work is overwritten unseen.
        if answered.get(KEEP + name, "theirs") != "ours":
            answered.pop(name, None)
            if theirs := json.loads(str(answered[THEIRS + name])):
                answered.setlist(name, theirs)
    return answered


def _shown(field: forms.BoundField, value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return "✓" if value else MISSING
    labels = {str(key): str(label) for key, label in _choices(field)}
    if isinstance(value, list | tuple | models.QuerySet):
        return "、".join(labels.get(str(each), str(each)) for each in value) or MISSING
    return labels.get(str(value), str(value)) if value not in (None, "") else MISSING


def _choices(field: forms.BoundField) -> list[tuple[Any, Any]]:
    """Return the flat choices of a field that has a fixed list; rows of a model name themselves."""
    given = [] if isinstance(field.field, forms.ModelChoiceField) else getattr(field.field, "choices", [])
    flat: list[tuple[Any, Any]] = []
    for key, label in given:
        flat += label if isinstance(label, list | tuple) else [(key, label)]
    return flat


def _asked(form: forms.BaseForm, clashes: list[Clash]) -> Iterator[dict[str, Any]]:
    for clash in clashes:
        field = form[clash.field]
        yield {
            "name": clash.field,
            "label": field.label or clash.label,
            "who": clash.changed_by,
            "theirs": _shown(field, clash.theirs),
            "ours": _shown(field, clash.ours),
            "keep_name": KEEP + clash.field,
            "theirs_name": THEIRS + clash.field,
            "theirs_posted": json.dumps(_posted_as(field, clash.theirs)),
        }


# Written anew by the page.
_DROPPED = ("csrfmiddlewaretoken", "version")


def conflict_page(
    request: HttpRequest, conflict: EditConflict, form: forms.BaseForm, *, title: str, version: int, cancel_url: str
) -> HttpResponse:
    """Answer 409 with both values of every field in conflict, to choose from; everything else typed is kept.

    `version` is the row's present one. The page posts to the same address, whose view reads `chosen(request.POST)`.
    """
    # A field answered on an earlier round of this page stands with its answer.
    answered = chosen(request.POST)
    names = [key for key in answered if key not in _DROPPED and not key.startswith((KEEP, THEIRS))]
    kept = [(name, value) for name in names for value in answered.getlist(name)]
    clashes = [clash for clash in conflict.clashes if clash.field in form.fields]
    context = {
        "title": title,
        "clashes": list(_asked(form, clashes)),
        "kept": kept,
        "version": version,
        "action": request.get_full_path(),
        "cancel_url": cancel_url,
    }
    return render(request, "components/conflict.html", context, status=409)
