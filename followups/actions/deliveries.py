"""What an admin does with the outbox."""

from datetime import datetime

from django.db import transaction

from crm.audit import record
from followups.choices import DeliveryState
from followups.models import Delivery
from teams.access import require
from teams.choices import Right
from teams.models import User


@transaction.atomic
def send_again(delivery: Delivery, *, actor: User, now: datetime) -> bool:
    """Make a delivery that was given up due again, under its old identity; return whether it was one.

    Raises PermissionDenied for who is no admin.
    """
    require(actor, Right.ADMINISTER)
    given_up = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DEAD)
    revived = given_up.update(
        state=DeliveryState.DUE, due_at=now, next_try_at=now, attempts=0, lost_leases=0, last_error=""
    )
    if revived:
        record("delivery.sent_again", delivery, actor=actor, changes={"channel": delivery.channel})
    return bool(revived)
