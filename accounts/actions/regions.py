"""Marking regions as key, before customers are (growing-key-accounts)."""

from django.db import transaction

from accounts.models import KeyRegion
from crm.audit import record
from teams.models import User


@transaction.atomic
def mark_region(*, province: str, city: str = "", actor: User) -> KeyRegion:
    """Mark a province, or a city of it, as key; marked twice it is marked once."""
    region, is_new = KeyRegion.objects.get_or_create(province=province, city=city, defaults={"marked_by": actor})
    if is_new:
        record("region.marked", region, actor=actor, changes={"province": province, "city": city})
    return region


@transaction.atomic
def unmark_region(*, province: str, city: str = "", actor: User) -> None:
    """Take the mark away; nothing happens where there is none."""
    for region in KeyRegion.objects.select_for_update().filter(province=province, city=city):
        record("region.unmarked", region, actor=actor, changes={"province": province, "city": city})
        region.delete()
