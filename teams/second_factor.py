"""Who signs in with a second factor, and who must."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from teams.models import SecurityPolicy, User

POLICY_PK = 1
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def factors() -> QuerySet[Authenticator]:
    """Return all authenticator apps and passkeys; recovery codes alone do not count."""
    return Authenticator.objects.filter(type__in=FACTORS)


def has_factor(user: User) -> bool:
    """Return whether the person has an authenticator app or a passkey."""
    return factors().filter(user=user).exists()


def security_policy() -> SecurityPolicy:
    """Return the firm's policy; an unsaved one, which asks for nothing, where none was ever set."""
    return SecurityPolicy.objects.filter(pk=POLICY_PK).first() or SecurityPolicy(pk=POLICY_PK)


def role_needs_factor(role: str) -> bool:
    """Return whether the policy asks people of this role for a second factor."""
    return role in security_policy().mfa_roles
