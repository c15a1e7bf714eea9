"""How sign-in behaves here."""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any

import qrcode
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from teams.actions.sign_in import note_email_change, note_factor_change, note_sign_in, set_password
from teams.models import User
from teams.second_factor import FACTORS


def display_name(user: User) -> str:
    """Return the name shown for a user."""
    return str(user)


def absolute(path: str) -> str:
    """Return the address under SITE_URL; the Host header of a request is never trusted for a mail."""
    return f"{settings.SITE_URL}{path}"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an admin; passwords, sign-ins and addresses leave a trace in history."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, or reset your password."),
        "username_password_mismatch": _("Name or password are not right. Check both, or reset your password."),
        "email_password_mismatch": _("E-mail or password are not right. Check both, or reset your password."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return False: there is no self-service sign-up."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign the person in and note it."""
        super().login(request, user)
        note_sign_in(user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Return to one's own page after a changed password."""
        return reverse("teams:me")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether the person must show once more that it is he; whoever has just signed in need not."""
        records = get_authentication_records(self.request, self.request.user)
        just_now = records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not just_now and bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: User, password: str) -> None:
        """Set a new password that the person chose himself."""
        set_password(user, password=password, actor=user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take over an address the person has proved to be his."""
        before = User.objects.get(pk=email_address.user_id).email
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            note_email_change(email_address.user, before=before)
        return confirmed

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the reset mail."""
        uid, _dash, token = key.partition("-")
        return absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def get_email_confirmation_url(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's signature
        emailconfirmation: EmailConfirmation,
    ) -> str:
        """Return the link that proves an address."""
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell the person by mail what changed about his account; a second factor that came or went is history too."""
        if template_prefix.startswith("mfa/"):
            note_factor_change(user, what=template_prefix.rpartition("/")[2])
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that names the product and the firm instead of the host it was asked from."""
        frame = {"product_name": settings.PRODUCT_NAME, "firm_name": settings.FIRM_NAME, "site_url": settings.SITE_URL}
        super().send_mail(template_prefix, email, frame | context)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted at rest; a factor that is required cannot be taken away."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Wait for the next one and type it again."),
        "cannot_delete_authenticator": _("Your role needs a second factor. Add another one before you remove this."),
    }

    def _box(self) -> Fernet:
        return Fernet(urlsafe_b64encode(sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()))

    def encrypt(self, text: str) -> str:
        """Return the secret as stored."""
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret as made."""
        return self._box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last factor of a person who needs one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return not authenticator.user.needs_mfa or others.exists()

    def get_totp_issuer(self) -> str:
        """Return the name shown in the authenticator app."""
        return " ".join(part for part in (settings.FIRM_NAME, gettext("Key Accounts")) if part)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code on white, so that a camera reads it in dark mode too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's signature
        """Return a name for a new passkey that the person may change."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom a passkey is made for: the address the browser is at, under the product's name."""
        return super().get_public_key_credential_rp_entity() | {"name": self.get_totp_issuer()}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Return how the person is shown where the passkey is kept."""
        return {
            "id": user_pk_to_url_str(user).encode(),
            "display_name": str(user),
            "name": user.username,
        }
