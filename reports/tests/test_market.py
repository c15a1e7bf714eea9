"""Sources with their conversion and value, and the industry map: each number as long as the list behind it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Industry
from accounts.tests.factories import AccountFactory, TurnoverFactory
from pipeline.tests.factories import OpportunityFactory
from reports.periods import PeriodKind, period_containing
from reports.queries.industries import industry_map
from reports.queries.sources import by_source, whole
from reports.scope import Scope

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Learn anew in each test."""
    cache.clear()


def look(user, now) -> Scope:
    """Look at everything the person may see."""
    return Scope(user, period_containing(PeriodKind.QUARTER, TODAY), TODAY, now)


def signed(account, amount: int) -> None:
    """Make an opportunity that was won."""
    OpportunityFactory(account=account, owner=account.owner, state="WON", amount=Decimal(amount), closed_on=TODAY)


def test_conversion_and_value_are_told_by_source(manager, rep, outsider, now):
    swept = [AccountFactory(owner=rep, source="ESTATE") for _number in range(4)]
    brought = AccountFactory(owner=rep, source="INTRODUCTION")
    signed(swept[0], 10_000)
    signed(swept[0], 5_000)
    OpportunityFactory(account=swept[1], owner=rep, state="LOST", closed_on=TODAY)
    signed(brought, 80_000)
    signed(AccountFactory(owner=outsider, source="INTRODUCTION"), 999_000)
    rows = by_source(look(manager, now))
    assert [(row.source, row.customers, row.with_deal, row.signed, row.conversion, row.value) for row in rows] == [
        ("INTRODUCTION", 1, 1, 1, Decimal("100.0"), Decimal(80_000)),
        ("ESTATE", 4, 2, 1, Decimal("25.0"), Decimal(15_000)),
    ]
    assert (whole(rows).customers, whole(rows).value_each) == (5, Decimal(19_000))


def test_the_number_of_a_source_is_the_length_of_its_list(client, manager, rep, now):
    AccountFactory.create_batch(3, owner=rep, source="ESTATE")
    AccountFactory(owner=rep, source="SWEEP")
    client.force_login(manager)
    page = client.get(reverse("reports:sources")).content.decode()
    assert "/accounts/?source=ESTATE" in page
    assert client.get("/accounts/?source=ESTATE").context["page"].count == 3


def test_the_map_parts_who_buys_from_what_is_white(manager, rep, now):
    electronics = Industry.objects.create(name="电子")
    buyer = AccountFactory(owner=rep, industry=electronics, employees=1200)
    AccountFactory(owner=rep, industry=electronics, employees=5000)
    AccountFactory(owner=rep, industry=electronics, employees=20)
    AccountFactory(owner=rep, employees=None)
    TurnoverFactory(account=buyer, booked_on=date(2026, 10, 1), amount=Decimal(300))
    TurnoverFactory(account=buyer, booked_on=date(2025, 6, 1), amount=Decimal(200))
    TurnoverFactory(account=buyer, booked_on=date(2024, 6, 1), amount=Decimal(9_999))
    first, last = industry_map(look(manager, now))
    large = first.cells["large"]
    assert (first.name, large.known, large.buying, large.white, large.share) == ("电子", 2, 1, 1, 50)
    assert (large.turnover, large.before, large.trend) == (Decimal(300), Decimal(200), 50)
    assert (first.cells["tiny"].white, first.total.known) == (1, 3)
    assert (last.pk, last.cells["unknown"].known) == (None, 1)


def test_a_customers_page_says_how_much_it_is_like_those_won(client, rep, manager, now):
    electronics = Industry.objects.create(name="电子")
    account = AccountFactory(owner=rep, industry=electronics, employees=300)
    client.force_login(rep)
    url = reverse("reports:profile_of", args=[account.pk])
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "decided so far are 0 won and 0 lost" in part
    other = AccountFactory(owner=rep, employees=300)
    OpportunityFactory.create_batch(60, account=account, owner=rep, state="WON", closed_on=TODAY)
    OpportunityFactory.create_batch(60, account=other, owner=rep, state="LOST", closed_on=TODAY)
    cache.clear()
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Industry 电子: 60 of 60 won, +38" in part
    client.force_login(manager)
    page = client.get(reverse("reports:industries")).content.decode()
    assert "Of 120 decided opportunities 50 % were won." in page


@pytest.mark.parametrize("many", [1, 3])
def test_both_pages_cost_the_same_however_many_there_are(client, manager, rep, many, django_assert_num_queries):
    for number in range(many):
        industry = Industry.objects.create(name=f"行业{number}")
        for account in AccountFactory.create_batch(many, owner=rep, source="ESTATE", industry=industry, employees=10):
            signed(account, 1)
    client.force_login(manager)
    client.get(reverse("reports:industries"))
    with django_assert_num_queries(10):
        client.get(reverse("reports:sources"))
    with django_assert_num_queries(9):
        client.get(reverse("reports:industries"))
