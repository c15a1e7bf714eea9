"""Writes of where a customer is on a map."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from crm.editing import write_fields
from crm.models import UndoEntry
from crm.places.datum import Position
from crm.undo import offer_undo
from teams.models import User

# A tenth of a metre.
PLACES = Decimal("0.000001")


@transaction.atomic
def set_position(account: Account, *, to: Position | None, actor: User, now: datetime) -> UndoEntry | None:
    """Say where a customer is, as WGS-84, or that nobody knows; return what takes it back, None for no change."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    latitude, longitude = (_degrees(to.latitude), _degrees(to.longitude)) if to else (None, None)
    values = {"latitude": latitude, "longitude": longitude}
    before = (current.latitude, current.longitude)
    if before == (latitude, longitude):
        return None
    current = write_fields(current, values, actor=actor, action="account.position_set")
    label = _("Position of %(name)s set") if to else _("Position of %(name)s removed")
    inverse = {"account": current.pk, "position": [None if each is None else str(each) for each in before]}
    label %= {"name": current.called}
    return offer_undo("accounts.set_position", actor=actor, label=label, inverse=inverse, rows=[current], now=now)


def _degrees(number: float) -> Decimal:
    return Decimal(number).quantize(PLACES)


def undo_set_position(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Put the position back that was there before."""
    current = Account.objects.select_for_update().get(pk=data["account"])
    latitude, longitude = (None if each is None else Decimal(each) for each in data["position"])
    values = {"latitude": latitude, "longitude": longitude}
    write_fields(current, values, actor=actor, action="account.position_set_back")
