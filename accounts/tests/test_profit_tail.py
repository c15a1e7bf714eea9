"""The page of profits: the least first, the tail that earns nothing, sums that add up, a download of the same rows."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Account, ServiceCost
from accounts.tests.factories import AccountFactory, TurnoverFactory
from teams.models import User

SignIn = Callable[[User], Client]
PAGE = "accounts:profits"


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def bought(name: str, owner: User, on: date, amount: int, cost: int | None) -> Account:
    account = AccountFactory(name=name, owner=owner)
    TurnoverFactory(account=account, booked_on=on, amount=Decimal(amount), cost=None if cost is None else Decimal(cost))
    return account


@pytest.fixture
def four(rep: User, outsider: User, today: date) -> None:
    """One that leaves 300, one that leaves nothing, one sold below cost, one of unknown cost; and one of others."""
    ServiceCost.objects.create(pk=1, hourly=Decimal(100))
    bought("苏州博瑞", rep, today, 1000, 700)
    bought("昆山恒远", rep, today, 500, 500)
    bought("无锡华鑫", rep, today, 400, 450)
    bought("常州明远", rep, today, 900, None)
    bought("别人的", outsider, today, 9000, 10)


@pytest.mark.usefixtures("four")
def test_the_tail_is_listed_from_the_worst_and_what_nobody_knows_is_no_part_of_it(
    manager: User, client_for: SignIn
) -> None:
    client = client_for(manager)
    page = client.get(reverse(PAGE))
    names = [row.account.name for row in page.context["rows"]]
    assert names == ["无锡华鑫", "昆山恒远", "苏州博瑞", "常州明远"]
    tail = page.context["tail"].sums
    assert (tail.customers, tail.sold, tail.profit) == (2, Decimal(900), Decimal(-50))
    listed = client.get(reverse(PAGE), {"earns": "nothing"})
    assert [row.account.name for row in listed.context["rows"]] == names[:2]
    assert listed.context["sums"].profit == Decimal(-50)
    listed = client.get(reverse(PAGE), {"earns": "unknown"})
    assert [row.account.name for row in listed.context["rows"]] == ["常州明远"]


@pytest.mark.usefixtures("four")
def test_the_sums_say_of_whom_they_are(manager: User, client_for: SignIn) -> None:
    page = client_for(manager).get(reverse(PAGE))
    every = page.context["every"]
    assert (every.sold, every.margin, every.profit) == (Decimal(2800), Decimal(250), Decimal(250))
    shown = " ".join(page.content.decode().split())
    assert "of 3 of 4 customers, whose costs are known" in shown
    assert "13.2 % of their turnover of" in shown


@pytest.mark.usefixtures("four")
def test_the_download_holds_the_rows_of_the_page(manager: User, client_for: SignIn) -> None:
    answer = client_for(manager).get(reverse("accounts:profits_export"), {"earns": "nothing", "format": "csv"})
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert [line.split(",")[0].strip('"') for line in text.splitlines()[1:]] == ["无锡华鑫", "昆山恒远"]
