"""The picture of the firm: it counts as the tier rules do, and tells of quarters in which most had a tier."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Account, TierChange
from accounts.tests.factories import AccountFactory, TurnoverFactory
from accounts.tiers.picture import Quarter, accounts_in_view
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def bought(tier: str, owner: User, today: date, *amounts: int) -> Account:
    account = AccountFactory(owner=owner, tier=tier)
    for amount in amounts:
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(amount))
    return account


def test_who_returned_more_than_he_bought_takes_nothing_as_in_the_tier_rules(
    rep: User, admin: User, client_for: SignIn, today: date
) -> None:
    bought("A", rep, today, 600)
    bought("B", rep, today, 200, -800)
    bought("C", rep, today, 400)
    client = client_for(admin)
    drawn = client.get(reverse("accounts:picture")).context
    ruled = client.get(reverse("accounts:tiers")).context["compared"]
    assert [(row.tier, row.turnover) for row in drawn["shares"]] == [
        ("A", Decimal("60.0")),
        ("B", Decimal("0.0")),
        ("C", Decimal("40.0")),
    ]
    assert [(row.tier, row.customers, row.turnover) for row in drawn["shares"]] == [
        (row.tier, row.customers, row.turnover) for row in ruled
    ]
    assert drawn["spread"].turnover == 1000


def test_a_quarter_is_told_once_most_customers_had_a_tier() -> None:
    def ended_with(a: int, b: int, none: int) -> Quarter:
        return Quarter("2026 Q2", {"A": a, "B": b, "C": 0, "": none}, {})

    assert not ended_with(0, 0, 10).is_told
    assert not ended_with(1, 4, 5).is_told
    assert ended_with(1, 5, 5).is_told


def test_the_drift_begins_with_the_first_quarter_of_tiers(
    rep: User, admin: User, client_for: SignIn, today: date
) -> None:
    early, late = bought("A", rep, today, 100), bought("C", rep, today, 100)
    third = bought("C", rep, today, 100)
    for account, ago in ((early, 200), (late, 90), (third, 90)):
        day = today - timedelta(days=ago)
        TierChange.objects.create(account=account, before="", after=account.tier, happened_on=day, recorded_at=day)
    shown = client_for(admin).get(reverse("accounts:picture")).context
    assert [quarter.label for quarter in shown["quarters"]] == ["2026 Q3", "2026 Q4"]


def test_the_page_leads_back_to_where_its_reader_may_go(admin: User, manager: User, client_for: SignIn) -> None:
    for person, way in ((admin, "accounts:tiers"), (manager, "accounts:profits")):
        shown = client_for(person).get(reverse("accounts:picture")).content.decode()
        assert f'<li><a href="{reverse(way)}">' in shown
    assert accounts_in_view(manager).count() == 0
