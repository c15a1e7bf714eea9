"""Figures of a group with every room in it: turnover, opportunities and visits added up, at a bounded cost."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.groups.group import Group, group_of
from accounts.models import Account
from accounts.tests.factories import AccountFactory, TurnoverFactory
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from visits.tests.factories import PlanItemFactory, VisitFactory

SignIn = Callable[[User], Client]
PART = {"HX-Request": "true"}


def sums(group: Group) -> dict[str, object]:
    """Return the figures of a whole group by their names."""
    return {figure.name: value for figure, value in group.totals}


@pytest.fixture
def yangtze(changhong: Account, rep: User, outsider: User) -> Account:
    """长江控股 owns 长虹精密 with its branch in Kunshan, and 长江物流, which Sun Lei keeps."""
    top = AccountFactory(name="长江控股集团", owner=rep)
    Account.objects.filter(pk=changhong.pk).update(parent=top)
    AccountFactory(name="长虹昆山分公司", owner=rep, parent=changhong)
    AccountFactory(name="长江物流", owner=outsider, parent=top)
    return top


def test_turnover_margin_opportunities_and_visits_add_up(
    yangtze: Account, changhong: Account, rep: User, outsider: User, director: User, today: date
) -> None:
    kunshan = Account.objects.get(name="长虹昆山分公司")
    TurnoverFactory(account=changhong, booked_on=today, amount=Decimal(300), cost=Decimal(200))
    TurnoverFactory(account=kunshan, booked_on=today - timedelta(days=30), amount=Decimal(200))
    TurnoverFactory(account=kunshan, booked_on=today - timedelta(days=400), amount=Decimal(999))
    TurnoverFactory(account=Account.objects.get(name="长江物流"), booked_on=today, amount=Decimal(7000))
    OpportunityFactory(account=kunshan, owner=rep, amount=Decimal(80_000))
    OpportunityFactory(account=changhong, owner=rep, amount=Decimal(20_000))
    OpportunityFactory(account=changhong, owner=rep, amount=Decimal(500_000), state="LOST", closed_on=today)
    VisitFactory(account=kunshan, user=rep, happened_on=today)
    VisitFactory(account=kunshan, user=rep, happened_on=today - timedelta(days=400))
    PlanItemFactory(account=changhong, plan__user=rep, plan__day=today + timedelta(days=1))
    group = group_of(yangtze, user=rep, on=today)
    assert sums(group) == {
        "turnover": Decimal(500),
        "margin": Decimal(100),
        "open": 2,
        "open_value": Decimal(100_000),
        "visits": 1,
        "planned": 1,
    }
    subsidiary = group.tops[0].below[0]
    assert (subsidiary.total[:2], subsidiary.own[:2]) == ((Decimal(500), Decimal(100)), (Decimal(300), Decimal(100)))
    assert sums(group_of(yangtze, user=director, on=today))["turnover"] == Decimal(7500)


@pytest.mark.parametrize("count", [1, 3])
def test_a_group_costs_the_same_with_one_and_with_three(
    count: int, yangtze: Account, rep: User, today: date, client_for: SignIn, django_assert_num_queries
) -> None:
    for number in range(count):
        branch = AccountFactory(name=f"分公司{number}", owner=rep, parent=yangtze)
        TurnoverFactory(account=branch, booked_on=today, amount=Decimal(1))
        OpportunityFactory(account=branch, owner=rep)
        VisitFactory(account=branch, user=rep, happened_on=today)
    client, url = client_for(rep), reverse("accounts:group", args=[yangtze.pk])
    client.get(url)
    # session, user, absences, menu (2); customer, people; above, below, seen, unseen;
    # turnover, rates, opportunities, visits, stops
    with django_assert_num_queries(16):
        client.get(url)
    with django_assert_num_queries(13):
        client.get(url, headers=PART)
