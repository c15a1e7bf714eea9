"""Follow-ups that go with a line of a plan or a risk: there from the moment a day is set, gone with it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from followups.models import FollowUp
from followups.planning import cancel_items, plan_now
from followups.rules import Due, Rule
from followups.subjects import as_pair


def keep_up(rule: Rule, subject: models.Model, dues: Iterable[Due], *, now: datetime) -> None:
    """Let the open follow-ups of a kind about a thing be exactly these; the others are no longer needed."""
    wanted = list(dues)
    about = FollowUp.objects.open().about(*as_pair(subject)).filter(kind=rule.kind)
    cancel_items(about.exclude(key__in=[due.key for due in wanted]).values_list("pk", flat=True), now=now)
    plan_now(rule, wanted, now=now)
