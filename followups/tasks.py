"""Celery only wakes planner and dispatcher; the rows say what is to be done.

`manage.py dispatch --loop` does both without it.
"""

from celery import shared_task
from django.utils import timezone

from followups import running
from followups.dispatching import dispatch_due


@shared_task(name="followups.plan")
def plan() -> bool:
    """Run the rules, unless somebody just did."""
    return running.plan_when_due(now=timezone.now())


@shared_task(name="followups.dispatch")
def dispatch() -> None:
    """Send what is due."""
    dispatch_due()
