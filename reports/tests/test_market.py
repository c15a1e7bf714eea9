"""Sources with their conversion and value, and the industry map: each number as long as the list behind it."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Industry
from accounts.tests.factories import AccountFactory, TurnoverFactory
from pipeline.tests.factories import OpportunityFactory
from reports.periods import PeriodKind, period_containing
from reports.queries.industries import Cell, Heat, IndustryRow, industry_map, whitest
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


def test_a_customer_of_the_team_that_signed_with_another_team_has_signed(director, rep, outsider, now):
    brought = AccountFactory(owner=rep, source="INTRODUCTION")
    deal = {"owner": outsider, "team": outsider.team, "state": "WON", "closed_on": TODAY}
    OpportunityFactory(account=brought, amount=Decimal(70_000), **deal)
    scope = replace(look(director, now), team=rep.team)
    assert [(row.with_deal, row.signed, row.value) for row in by_source(scope)] == [(1, 1, Decimal(70_000))]


def test_what_has_no_rate_is_said_to_be_missing_from_the_value(client, manager, rep, now):
    brought = AccountFactory(owner=rep, source="INTRODUCTION")
    signed(brought, 80_000)
    client.force_login(manager)
    assert "in a currency without a rate" not in client.get(reverse("reports:sources")).content.decode()
    deal = {"owner": rep, "state": "WON", "closed_on": TODAY, "currency": "JPY"}
    OpportunityFactory(account=brought, amount=Decimal(5_000_000), **deal)
    [row] = by_source(look(manager, now))
    assert (row.signed, row.value, row.unrated) == (1, Decimal(80_000), 1)
    page = client.get(reverse("reports:sources")).content.decode()
    assert "Signed in a currency without a rate, so not in the value: 1." in page


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
    assert 'class="score">88</b>' in part
    assert told(part) == ["Industry 电子 +38 60 of 60 won · 100 %", "Size 200 to 999 0 60 of 120 won · 50 %"]
    client.force_login(manager)
    page = client.get(reverse("reports:industries")).content.decode()
    assert "Of 120 decided opportunities 50 % were won." in page
    assert "of 100 has a customer that is 电子; an average one has 50." in " ".join(page.split())
    assert told(page) == ["电子 +38 60 of 60 won · 100 %"]


def told(page: str) -> list[str]:
    """Return what each trait of a profile says."""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", line).split())
        for line in re.findall(r'<li class="trait">(.*?)</li>', page, re.S)
    ]


def test_who_sent_everything_back_is_white_and_a_year_of_returns_has_no_trend(manager, rep, now):
    electronics = Industry.objects.create(name="电子")
    returned, bought = AccountFactory.create_batch(2, owner=rep, industry=electronics, employees=20)
    for account, day, amount in (
        (returned, date(2026, 9, 1), 500),
        (returned, date(2026, 10, 1), -500),
        (bought, date(2026, 10, 1), 300),
        (bought, date(2025, 6, 1), -200),
    ):
        TurnoverFactory(account=account, booked_on=day, amount=Decimal(amount))
    [row] = industry_map(look(manager, now))
    cell = row.cells["tiny"]
    assert (cell.known, cell.buying, cell.white, cell.turnover, cell.before) == (2, 1, 1, Decimal(300), Decimal(-200))
    assert cell.trend is None


# --- how dark a field is ----------------------------------------------------------------------------------------------
def field(known: int, buying: int) -> IndustryRow:
    row = IndustryRow(1, "电子")
    row.cells["tiny"] = Cell(known, buying)
    return row


@pytest.mark.parametrize(
    ("known", "buying", "by_share", "by_white"),
    [(0, 0, 0, 0), (12, 0, 0, 4), (10, 1, 1, 3), (10, 2, 1, 3), (10, 3, 2, 3), (8, 7, 5, 1), (9, 9, 5, 0)],
)
def test_a_field_is_the_darker_the_more_buy_or_the_more_are_white(known, buying, by_share, by_white):
    rows = [field(known, buying), field(12, 0)]
    assert Heat(rows, "share").level(rows[0].cells["tiny"]) == by_share
    assert Heat(rows, "white").level(rows[0].cells["tiny"]) == by_white


def test_the_legend_says_what_each_shade_stands_for_and_nothing_else_does():
    assert [shade.words for shade in Heat([], "luck").legend] == [
        *("0 %", "1–20 %", "21–40 %", "41–60 %", "61–80 %", "81–100 %"),
    ]
    assert [shade.words for shade in Heat([field(12, 0)], "white").legend] == ["0", "1–3", "4–6", "7–9", "10–12"]
    assert [shade.words for shade in Heat([field(2, 0)], "white").legend] == ["0", "1", "2"]
    assert [shade.words for shade in Heat([], "white").legend] == ["0"]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), min_size=1, max_size=20))
@pytest.mark.property
def test_every_shade_of_the_map_stands_in_its_legend(fields):
    rows = [field(known, known * percent // 100) for known, percent in fields]
    for by in ("share", "white"):
        heat = Heat(rows, by)
        levels = {heat.level(cell) for row in rows for cell in row.cells.values()}
        assert levels <= {shade.level for shade in heat.legend}
        assert [shade.level for shade in heat.legend] == list(range(len(heat.legend)))


def test_the_map_names_the_most_white_space_and_is_shaded_as_one_asks(client, manager, rep):
    electronics = Industry.objects.create(name="电子")
    AccountFactory.create_batch(3, owner=rep, industry=electronics, employees=20)
    assert whitest([]) is None
    client.force_login(manager)
    page = client.get(reverse("reports:industries")).content.decode()
    assert "Most white space: 电子, below 50. 3 of 3 known companies bought nothing within a year." in page
    assert 'class="heat heat-0"' in page
    assert 'class="table map by-share"' in page
    page = client.get(reverse("reports:industries"), {"by": "white", "team": ""}).content.decode()
    assert 'class="heat heat-3"' in page
    assert 'class="table map by-white"' in page
    assert 'href="?team="' in page
    assert "style=" not in page.split("</head>")[1]


def test_every_number_of_the_map_is_the_length_of_its_list(client, manager, rep, outsider):
    electronics = Industry.objects.create(name="电子")
    for employees, amount in ((1200, 300), (1000, -5), (999, 40), (200, 0), (49, 7), (0, 0), (None, 9)):
        for industry in (electronics, None):
            account = AccountFactory(owner=rep, industry=industry, employees=employees)
            if amount:
                TurnoverFactory(account=account, booked_on=TODAY, amount=Decimal(amount))
    AccountFactory(owner=outsider, industry=electronics, employees=1200)
    client.force_login(manager)
    context = client.get(reverse("reports:industries")).context
    seen = 0
    for line in [*context["rows"], context["whole"]]:
        for field in [*line["fields"], line["total"]]:
            cell = field.cell
            for url, number in ((field.known, cell.known), (field.buying, cell.buying), (field.white, cell.white)):
                assert client.get(url).context["page"].count == number, url
                seen += number
    assert seen == 14 * 2 * 4, (
        "each of the 14 stands in its field, its row, its size and the whole, known and once more"
    )


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
