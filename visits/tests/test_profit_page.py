"""The list of profits: who may see it, the tail that earns nothing, costs nobody knows, what an hour costs."""

import io
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.actions.costs import set_service_cost
from accounts.effort import service_cost
from accounts.models import Account
from accounts.tests.factories import AccountFactory, TurnoverFactory
from crm.editing import EditConflict
from crm.models import AuditEntry
from teams.models import User
from visits.choices import VisitKind
from visits.tests.factories import VisitFactory

SignIn = Callable[[User], Client]
PAGE = "/accounts/profit/"


@pytest.fixture(autouse=True)
def _day(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def hourly(admin: User) -> None:
    """An hour costs 120; 20 minutes of a call without times, 90 of a visit."""
    changes = {"hourly": Decimal(120), "minutes_a_visit": 90, "minutes_a_call": 20}
    set_service_cost(changes, version=1, actor=admin)


@pytest.fixture
def three(rep: User, teammate: User, today: date) -> list[Account]:
    """Changhong earns, Yuanchuan only takes time, of Qiming's purchases one has no cost."""
    names = ("苏州长虹精密", "无锡远川机械", "常州启明电子")
    changhong, yuanchuan, qiming = (AccountFactory(name=name, owner=rep, tier="B") for name in names)
    Account.objects.filter(pk=qiming.pk).update(owner=teammate, tier="A")
    TurnoverFactory(account=changhong, booked_on=today, amount=10_000, cost=7_000)
    TurnoverFactory(account=changhong, booked_on=date(2025, 1, 5), amount=99_999, cost=1)
    TurnoverFactory(account=qiming, booked_on=today, amount=5_000)
    TurnoverFactory(account=qiming, booked_on=today, amount=1_000, cost=400)
    VisitFactory(account=changhong, started_at=time(9), ended_at=time(10, 30))
    VisitFactory(account=yuanchuan)
    VisitFactory(account=yuanchuan, kind=VisitKind.CALL, started_at=time(9))
    AccountFactory(name="从未成交有限公司", owner=rep)
    return [changhong, yuanchuan, qiming]


def shown(client: Client, **query: str) -> list[tuple[str, Decimal, int, Decimal | None]]:
    rows = client.get(PAGE, query).context["rows"]
    return [(row.account.name, row.profit.sold, row.profit.minutes, row.profit.profit) for row in rows]


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_list_begins_with_those_that_earn_nothing(three, hourly, manager: User, client_for: SignIn) -> None:
    client = client_for(manager)
    assert shown(client) == [
        ("无锡远川机械", 0, 110, -220),
        ("苏州长虹精密", 10_000, 90, 2_820),
        ("常州启明电子", 6_000, 0, None),
    ]
    page = client.get(PAGE)
    text = page.content.decode()
    assert "<b>1 customer</b> (33.3 % of all) leaves nothing or less, and takes 55.0 % of the time spent." in text
    assert "1 customer bought for" in text
    sums = page.context["sums"]
    assert (sums.sold, sums.margin, sums.minutes, sums.serving, sums.profit) == (16_000, 3_000, 200, 400, 2_600)
    assert [row[0] for row in shown(client, sort="-sold")] == ["苏州长虹精密", "常州启明电子", "无锡远川机械"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"earns": "nothing"}, ["无锡远川机械"]),
        ({"earns": "unknown"}, ["常州启明电子"]),
        ({"tier": "A"}, ["常州启明电子"]),
        ({"first": "2025-01-01", "last": "2025-12-31"}, ["苏州长虹精密"]),
        ({"first": "2024-01-01", "last": "2024-12-31"}, []),
    ],
)
def test_it_is_narrowed(query, names: list[str], three, hourly, manager: User, client_for: SignIn) -> None:
    assert [row[0] for row in shown(client_for(manager), **query)] == names


def test_days_in_the_wrong_order_are_said_and_stay_as_typed(three, manager: User, client_for: SignIn) -> None:
    page = client_for(manager).get(PAGE, {"first": "2026-12-01", "last": "2026-01-01"}).content.decode()
    assert "The last day must not lie before the first." in page
    assert 'value="2026-12-01"' in page


def test_who_sees_whose(three, hourly, rep: User, other_manager: User, director: User, client_for: SignIn) -> None:
    assert client_for(rep).get(PAGE).status_code == 403
    assert shown(client_for(other_manager)) == []
    assert len(shown(client_for(director))) == 3


def test_without_the_cost_of_an_hour_time_costs_nothing_and_the_page_says_so(three, manager, client_for) -> None:
    client = client_for(manager)
    assert "Nobody has said yet what an hour costs" in client.get(PAGE).content.decode()
    assert shown(client)[0] == ("无锡远川机械", 0, 75, 0)


def test_too_many_customers_are_not_reckoned_at_once(three, manager: User, client_for: SignIn, monkeypatch) -> None:
    monkeypatch.setattr("accounts.views.profit.MOST", 2)
    page = client_for(manager).get(PAGE)
    assert page.context["rows"] == []
    assert "Choose a team, an owner or a tier." in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_with_three_rows(
    count: int, rep: User, today: date, manager: User, client_for: SignIn, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(count, owner=rep):
        TurnoverFactory(account=account, booked_on=today, amount=1, cost=1)
        VisitFactory(account=account)
    client = client_for(manager)
    client.get(PAGE)
    # session, user, absences, teams led, menu (2); cost of an hour, count, bookings, time, customers; owners, teams
    with django_assert_num_queries(13):
        client.get(PAGE)


def test_a_download_holds_what_is_shown(three, hourly, manager: User, client_for: SignIn) -> None:
    answer = client_for(manager).get(reverse("accounts:profits_export"), {"earns": "nothing"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:1] + [cell.value for cell in sheet[2]][4:10] == [
        "无锡远川机械", 0, 0, 1.8, 220, -220, None,
    ]  # fmt: skip
    assert sheet.max_row == 2


# --- one customer, and the cost of an hour ----------------------------------------------------------------------------
def test_a_customers_page_says_what_it_left_to_who_may_know(
    three, hourly, rep: User, dealer: User, client_for: SignIn
) -> None:
    def facts(person: User, account: Account) -> list[str]:
        page = client_for(person).get(account.get_absolute_url())
        return [fact.value for fact in page.context["facts"] if fact.label == "Profit, 12 months"]

    assert facts(rep, three[0]) == ["CNY 2,820 from CNY 10K, 1.5 h spent"]
    Account.objects.filter(pk=three[2].pk).update(owner=rep)
    assert facts(rep, three[2]) == ["not known: the cost of CNY 5,000 is missing"]
    Account.objects.filter(pk=three[0].pk).update(owner=dealer)
    assert facts(dealer, three[0]) == []


def test_an_admin_says_what_an_hour_costs(admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    wrong = client.post("/accounts/profit/cost/", {"hourly": "viel", "minutes_a_visit": "60", "minutes_a_call": "15"})
    assert wrong.status_code == 422
    assert 'value="viel"' in wrong.content.decode()
    done = client.post(
        "/accounts/profit/cost/", {"hourly": "150", "minutes_a_visit": "45", "minutes_a_call": "15", "version": "1"}
    )
    assert done.status_code == 302
    assert (service_cost().hourly, service_cost().minutes_a_visit) == (150, 45)
    assert AuditEntry.objects.filter(action="service_cost.set").count() == 1


def test_nobody_else_sets_it_and_two_admins_are_asked(manager: User, admin: User) -> None:
    with pytest.raises(PermissionDenied):
        set_service_cost({"hourly": Decimal(1)}, version=1, actor=manager)
    set_service_cost({"hourly": Decimal(100)}, version=1, actor=admin)
    with pytest.raises(EditConflict):
        set_service_cost({"hourly": Decimal(110)}, version=1, actor=admin)
