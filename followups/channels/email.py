"""E-mail: one mail for everything that is due for a person at once, in his language."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.channels import ChannelKind, Line, NoAddress, Parcel, Refused, TryLater, register_channel
from followups.choices import Channel
from followups.recipients import zone_of

# Every command to the server has to answer within this; a mail is five commands and must end within its lease.
COMMAND_SECONDS = 10
SUBJECT_LENGTH = 120


def subject_of(lines: list[Line]) -> str:
    """Return one line without breaks: the thing itself, or how many there are."""
    if len(lines) == 1:
        return " ".join(lines[0].title.split())[:SUBJECT_LENGTH]
    return ngettext("%(n)s follow-up for you", "%(n)s follow-ups for you", len(lines)) % {"n": len(lines)}


def build_mail(parcel: Parcel, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Return the mail of a parcel in the recipient's language and zone; links start with SITE_URL."""
    person = parcel.recipient
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(zone_of(person)):
        context: dict[str, Any] = {
            "person": person,
            "lines": parcel.lines,
            "late_since": parcel.late_since,
            "site_url": settings.SITE_URL,
            "centre_url": settings.SITE_URL + reverse("followups:centre"),
            "choices_url": settings.SITE_URL + reverse("followups:choices"),
        }
        mail = EmailMultiAlternatives(
            subject=subject_of(list(parcel.lines)),
            body=render_to_string("emails/reminders.txt", context),
            to=[person.email],
            headers={"Message-ID": parcel.message_id, "Auto-Submitted": "auto-generated"},
            connection=connection,
        )
        mail.attach_alternative(render_to_string("emails/reminders.html", context), "text/html")
    return mail


def _answer(error: Exception) -> tuple[int, str]:
    """Return the code and words with which the server answered, 0 when it did not."""
    code, words = 0, bytes(str(error), "utf-8")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), (code, words))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, _as_bytes(error.smtp_error)
    return code, words.decode("utf-8", "replace")


def _as_bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


# The server refuses us, not this mail: a wrong password must not give up everybody's mail.
_ABOUT_US = (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)


def failure_of(error: Exception) -> Refused | TryLater:
    """Return what a failed attempt means: 5xx about this mail is final, everything else may work later."""
    code, words = _answer(error)
    text = f"{code} {words}".strip() if code else f"{type(error).__name__}: {words}"
    if 500 <= code < 600 and not isinstance(error, _ABOUT_US):
        return Refused(text)
    is_outage = isinstance(error, (*_ABOUT_US, smtplib.SMTPServerDisconnected)) or code == 421
    return TryLater(text, is_outage=is_outage or not isinstance(error, smtplib.SMTPException))


class EmailSender:
    """Sends over one connection as long as it holds."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, parcel: Parcel) -> None:
        """Send one mail. Raises NoAddress, Refused, TryLater."""
        if not parcel.recipient.email:
            raise NoAddress
        if self._connection is None:
            self._connection = get_connection(timeout=min(settings.EMAIL_TIMEOUT, COMMAND_SECONDS))
        try:
            mail = build_mail(parcel, self._connection)
            self._connection.open()
            self._connection.send_messages([mail])
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise failure_of(error) from error
        except ValueError as error:  # a header that cannot be written (BadHeaderError), an address that is none
            raise Refused(_("The mail could not be written: %(problem)s") % {"problem": error}) from error

    def close(self) -> None:
        """Close the connection; what the server says to that does not matter."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (smtplib.SMTPException, OSError):
                return


register_channel(ChannelKind(Channel.EMAIL, sender=EmailSender))
