"""What history knows of the lists a person took along as files."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from crm.models import AuditEntry
from teams.exporting import LOOKED_AT_DAYS, USUAL_DAYS, Export
from teams.list_exports import list_title
from teams.models import User

EXPORTED = "list.exported"


def exports_of(user: User, *, on: date) -> list[Export]:
    """Return a person's downloads up to a day, as far back as judging the last 30 days needs; one query."""
    first = on - timedelta(days=USUAL_DAYS + LOOKED_AT_DAYS)
    since = timezone.make_aware(datetime.combine(first, time.min))
    rows = AuditEntry.objects.filter(actor=user, action=EXPORTED, recorded_at__gte=since).order_by("pk")
    found = (_export(row) for row in rows)
    return [export for export in found if export.on <= on]


def _export(row: AuditEntry) -> Export:
    page = str(row.changes.get("list", ""))
    return Export(timezone.localtime(row.recorded_at).date(), list_title(page) or page, int(row.changes.get("rows", 0)))
