"""Visits in a customer's timeline."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.timeline import Entry, Source
from accounts.upcoming import SHOWN, Coming
from crm.wallclock import to_instant
from visits.models import PlanItem, Visit

NAME = "visits"
NOON = time(12)
# Visits of the same minute may lie on both sides of the cursor; so many of them are read and thrown away.
SPARE = 50
ICONS = {"VISIT": "map-pin", "CALL": "phone", "WECHAT": "message-circle", "ONLINE": "device-desktop"}


def _moment(visit: Visit) -> datetime:
    """Return when a visit stands in the timeline: as told, else noon; the row number tells equal ones apart."""
    told = datetime.combine(visit.happened_on, visit.started_at or NOON)
    return to_instant(told, settings.TIME_ZONE).replace(microsecond=visit.pk % 1_000_000)


def _entry(visit: Visit) -> Entry:
    return Entry(
        at=_moment(visit),
        key=f"visit:{visit.pk}",
        group=NAME,
        icon=ICONS.get(visit.kind, "map-pin"),
        title=" · ".join(str(part) for part in (visit.get_kind_display(), visit.get_result_display()) if part),
        text=visit.said or visit.next_step,
        url=visit.get_absolute_url(),
        who=str(visit.user),
        told_at=visit.recorded_at,
    )


def entries(account_ids: Sequence[int], user: Any, before: datetime | None, limit: int) -> Iterable[Entry]:
    """Return at most `limit` visits of the customers before a moment, the newest first; one query."""
    rows = Visit.objects.live().visible_to(user).filter(account__in=account_ids).select_related("user")
    rows = rows.annotate(at_time=Coalesce("started_at", NOON))
    if before is not None:
        there = before.astimezone(ZoneInfo(settings.TIME_ZONE))
        rows = rows.filter(Q(happened_on__lt=there.date()) | Q(happened_on=there.date(), at_time__lte=there.time()))
    newest = rows.order_by(F("happened_on").desc(), F("at_time").desc(), F("pk").desc())[: limit + SPARE]
    found = [_entry(visit) for visit in newest]
    return [entry for entry in found if before is None or entry.at < before][:limit]


SOURCE = Source(NAME, _("Visits"), entries)


def ahead(account: Account, user: Any, on: date) -> list[Coming]:
    """Return the planned stops at a customer that the person sees, from today on; one query."""
    stops = PlanItem.objects.visible_to(user).open().filter(account=account, plan__day__gte=on)
    rows = stops.select_related("plan__user").order_by("plan__day", "pk")[:SHOWN]
    return [
        Coming(
            stop.plan.day,
            f"stop:{stop.pk}",
            "map-pin",
            " · ".join(filter(None, [str(stop.get_purpose_display()), stop.goal])),
            stop.get_absolute_url(),
            str(stop.plan.user),
        )
        for stop in rows
    ]
