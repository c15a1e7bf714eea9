"""The follow-up for an opportunity that stays too long at one step."""

from datetime import UTC, date, datetime

import pytest

from crm.workdays import load_calendar
from followups.rules import Due, RuleContext
from pipeline.actions.opportunities import archive_opportunity
from pipeline.models import Opportunity
from pipeline.rules import stage_overdue
from pipeline.tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)


@pytest.fixture
def deal(changhong) -> Opportunity:
    """At its first step since 12 October, where 20 working days are expected."""
    return OpportunityFactory(account=changhong, name="总装线改造", step_since=LONG_AGO)


def due(on: date, **params: int) -> list[Due]:
    return list(stage_overdue(RuleContext(on=on, calendar=load_calendar(), params=params)))


def test_it_is_due_from_the_first_working_day_that_is_too_late(deal, rep, changhong):
    assert due(date(2026, 11, 9)) == []

    found = due(date(2026, 11, 10))
    assert found == [
        Due(
            kind="stage_overdue",
            subject=("opportunity", deal.pk),
            recipient_id=rep.pk,
            due_on=date(2026, 11, 10),
            key=f"stage_overdue:{deal.pk}:{deal.our_step_id}:2026-10-12",
            params={
                "opportunity": "总装线改造",
                "account": "长虹精密",
                "step": "F",
                "since": "2026-10-12",
                "expected": 20,
            },
            account_id=changhong.pk,
            source_version=1,
        )
    ]


def test_a_later_run_yields_the_same_occurrence(deal):
    assert due(date(2026, 11, 24)) == due(date(2026, 11, 10))


def test_an_agreed_day_still_to_come_keeps_it_quiet(deal, today):
    Opportunity.objects.update(next_step_on=today)
    assert due(today) == []

    assert len(due(date(2026, 11, 25))) == 1


def test_an_admin_may_allow_more_days(deal, today):
    assert due(today, extra_days=20) == []
    assert len(due(today, extra_days=5)) == 1


def test_what_is_closed_or_archived_is_never_due(changhong, rep, today, now):
    OpportunityFactory(account=changhong, step_since=LONG_AGO, state="LOST", closed_on=today)
    archive_opportunity(OpportunityFactory(account=changhong, step_since=LONG_AGO), actor=rep, now=now)

    assert due(today) == []


def test_many_cost_what_one_costs(changhong, today, django_assert_num_queries):
    load_calendar()
    OpportunityFactory(account=changhong, step_since=LONG_AGO)
    with django_assert_num_queries(2):
        assert len(due(today)) == 1
    OpportunityFactory.create_batch(2, account=changhong, step_since=LONG_AGO)
    with django_assert_num_queries(2):
        assert len(due(today)) == 3
