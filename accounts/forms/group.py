"""Where a company stands in its group."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Relation
from accounts.fields import AccountField
from accounts.models import Account
from teams.models import User


class MoveForm(forms.Form):
    """The company above, and what this one is to it."""

    parent = AccountField(
        label=_("Belongs to"),
        required=False,
        help_text=_("Type a part of the name. Left empty, the company stands on its own."),
    )
    relation = forms.ChoiceField(
        label=_("It is its"),
        choices=[("", _("not said")), *Relation.choices],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, account: Account, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"parent": account.parent_id, "relation": account.relation})
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.among(Account.objects.visible_to(user).live().exclude(pk=account.pk), present=account.parent)
