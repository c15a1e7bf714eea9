"""Giving a few customers to somebody else from the list: the same way as a hand-over, at once, with one undo."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.giving import CannotGive, give_accounts
from accounts.handover.briefing import briefs
from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.audit import history_of
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from followups.actions.items import promise
from pipeline.actions.opportunities import set_next_step
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from teams.tests.factories import UserFactory
from visits.handing_over import known_to_one
from visits.models import PlanItem
from visits.tests.factories import DayPlanFactory, PlanItemFactory, VisitFactory

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def test_what_is_open_goes_along_and_is_told_before(
    changhong, rep, teammate, manager, today, now, client_for: SignIn
) -> None:
    OpportunityFactory(account=changhong)
    PlanItemFactory(plan=DayPlanFactory(user=rep, day=today + timedelta(days=1)), account=changhong)
    promise(changhong, recipient=rep, text="送样品", due_on=today, actor=rep, now=now, account_id=changhong.pk)
    client, url = client_for(manager), reverse("accounts:hand_over")
    asked = client.post(url, {"ids": [changhong.pk]}).content.decode()
    assert "planned visits 1 · open opportunities 1 · follow-ups 1" in asked

    client.post(url, {"ids": [changhong.pk], "sure": "1", "to": teammate.pk})

    assert Opportunity.objects.get().owner == teammate
    assert PlanItem.objects.get(state="OPEN").plan.user == teammate
    undo(UndoEntry.objects.get(), actor=manager, now=now)
    assert Opportunity.objects.get().owner == rep
    assert PlanItem.objects.get(state="OPEN").plan.user == rep
    assert Account.objects.get().owner == rep


def test_customers_of_several_owners_and_of_nobody_go_in_one_go(
    changhong, rep, teammate, outsider, director, now
) -> None:
    second, third = AccountFactory(owner=outsider), AccountFactory(owner=None, team=rep.team)
    own = AccountFactory(owner=teammate)
    entry = give_accounts(Account.objects.select_related("owner"), to=teammate, actor=director, now=now)
    assert entry.label == "3 customers given to 刘婷"
    assert set(Account.objects.filter(owner=teammate)) == {changhong, second, third, own}
    undo(entry, actor=director, now=now)
    assert {account.pk: account.owner for account in Account.objects.all()} == {
        changhong.pk: rep,
        second.pk: outsider,
        third.pk: None,
        own.pk: teammate,
    }


def test_it_is_not_undone_once_an_opportunity_of_one_was_worked_on(changhong, teammate, manager, today, now) -> None:
    deal = OpportunityFactory(account=changhong, name="二期产线")
    entry = give_accounts([changhong], to=teammate, actor=manager, now=now)
    set_next_step(Opportunity.objects.get(pk=deal.pk), text="去现场", on=today, actor=teammate, now=now)
    with pytest.raises(CannotUndo, match="二期产线"):
        undo(entry, actor=manager, now=now)
    assert Opportunity.objects.get(pk=deal.pk).owner == teammate


def test_a_changed_fact_keeps_the_customer_too(changhong, teammate, manager, rep, now, client_for) -> None:
    entry = give_accounts([changhong], to=teammate, actor=manager, now=now)
    client_for(teammate).post(
        reverse("accounts:edit", args=[changhong.pk]), {"version": "2", "name": "长虹", "kind": "CUSTOMER"}
    )
    with pytest.raises(CannotUndo, match="长虹"):
        undo(entry, actor=manager, now=now)


def test_nothing_goes_to_who_has_no_team(changhong, manager, rep, now) -> None:
    alone = UserFactory(name="无队")
    with pytest.raises(CannotGive, match="无队 belongs to no team"):
        give_accounts([changhong], to=alone, actor=manager, now=now)
    assert Account.objects.get().owner == rep


def test_whoever_has_the_customer_planned_that_day_keeps_his_own_stop(
    changhong, rep, teammate, manager, today, now
) -> None:
    day = today + timedelta(days=1)
    PlanItemFactory(plan=DayPlanFactory(user=rep, day=day), account=changhong, goal="他的")
    own = PlanItemFactory(plan=DayPlanFactory(user=teammate, day=day), account=changhong, goal="我的")
    entry = give_accounts([changhong], to=teammate, actor=manager, now=now)
    assert [item.goal for item in PlanItem.objects.open()] == ["我的"]
    undo(entry, actor=manager, now=now)
    own.refresh_from_db()
    assert {item.goal: item.plan.user for item in PlanItem.objects.open()} == {"他的": rep, "我的": teammate}


def test_every_step_stands_in_history(changhong, rep, teammate, manager, today, now) -> None:
    deal = OpportunityFactory(account=changhong)
    give_accounts([changhong], to=teammate, actor=manager, now=now)
    assert [row.action for row in history_of(changhong)] == ["account.owner_changed"]
    assert [row.action for row in history_of(deal)] == ["opportunity.handed_over"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_brief_costs_the_same_for_one_customer_and_for_three(
    count: int, rep, manager, today: date, client_for: SignIn, django_assert_num_queries
) -> None:
    accounts = AccountFactory.create_batch(count, owner=rep)
    for account in accounts:
        person = ContactFactory(account=account, buying_roles=["DECIDER"])
        OpportunityFactory(account=account, next_step="送样", next_step_on=today)
        VisitFactory(account=account, said="预算已批", commitment="寄样品", happened_on=today).contacts.add(person)
    with django_assert_num_queries(5):  # people, the last visits, what was promised, opportunities, follow-ups
        found = briefs(accounts, user=rep, on=today)
    assert [len(brief.parts) for brief in found] == [3] * count
    lines = [(str(part.title), line.title) for part in found[0].parts for line in part.lines]
    assert lines[1:3] == [
        ("Last visit, and what was promised", f"2026-11-24 by {rep}"),
        ("Last visit, and what was promised", "The customer promised: 寄样品"),
    ]


def test_a_decider_nobody_else_has_met_may_be_lost(changhong, rep, teammate, today, django_assert_num_queries) -> None:
    alone = ContactFactory(account=changhong, name="李敏", buying_roles=["DECIDER"])
    both = ContactFactory(account=changhong, name="王建国", buying_roles=["DECIDER"])
    VisitFactory(account=changhong).contacts.add(alone, both)
    VisitFactory(account=changhong, user=teammate).contacts.add(both)
    with django_assert_num_queries(2):
        assert [risk.text for risk in known_to_one([changhong.pk], rep, today)] == ["李敏"]
