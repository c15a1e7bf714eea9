"""The dispatcher as a process: one thread a channel, so that a slow mail server holds up nothing else.

It plans too, so that reminders come without Celery; whoever takes the turn of the minute runs the rules.
"""

import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from crm.stopping import StopRequest
from followups.channels import ChannelKind, push_channels
from followups.dispatching import dispatch_channel, dispatch_due, dispatch_in_app
from followups.models import DispatcherBeat
from followups.planning import plan_follow_ups

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0
PLAN_EVERY = timedelta(seconds=55)
SILENT_AFTER = timedelta(seconds=120)
PLANNER = "planner"


def sign_of_life(*, now: datetime) -> None:
    """Write that the dispatcher of this machine works."""
    name = socket.gethostname()[:60]
    if not DispatcherBeat.objects.filter(name=name).update(seen_at=now):
        DispatcherBeat.objects.bulk_create([DispatcherBeat(name=name, seen_at=now)], ignore_conflicts=True)


def take_turn(name: str, *, every: timedelta, now: datetime) -> bool:
    """Return whether it is this caller's turn: once per `every`, however many ask.

    A time in the future was written by a clock that has been set back since; it counts as long ago.
    """
    row = DispatcherBeat(name=name, seen_at=now - 2 * every)
    DispatcherBeat.objects.bulk_create([row], ignore_conflicts=True)
    free = Q(seen_at__lte=now - every) | Q(seen_at__gt=now + every)
    return bool(DispatcherBeat.objects.filter(free, name=name).update(seen_at=now))


def plan_when_due(*, now: datetime) -> bool:
    """Run the rules for the firm's day if nobody did within the last minute; return whether they ran."""
    if not take_turn(PLANNER, every=PLAN_EVERY, now=now):
        return False
    plan_follow_ups(on=timezone.localtime(now, ZoneInfo(settings.TIME_ZONE)).date(), now=now)
    return True


def run_once(stop: StopRequest) -> None:
    """Plan, then send everything that is due, one channel after the other."""
    sign_of_life(now=timezone.now())
    plan_when_due(now=timezone.now())
    for channel, done in dispatch_due(should_stop=stop.is_set).items():
        if done.sent or done.dead or done.put_back or done.cancelled:
            logger.info("%s: %s", channel, done)


def _keep_doing(act: Callable[[], object], stop: StopRequest) -> None:
    """Repeat `act` until asked to stop. A database that is away is waited for; nothing else ends the loop either."""
    while not stop.is_set():
        close_old_connections()
        try:
            act()
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database does not answer: %s", error)
            connection.close()
        except Exception:
            logger.exception("a pass of the dispatcher failed")
        stop.wait(POLL_SECONDS)
    connection.close()


def _pass_of(kind: ChannelKind, stop: StopRequest) -> Callable[[], object]:
    return lambda: dispatch_channel(kind, should_stop=stop.is_set)


def _look_after() -> None:
    sign_of_life(now=timezone.now())
    plan_when_due(now=timezone.now())


def run_loop(stop: StopRequest) -> None:
    """Plan and send until `stop` is set; returns when every thread has finished the message in its hands."""
    acts: dict[str, Callable[[], object]] = {"in app": lambda: dispatch_in_app(should_stop=stop.is_set)}
    acts |= {kind.channel: _pass_of(kind, stop) for kind in push_channels()}
    threads = [threading.Thread(target=_keep_doing, args=(act, stop), name=name) for name, act in acts.items()]
    for thread in threads:
        thread.start()
    _keep_doing(_look_after, stop)
    for thread in threads:
        thread.join()
