"""Parts of a form's layout."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.template.loader import render_to_string


class Fold(Div):
    """Fields that are seldom needed, folded under a word; open when something in the form needs correcting."""

    template = "accounts/widgets/fold.html"

    def __init__(self, label: Any, *fields: Any) -> None:
        super().__init__(*fields)
        self.label = label

    def render(self, form: Any, context: Any, template_pack: str = "bootstrap5", **kwargs: Any) -> str:
        """Draw the fields with the form, which says whether anything needs correcting."""
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.template, {"div": self, "fields": fields, "form": form})


def keep_only(form: forms.BaseForm, names: Iterable[str]) -> FormHelper:
    """Leave nothing but these fields (and the hidden ones) in a form, the first with the cursor in it; the layout."""
    kept = [name for name in form.fields if name in set(names)]
    for name in list(form.fields):
        if name not in kept and not form.fields[name].widget.is_hidden:
            del form.fields[name]
    for at, name in enumerate(kept):
        form.fields[name].widget.attrs["autofocus"] = at == 0
    return fields_of(*form.fields)


def fields_of(*layout: Any) -> FormHelper:
    """Return a helper that draws fields only: the page has the <form>, its buttons and its token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper
