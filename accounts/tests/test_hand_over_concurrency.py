"""Two leaders at once, on a database that lets them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.handing import CannotHandOver, plan_hand_over
from accounts.actions.handover_run import start
from accounts.models import HandOver
from crm.models import Job

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


def both(act) -> list[str]:
    """Return what two people are told who do something at the same moment."""
    ready = Barrier(2)

    def go(number: int) -> str:
        try:
            ready.wait(timeout=10)
            act(number)
        except CannotHandOver:
            return "told"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(answer.result(timeout=30) for answer in [pool.submit(go, number) for number in range(2)])


def test_one_plan_is_begun_once(changhong, rep, teammate, manager, director, today, now):
    plan = plan_hand_over(giver=rep, reason="MOVES", day=today, rest_to=teammate, actor=manager)
    people = (manager, director)
    assert both(lambda number: start(plan, actor=people[number], on=today, now=now)) == ["done", "told"]
    assert Job.objects.count() == 1
    changhong.refresh_from_db()
    assert changhong.owner == teammate


def test_one_person_is_planned_once(changhong, rep, manager, director, today):
    people = (manager, director)
    plans = both(lambda number: plan_hand_over(giver=rep, reason="LEAVES", day=today, actor=people[number]))
    assert (plans, HandOver.objects.count()) == (["done", "told"], 1)
