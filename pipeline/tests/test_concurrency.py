"""Two people at once, on a database that lets them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from pipeline.actions.guards import CannotMove
from pipeline.actions.steps import move
from pipeline.choices import Track
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory, show_required


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_people_moving_at_once_give_one_winner(changhong, rep, teammate, today, now):
    deal = OpportunityFactory(account=changhong)
    show_required(deal)
    second, third = deal.pipeline.steps.get(position=2), deal.pipeline.steps.get(position=3)
    both_looked = Barrier(2)

    def go(person, to) -> str:
        try:
            looked = Opportunity.objects.get(pk=deal.pk)
            both_looked.wait(timeout=10)
            move(looked, track=Track.OURS, to=to, on=today, actor=person, now=now)
        except CannotMove:
            return "told"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(go, rep, second), pool.submit(go, teammate, third)]
        results = sorted(answer.result(timeout=30) for answer in answers)

    assert results == ["moved", "told"]
    assert deal.stage_changes.count() == 1
