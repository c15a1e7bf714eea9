"""Changing what the firm has settled about claims."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.claims.reads import POLICY_PK
from accounts.models import ClaimPolicy
from crm.editing import save_edit
from teams.models import User


@transaction.atomic
def set_claim_policy(*, changes: Mapping[str, Any], version: int, actor: User) -> ClaimPolicy:
    """Change the rules of claims, which the form saw as `version`; return them fresh. Raises EditConflict.

    Protections that run go on as they were given; the next claim or contact counts by the new days.
    """
    policy, _is_new = ClaimPolicy.objects.get_or_create(pk=POLICY_PK)
    return save_edit(policy, changes=changes, version=version, actor=actor, action="claim_policy.set")
