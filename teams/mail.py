"""Mails about an account itself; everything else a person is told goes through the outbox of the follow-ups."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from teams.models import User

logger = logging.getLogger(__name__)


def send_invitation(person: User, link: str, *, by: User) -> bool:
    """Mail the link to the person, in his language; return whether the mail server took it."""
    if not person.email:
        return False
    context = {"person": person, "link": link, "by": by, "days": settings.PASSWORD_RESET_TIMEOUT // 86400}
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = _("Your account at %(product)s") % {"product": settings.PRODUCT_NAME}
        body = render_to_string("teams/mail/invitation.txt", context)
    try:
        send_mail(subject, body, None, [person.email])
    except (SMTPException, OSError):
        logger.exception("the invitation of user %s was not sent", person.pk)
        return False
    return True
