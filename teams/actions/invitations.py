"""Letting a new person choose his password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.audit import record
from teams.models import User
from teams.refusals import Refusal


@transaction.atomic
def invite(user: User, *, actor: User) -> str:
    """Return a link by which the person sets a password; it works once, for PASSWORD_RESET_TIMEOUT seconds."""
    if not user.is_active:
        raise Refusal(_("%(name)s may not sign in. Reactivate the account first.") % {"name": user})
    arguments = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    record("user.invited", user, actor=actor)
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=arguments)}"
