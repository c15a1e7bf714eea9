"""Who may open the pages of sign-in; they concern nobody but the person himself, so every role gets the same."""

from allauth.mfa.models import Authenticator

from crm.tests.url_rules import ALLOWED, LOGIN, Cast, Policy, everyone

ALL = everyone(ALLOWED)
PUBLIC = Policy(get=ALL, post=ALL, anonymous=200)
# Sends elsewhere without a sign-in under way.
STAGE = Policy(get=ALL, post=ALL, anonymous=302)
OWN = Policy(get=ALL, post=ALL)


def _reset_link(_cast: Cast) -> dict[str, str]:
    return {"uidb36": "1", "key": "set-password"}


def _mail_link(_cast: Cast) -> dict[str, str]:
    return {"key": "made-up"}


def _passkey_of_a_left_colleague(cast: Cast) -> dict[str, int]:
    made = Authenticator.objects.create(user=cast.rep, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    return {"pk": made.pk}


POLICY: dict[str, Policy] = {
    "account_login": PUBLIC,
    "account_logout": Policy(get=ALL, post=everyone(LOGIN), anonymous=302),
    "account_inactive": Policy(get=ALL, anonymous=200),
    "account_signup": Policy(get=everyone(302), post=everyone(302), anonymous=200),
    "account_reset_password": PUBLIC,
    "account_reset_password_done": Policy(get=ALL, anonymous=200),
    "account_reset_password_from_key": Policy(get=ALL, post=ALL, kwargs=_reset_link, anonymous=200),
    "account_reset_password_from_key_done": Policy(get=ALL, anonymous=200),
    "account_confirm_email": Policy(get=ALL, post=everyone(404), kwargs=_mail_link, anonymous=200, anonymous_post=404),
    "account_email_verification_sent": Policy(get=ALL, anonymous=200),
    "account_confirm_login_code": STAGE,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "account_email": OWN,
    "account_reauthenticate": OWN,
    "usersessions_list": OWN,
    "mfa_index": Policy(get=everyone(200)),
    "mfa_authenticate": STAGE,
    "mfa_reauthenticate": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": Policy(get=everyone(404), post=everyone(404)),
    "mfa_view_recovery_codes": Policy(get=everyone(404)),
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": Policy(get=everyone(404), post=everyone(404)),
    "mfa_list_webauthn": Policy(get=everyone(200)),
    "mfa_add_webauthn": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_remove_webauthn": Policy(get=everyone(302), post=everyone(302), kwargs=_passkey_of_a_left_colleague),
    "mfa_edit_webauthn": Policy(get=everyone(302), post=everyone(302), kwargs=_passkey_of_a_left_colleague),
    "mfa_login_webauthn": STAGE,
    "set_language": Policy(get=ALL, post=ALL),
}
