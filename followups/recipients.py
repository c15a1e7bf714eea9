"""The people messages go to: their zone, whom they stand in for, and the channels they chose."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone

from followups.models import ChannelChoice
from teams.models import Absence, User


def zone_of(user: User) -> ZoneInfo:
    """Return the person's time zone; that of the firm when the stored name means nothing."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def day_of(user: User, now: datetime) -> date:
    """Return the calendar day it is for the person."""
    return timezone.localtime(now, zone_of(user)).date()


def load_recipients(ids: Iterable[int], *, now: datetime) -> dict[int, User]:
    """Return people by id, each with whom he stands in for today; always two queries."""
    people = User.objects.in_bulk(set(ids))
    standing: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    days = {person.pk: day_of(person, now) for person in people.values()}
    for absence in Absence.objects.filter(deputy_id__in=people).select_related("user"):
        if absence.deputy_id and absence.covers(days[absence.deputy_id]):
            standing[absence.deputy_id].add((absence.user_id, absence.user.role))
    for person in people.values():
        person.stand_in_for(standing[person.pk])
    return people


class Wishes:
    """Who wants which kind by which channel; two words of one person never need two queries."""

    def __init__(self, kinds: Iterable[str], user_ids: Iterable[int]) -> None:
        """Read the choices of these people about these kinds: one query."""
        choices = ChannelChoice.objects.filter(kind__in=set(kinds), user_id__in=set(user_ids))
        self._said = {
            (user_id, kind, channel): is_on
            for user_id, kind, channel, is_on in choices.values_list("user_id", "kind", "channel", "is_on")
        }

    def wants(self, user_id: int, kind: str, channel: str, defaults: Sequence[str]) -> bool:
        """Return what the person said, else whether the channel is a default of the kind."""
        return self._said.get((user_id, kind, channel), channel in defaults)
