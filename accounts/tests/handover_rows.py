"""Rows for the drill of a hand-over, in a process of the product: `python -m accounts.tests.handover_rows make 60`."""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402 - the applications must be loaded first

from accounts.actions.handing import plan_hand_over  # noqa: E402
from accounts.actions.handover_run import start  # noqa: E402
from accounts.tests.factories import AccountFactory  # noqa: E402
from crm.jobs import run_job  # noqa: E402
from crm.models import Job  # noqa: E402
from teams.choices import Role  # noqa: E402
from teams.tests.factories import TeamFactory, UserFactory  # noqa: E402


def make(count: int) -> None:
    """Begin the hand-over of somebody with `count` customers; nobody works on it yet."""
    team = TeamFactory(name="华东一区")
    manager = UserFactory(name="赵敏", role=Role.MANAGER, team=team)
    giver, to = UserFactory(name="陈思远", team=team), UserFactory(name="刘婷", team=team)
    team.manager = manager
    team.save(update_fields=["manager"])
    AccountFactory.create_batch(count, owner=giver, tier="A")
    on = timezone.localdate()
    planned = plan_hand_over(giver=giver, reason="LEAVES", day=on, rest_to=to, actor=manager)
    start(planned, actor=manager, on=on, now=timezone.now())


def work() -> None:
    """Be the worker that takes the job."""
    run_job(Job.objects.get().pk, now=timezone.now())


if __name__ == "__main__":
    {"make": make, "work": work}[sys.argv[1]](*map(int, sys.argv[2:]))
