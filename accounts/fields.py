"""Choosing one customer among very many: by typing a part of the name, not from a list of thousands."""

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.querysets import AccountQuerySet

_NUMBERED = re.compile(r"#(\d{1,12})\s*$")
MANY = 5


def choice_label(account: Account) -> str:
    """Return how a customer stands in the list of suggestions: the name and, to tell equals apart, its number."""
    return f"{account.name} #{account.pk}"


class AccountInput(forms.TextInput):
    """A text field with suggestions that follow the typing; without a script the name is typed whole."""

    template_name = "accounts/widgets/account_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the address of the suggestions."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["options_url"] = f"{reverse('accounts:options')}?field={name}"
        return context


class AccountField(forms.CharField):
    """A customer, or None; call `among` in the form's __init__ with the customers to choose from."""

    widget = AccountInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=220, **kwargs)
        self.accounts: AccountQuerySet = Account.objects.none()
        self.present: Account | None = None

    def among(self, accounts: AccountQuerySet, *, present: Account | None = None) -> "AccountField":
        """Set the customers to choose from; the `present` one may stay though the person does not see it."""
        self.accounts, self.present = accounts, present
        return self

    def prepare_value(self, value: Any) -> Any:
        """Return the name for a customer or its key; what was typed stays as typed."""
        if self.present and value == self.present.pk:
            value = self.present
        if isinstance(value, int):
            value = self.accounts.filter(pk=value).first() or value
        return choice_label(value) if isinstance(value, Account) else value

    def clean(self, value: Any) -> Any:
        """Return the customer meant; a sentence when none or several fit."""
        text = str(super().clean(value) or "").strip()
        return self._meant(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another customer is meant."""
        return super().has_changed(self.prepare_value(initial), data)

    def _meant(self, text: str) -> Account:
        if self.present and text == choice_label(self.present):
            return self.present
        numbered = _NUMBERED.search(text)
        if numbered:
            found = list(self.accounts.filter(pk=int(numbered[1])))
        else:
            found = list(self.accounts.filter(name=text)[:2]) or self._like(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("No customer of yours is called “%(text)s”.") % {"text": text}, code="none")
        names = "、".join(choice_label(account) for account in found[:MANY])
        sentence = _("Several customers fit; write one of them: %(names)s") % {"names": names}
        raise forms.ValidationError(sentence, code="many")

    def _like(self, text: str) -> list[Account]:
        return list(self.accounts.likely(text).order_by("name", "pk")[: MANY + 1])
