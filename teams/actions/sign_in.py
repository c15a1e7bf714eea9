"""What happens at sign-in, and to the means of it."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction

from crm.audit import record
from teams.models import User
from teams.second_factor import role_needs_factor


def _keep_own_address(user: User) -> None:
    """Make sure allauth knows the person's address, and as proved: an admin, an import or the command line gave it."""
    known = EmailAddress.objects.filter(user=user, verified=True, primary=True)
    if user.email and not known.exists():
        EmailAddress.objects.filter(user=user, primary=True).exclude(email__iexact=user.email).update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=user.email.lower(), defaults={"primary": True, "verified": True}
        )


@transaction.atomic
def note_sign_in(user: User) -> None:
    """Record a sign-in, and look again whether the person's role needs a second factor."""
    _keep_own_address(user)
    needed = role_needs_factor(user.role)
    if needed != user.role_needs_mfa:
        user.role_needs_mfa = needed
        user.save(update_fields=["role_needs_mfa"])
    record("user.signed_in", user, actor=user)


@transaction.atomic
def set_password(user: User, *, password: str, actor: User) -> None:
    """Set a password; history says that it changed, not to what."""
    user.set_password(password)
    user.save(update_fields=["password"])
    record("user.password_changed", user, actor=actor, changes={"password": True})


@transaction.atomic
def note_email_change(user: User, *, before: str) -> None:
    """Record that a person proved a new address of his, and raise his version."""
    if user.email == before:
        return
    user.version += 1
    user.save(update_fields=["version"])
    changes = {"email": [before, user.email], "version": [user.version - 1, user.version]}
    record("user.edited", user, actor=user, changes=changes)


def note_factor_change(user: User, *, what: str) -> None:
    """Record that a second factor came or went: `what` is "totp_activated", "webauthn_removed" and so on."""
    record(f"user.{what}", user, actor=user)


@transaction.atomic
def end_sessions(user: User, *, actor: User, keep: str = "") -> int:
    """Sign the person out everywhere but in the session with key `keep`; return how many sessions ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    if sessions:
        record("user.sessions_ended", user, actor=actor, changes={"sessions": len(sessions)})
    return len(sessions)
