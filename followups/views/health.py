"""Is the process alive, and is the whole of it working? For supervisors and load balancers; says nothing else."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from followups.models import Delivery

LATE = timedelta(seconds=120)


@never_cache
@require_safe
@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever this process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
@login_not_required
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and nothing is more than two minutes late, else 503 and which it is."""
    try:
        is_late = Delivery.objects.late(timezone.now(), by=LATE).exists()
    except DatabaseError:
        return JsonResponse({"database": "does not answer"}, status=503)
    if is_late:
        return JsonResponse({"database": "ok", "deliveries": "late"}, status=503)
    return JsonResponse({"database": "ok", "deliveries": "on time"})
