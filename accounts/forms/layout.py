"""Parts of a form's layout."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout


class Fold(Div):
    """Fields that are seldom needed, folded under a word; open when something in the form needs correcting."""

    template = "accounts/widgets/fold.html"

    def __init__(self, label: Any, *fields: Any) -> None:
        super().__init__(*fields)
        self.label = label


def fields_of(*layout: Any) -> FormHelper:
    """Return a helper that draws fields only: the page has the <form>, its buttons and its token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper
