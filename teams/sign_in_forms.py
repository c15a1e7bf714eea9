"""The forms of sign-in, in the product's words: labels instead of grey placeholders."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as app_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.utils.translation import gettext_lazy as _

NUMBER = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-short"}


def _relabel(field: forms.Field, label: Any, *, help_text: Any = "", **attributes: str) -> None:
    """Give a field our words and drop its placeholder."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= attributes


class SignInForm(account_forms.LoginForm):
    """Name or e-mail, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        _relabel(self.fields["login"], _("Name or e-mail"), **name)
        _relabel(self.fields["password"], _("Password"))


class ResetForm(account_forms.ResetPasswordForm):
    """The address a reset link goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["email"], _("E-mail"))


class NewPasswordForm(account_forms.ResetPasswordKeyForm):
    """A password chosen by a link from a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["password1"], _("New password"), help_text=self.fields["password1"].help_text)
        _relabel(self.fields["password2"], _("New password once more"))


class ChangeForm(account_forms.ChangePasswordForm):
    """A new password in place of the known one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["oldpassword"], _("Present password"))
        _relabel(self.fields["password1"], _("New password"), help_text=self.fields["password1"].help_text)
        _relabel(self.fields["password2"], _("New password once more"))


class AddressForm(account_forms.AddEmailForm):
    """Another address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["email"], _("New e-mail"), autocomplete="email")


class PasswordAgainForm(account_forms.ReauthenticateForm):
    """The password once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["password"], _("Password"))


class CodeForm(code_forms.AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["code"], _("Code"), **NUMBER)


class CodeAgainForm(code_forms.ReauthenticateForm):
    """A code once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["code"], _("Code"), **NUMBER)


class ActivateAppForm(app_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["code"], _("Code the app shows"), **NUMBER)


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    """A passkey: its name, and whether it may stand alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["name"], _("Name of the passkey"), help_text=_("So that you know which device it is."))
        hint = _("The device then asks for its own PIN, finger or face.")
        _relabel(self.fields["passwordless"], _("Sign in with it alone, without the password"), help_text=hint)
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["name"], _("Name of the passkey"))
