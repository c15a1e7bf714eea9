"""Who signs in with a second factor, and who must."""

from allauth.mfa.models import Authenticator

from teams.models import SecurityPolicy, User

POLICY_PK = 1
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: User) -> bool:
    """Return whether the person has an authenticator app or a passkey; recovery codes alone do not count."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def security_policy() -> SecurityPolicy:
    """Return the firm's policy; an unsaved one, which asks for nothing, where none was ever set."""
    return SecurityPolicy.objects.filter(pk=POLICY_PK).first() or SecurityPolicy(pk=POLICY_PK)


def role_needs_factor(role: str) -> bool:
    """Return whether the policy asks people of this role for a second factor."""
    return role in security_policy().mfa_roles
