"""Reminders of a plan's stops, written and dropped with the change itself; the rules find the same a minute later."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from crm.workdays import load_calendar
from followups.models import FollowUp
from followups.planning import cancel_items, plan_now
from visits.models import DayPlan, PlanItem
from visits.rules import NOT_LOGGED, TOMORROW, VISIT_TOMORROW, not_logged_key, tomorrow_key, tomorrow_of

ITEM_KIND = "plan_item"
KINDS = (VISIT_TOMORROW, NOT_LOGGED)


def keys_of(item: PlanItem) -> list[str]:
    """Return the keys of the occurrences a stop may have on its day."""
    return [tomorrow_key(item), not_logged_key(item)]


def follow_stops(plan: DayPlan, *, now: datetime) -> None:
    """Let the reminders of a plan's open stops say what the plan says now."""
    on = timezone.localtime(now, ZoneInfo(settings.TIME_ZONE)).date()
    plan_now(TOMORROW, tomorrow_of(plan, on=on, calendar=load_calendar()), now=now)


def drop_stops(ids: Collection[int], *, now: datetime) -> None:
    """Cancel the reminders of stops that were taken out; they come back with the stop."""
    items = FollowUp.objects.open().filter(kind__in=KINDS, subject_kind=ITEM_KIND, subject_id__in=ids)
    cancel_items(items.values_list("pk", flat=True), now=now)
