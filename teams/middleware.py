"""Makes the request that person's own: zone, day, language, and whom he stands in for."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from teams.models import Absence


class PersonalMiddleware:
    """Set `request.now`, `request.today` and the person's zone, language and deputising."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        zone = user.time_zone if user.is_authenticated else settings.TIME_ZONE
        request.now = timezone.now()
        request.today = request.now.astimezone(ZoneInfo(zone)).date()
        if user.is_authenticated:
            absences = Absence.objects.filter(
                deputy=user, starts_on__lte=request.today, ends_on__gte=request.today
            )
            user.stands_in_for = frozenset(absences.values_list("user_id", flat=True))
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)
