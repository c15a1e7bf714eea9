"""What the firm requires at sign-in."""

from collections.abc import Collection

from django.db import transaction

from crm.editing import save_edit
from teams.models import SecurityPolicy, User
from teams.second_factor import POLICY_PK


@transaction.atomic
def set_mfa_roles(roles: Collection[str], *, version: int, actor: User) -> SecurityPolicy:
    """Say which roles need a second factor; it holds from the next page each of these people opens.

    Raises EditConflict when another admin changed it meanwhile.
    """
    policy, _made = SecurityPolicy.objects.get_or_create(pk=POLICY_PK)
    policy = save_edit(
        policy, changes={"mfa_roles": sorted(roles)}, version=version, actor=actor, action="security.changed"
    )
    User.objects.filter(role__in=policy.mfa_roles, role_needs_mfa=False).update(role_needs_mfa=True)
    User.objects.exclude(role__in=policy.mfa_roles).filter(role_needs_mfa=True).update(role_needs_mfa=False)
    return policy
