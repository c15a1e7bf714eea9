"""What serving a customer costs the firm."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.effort import COST_PK
from accounts.models import ServiceCost
from crm.editing import save_edit
from teams.access import require
from teams.choices import Right
from teams.models import User


@transaction.atomic
def set_service_cost(changes: Mapping[str, Any], *, version: int, actor: User) -> ServiceCost:
    """Say what an hour costs and what a contact without times counts; every profit is reckoned with it from now on.

    Raises EditConflict when another admin changed it meanwhile, PermissionDenied for who is no admin.
    """
    require(actor, Right.ADMINISTER)
    cost, _made = ServiceCost.objects.get_or_create(pk=COST_PK)
    return save_edit(cost, changes=changes, version=version, actor=actor, action="service_cost.set")
