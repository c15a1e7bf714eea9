"""The e-mail backend of an installation without a mail server: mail is kept, and read in the application."""

from collections.abc import Sequence
from email.utils import make_msgid
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME

from followups.models import KeptMail

BODY_LENGTH = 20_000


def _fits(name: str, text: Any) -> str:
    field: Any = KeptMail._meta.get_field(name)
    return str(text)[: field.max_length]


class MailboxBackend(BaseEmailBackend):
    """Keeps the text of every mail, cut to a bounded length, under its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep mails; return how many."""
        kept = [
            KeptMail(
                message_id=_fits("message_id", mail.extra_headers.get("Message-ID") or make_msgid(domain=DNS_NAME)),
                recipients=_fits("recipients", ", ".join(mail.recipients())),
                subject=_fits("subject", " ".join(str(mail.subject).split())),
                body=str(mail.body)[:BODY_LENGTH],
            )
            for mail in email_messages
            if mail.recipients()
        ]
        KeptMail.objects.bulk_create(kept)
        return len(kept)
