"""The firm's own picture: the curve, the tiers beside their reference, the drift over quarters, who sees it of whom."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.choices import AccountKind, TierChangeKind
from accounts.models import Account, TierChange
from accounts.spans import Span, quarter_of, quarters_until, twelve_months, usual_spans
from accounts.tests.factories import AccountFactory, TurnoverFactory
from accounts.tiers.picture import accounts_in_view, drift
from teams.models import User
from visits.tests.factories import VisitFactory

SignIn = Callable[[User], Client]
PAGE = "/accounts/tiers/picture/"


@pytest.fixture(autouse=True)
def _day(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ten(rep: User, outsider: User, today: date) -> list[Account]:
    """One A customer that buys for 70, two of B for 10 each, seven C: three in West, one of which bought nothing."""
    accounts = [
        AccountFactory(name=f"客户{number:02}", owner=rep if number < 8 else outsider, tier="ABBCCCCCCC"[number - 1])
        for number in range(1, 11)
    ]
    for account, amount in zip(accounts, (70, 10, 10, 2, 2, 2, 2, 1, 1), strict=False):
        TurnoverFactory(account=account, booked_on=today, amount=amount)
    return accounts


def test_the_firms_own_rule_in_one_sentence(ten, director: User, client_for: SignIn) -> None:
    page = client_for(director).get(PAGE)
    assert page.context["curve_finding"] == (
        "20 % of the customers bring 80.0 % of the turnover; 2 customers (22.2 %) make 80 % of it."
    )
    assert [(row.percent, row.customers, row.share) for row in page.context["curve_rows"]][1:4] == [
        (10, 1, 70),
        (20, 2, 80),
        (30, 3, 90),
    ]
    assert page.context["curve_finding"] in page.content.decode()


def test_actual_beside_reference_with_the_time_logged(ten, director: User, client_for: SignIn) -> None:
    VisitFactory(account=ten[0], started_at=time(9), ended_at=time(10))
    VisitFactory(account=ten[9], started_at=time(9), ended_at=time(12))
    shares = client_for(director).get(PAGE).context["shares"]
    assert [(row.tier, row.count, row.customers, row.turnover, row.effort) for row in shares] == [
        ("A", 1, 10, 70, 25),
        ("B", 2, 20, 20, 0),
        ("C", 7, 70, 10, 75),
    ]
    assert shares[0].reference == {"customers": 10, "turnover": 70, "staff": 15}


def test_dealers_and_archived_customers_are_no_part_of_it(ten, director: User, now, today: date, client_for) -> None:
    for change in ({"kind": AccountKind.DEALER}, {"archived_at": now}):
        account = AccountFactory(name="渠道", **change)
        TurnoverFactory(account=account, booked_on=today, amount=1_000)
    assert client_for(director).get(PAGE).context["spread"].turnover == 100


def test_whose_customers_it_counts(
    ten, admin: User, director: User, manager: User, other_manager: User, rep: User, client_for: SignIn
) -> None:
    counted = {person.name: accounts_in_view(person).count() for person in (admin, director, manager, other_manager)}
    assert counted == {"林越": 10, "何云": 10, "赵敏": 7, "钱伟": 3}
    assert client_for(other_manager).get(PAGE).context["spread"].turnover == 2
    assert client_for(rep).get(PAGE).status_code == 403
    assert ten[0].name not in client_for(admin).get(PAGE).content.decode()


@pytest.mark.parametrize("query", [{"first": "2024-01-01", "last": "2024-12-31"}, {"first": "x"}])
def test_days_without_turnover_say_what_to_do(query, ten, director: User, client_for: SignIn) -> None:
    page = client_for(director).get(PAGE, query)
    assert ("No turnover in these days" in page.content.decode()) is (query["first"] != "x")


def test_days_in_the_wrong_order_are_said_and_stay_as_typed(ten, director: User, client_for: SignIn) -> None:
    page = client_for(director).get(PAGE, {"first": "2026-12-01", "last": "2026-01-01"}).content.decode()
    assert "The last day must not lie before the first." in page
    assert 'value="2026-12-01"' in page


# --- drift ------------------------------------------------------------------------------------------------------------
def moved(account: Account, before: str, after: str, day: date) -> None:
    TierChange.objects.create(
        account=account, before=before, after=after, kind=TierChangeKind.COMPUTED, happened_on=day
    )


def test_tiers_stand_as_they_were_when_a_quarter_ended(rep: User, director: User) -> None:
    rose, stayed = AccountFactory(owner=rep, tier="A"), AccountFactory(owner=rep, tier="C")
    moved(rose, "", "C", date(2026, 2, 1))
    moved(stayed, "", "C", date(2026, 2, 1))
    moved(rose, "C", "B", date(2026, 5, 1))
    moved(rose, "B", "A", date(2026, 6, 30))
    for account, day, amount in (
        (rose, date(2026, 3, 1), 30),
        (stayed, date(2026, 3, 2), 10),
        (rose, date(2026, 4, 1), 60),
        (stayed, date(2026, 4, 1), 40),
        (rose, date(2026, 10, 1), 5),
    ):
        TurnoverFactory(account=account, booked_on=day, amount=amount)
    quarters = drift(accounts_in_view(director), date(2026, 11, 24))
    assert [
        (quarter.label, quarter.customers["A"], quarter.customers["C"], quarter.turnover["A"], quarter.turnover["C"])
        for quarter in quarters
    ] == [("2026 Q1", 0, 2, 0, 40), ("2026 Q2", 1, 1, 60, 40), ("2026 Q3", 1, 1, 0, 0), ("2026 Q4", 1, 1, 5, 0)]
    assert [(quarter.customers_percent("A"), quarter.turnover_percent("A")) for quarter in quarters] == [
        (0, 0),
        (50, 60),
        (50, 0),
        (50, 100),
    ]


def test_the_drift_is_said_in_one_sentence(ten, today: date, director: User, client_for: SignIn) -> None:
    moved(ten[0], "B", "A", today)
    TurnoverFactory(account=ten[1], booked_on=date(2026, 8, 1), amount=10)
    finding = client_for(director).get(PAGE).context["drift_finding"]
    assert finding == "A customers: 0.0 % of the turnover in 2025 Q1, 70.0 % in 2026 Q4."


# --- days -------------------------------------------------------------------------------------------------------------
def test_stretches_of_days(today: date) -> None:
    assert twelve_months(today) == Span(date(2025, 11, 25), today)
    assert quarter_of(date(2026, 2, 28)) == Span(date(2026, 1, 1), date(2026, 3, 31))
    assert [span.quarter for span in quarters_until(today, 3)] == ["2026 Q2", "2026 Q3", "2026 Q4"]
    assert usual_spans(today)["last-quarter"] == Span(date(2026, 7, 1), date(2026, 9, 30))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_with_one_and_with_three_customers(
    count: int, rep: User, today: date, director: User, client_for: SignIn, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(count, owner=rep, tier="A"):
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(5))
        VisitFactory(account=account)
        moved(account, "", "A", today)
    client = client_for(director)
    client.get(PAGE)
    # session, user, absences, menu (2); policy, sums; cost of an hour, and by tier customers, turnover, time; by
    # quarter customers, changes, turnover, what moved with a change
    with django_assert_num_queries(15):
        client.get(PAGE)


def test_the_tier_rules_lead_to_it(director: User, client_for: SignIn) -> None:
    assert f'href="{PAGE}"' in client_for(director).get(reverse("accounts:tiers")).content.decode()
