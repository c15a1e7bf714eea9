"""The time spent on customers, as it was logged with visits and calls."""

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import ExtractHour, ExtractMinute

from accounts.effort import EffortSource
from accounts.models import ServiceCost
from accounts.spans import Span
from visits.choices import VisitKind
from visits.models import Visit

HOUR = 60
SHORT = (VisitKind.CALL, VisitKind.WECHAT)


def _minutes(name: str) -> CombinedExpression:
    return ExtractHour(name) * HOUR + ExtractMinute(name)


def with_minutes(span: Span, cost: ServiceCost) -> QuerySet[Visit]:
    """Return the visits of a span with their `minutes`; one whose begin or end nobody noted counts as usual."""
    visits = Visit.objects.live().between(span.first, span.last)
    return visits.annotate(
        minutes=Case(
            When(ended_at__gte=F("started_at"), then=_minutes("ended_at") - _minutes("started_at")),
            When(kind__in=SHORT, then=Value(cost.minutes_a_call)),
            default=Value(cost.minutes_a_visit),
            output_field=IntegerField(),
        )
    )


EFFORT = EffortSource("visits", with_minutes)
