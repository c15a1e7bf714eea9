"""The pages of the tier policy: what an admin sees and does, what a director sees, a customer's own tier."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.tiers import override_tier
from accounts.models import Account, TierPolicy
from accounts.tests.factories import AccountFactory, TurnoverFactory
from accounts.tests.test_account_page import opened
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers of tier C, each selling a thousand more than the one before."""
    accounts = [AccountFactory(owner=rep, name=f"客户{number:02}", tier="C", potential=3) for number in range(1, 11)]
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(1000 * number))
    return accounts


def typed(client: Client, **values: object) -> dict[str, object]:
    """Return the form of a new draft with some values changed."""
    return opened(client, reverse("accounts:new_draft")) | values


def test_the_policy_in_force_stands_beside_the_actual_shares(ten, admin: User, client_for: SignIn) -> None:
    shown = client_for(admin).get(reverse("accounts:tiers"))
    assert "Run again: 3 customers would move" in shown.content.decode()
    by_tier = {row.tier: row for row in shown.context["compared"]}
    assert by_tier["C"].customers == 100
    assert by_tier["A"].reference == {"turnover": 70, "customers": 10, "staff": 15}
    assert "No customer has tier A yet." in shown.content.decode()


def test_an_admin_reads_whom_a_draft_moves_and_why_but_opens_no_customer(
    ten, admin: User, director: User, client_for: SignIn
) -> None:
    draft = TierPolicy.objects.create(name="草案")
    url = reverse("accounts:draft", args=[draft.pk])
    for person, link in ((admin, ""), (director, ten[9].get_absolute_url())):
        shown = client_for(person).get(url).context
        assert shown["moving_text"] == "3 customers move"
        assert [(mover.name, mover.owner, mover.before, mover.after) for mover in shown["movers"]] == [
            ("客户10", "陈思远", "C", "A"),
            ("客户09", "陈思远", "C", "B"),
            ("客户08", "陈思远", "C", "B"),
        ]
        assert shown["movers"][0].url == link
        assert shown["movers"][0].reason.startswith("place 1 of 10, score ")
    assert client_for(admin).get(ten[9].get_absolute_url()).status_code == 404


def test_a_cell_of_the_matrix_lists_its_customers(ten, admin: User, client_for: SignIn) -> None:
    draft = TierPolicy.objects.create(name="草案")
    client, url = client_for(admin), reverse("accounts:draft", args=[draft.pk])

    def listed(before: str, after: str) -> list[str]:
        shown = client.get(url, {"from": before, "to": after}).context
        assert (before.strip("-"), after.strip("-")) == shown["move"]
        return [mover.name for mover in shown["movers"]]

    assert listed("C", "B") == ["客户09", "客户08"]
    assert len(listed("C", "C")) == 7
    assert listed("-", "A") == []
    data = typed(client, cut_a="20", cut_b="30")
    answer = client.post(reverse("accounts:simulate"), data | {"from": "C", "to": "A"})
    assert [mover.name for mover in answer.context["movers"]] == ["客户10", "客户09"]
    assert client.get(url, {"from": "X", "to": "A"}).context["move"] is None


def test_tiers_set_by_hand_stand_with_their_reason_and_end(
    ten, admin: User, manager: User, today: date, client_for: SignIn
) -> None:
    until = today + timedelta(days=30)
    override_tier(ten[0], to="A", until=until, reason="战略客户", actor=manager, on=today)
    ((account, change, is_seen),) = client_for(admin).get(reverse("accounts:tiers")).context["by_hand"]
    assert (account, account.tier_fixed_until, is_seen) == (ten[0], until, False)
    assert (change.reason, change.actor) == ("战略客户", manager)


def test_the_matrix_counts_customers_and_their_turnover(ten, admin: User, client_for: SignIn) -> None:
    shown = client_for(admin).get(reverse("accounts:new_draft"))
    row = next(row for row in shown.context["matrix"] if row.tier == "C")
    assert {to: (cell.customers, cell.turnover) for to, cell in row.cells} == {
        "A": (1, 10_000),
        "B": (2, 17_000),
        "C": (7, 28_000),
        "": (0, 0),
    }
    assert (row.total.customers, row.total.turnover) == (10, 55_000)
    assert (shown.context["visits_before"], shown.context["visits_after"]) == (Decimal("3.3"), Decimal("6.5"))
    assert [(load.name, load.before, load.after) for load in shown.context["loads"]] == [
        ("陈思远", Decimal("3.3"), Decimal("6.5"))
    ]


def test_typing_shows_the_effect_and_keeps_nothing(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    data = typed(client, cut_a="50", cut_b="60")
    shown = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert shown.context["moving"] == 6
    assert TierPolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"weight_turnover": "50"}, "The three weights add up to 90; together they must make 100."),
        ({"cut_a": "30", "cut_b": "20"}, "A must end above 0, A and B together above A, and both below 100."),
        ({"ref_A_turnover": "60"}, "Reference for share of turnover: the three add up to 90 and must make 100."),
        ({"days_A": "0"}, "greater than or equal to 1"),
    ],
)
def test_rules_that_do_not_fit_are_refused_with_a_sentence_and_nothing_is_lost(
    wrong: dict[str, str], says: str, ten, admin: User, client_for: SignIn
) -> None:
    client = client_for(admin)
    data = typed(client, name="四季度", **wrong)
    answer = client.post(reverse("accounts:new_draft"), data)
    assert answer.status_code == 422
    assert answer.content.decode().count(says) >= 2  # in the summary and at its field
    assert 'value="四季度"' in answer.content.decode()
    assert TierPolicy.objects.count() == 1
    live = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert says in live.content.decode()


def test_draft_simulate_apply_and_back(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    client.post(reverse("accounts:new_draft"), typed(client, name="四季度", cut_a="50", cut_b="60"))
    draft = TierPolicy.objects.get(name="四季度")
    url = reverse("accounts:draft", args=[draft.pk])
    client.post(url, opened(client, url) | {"cut_a": "40", "days_A": "7"})
    draft.refresh_from_db()
    assert (draft.cut_a, draft.contact_days["A"], draft.reference["A"]["turnover"]) == (40, 7, 70)
    asked = client.get(reverse("accounts:apply", args=[draft.pk])).content.decode()
    assert "Move 6 customers" in asked
    done = client.post(reverse("accounts:apply", args=[draft.pk]), follow=True)
    assert "Applied: 6 customers moved." in done.content.decode()
    assert Account.objects.filter(tier="A").count() == 4
    back = client.post(reverse("accounts:roll_back"), follow=True)
    assert "Applied: 6 customers moved." in back.content.decode()
    assert Account.objects.filter(tier="C").count() == 10


def test_many_customers_are_left_to_a_worker(
    ten, admin: User, client_for: SignIn, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr("accounts.tier_jobs.AT_ONCE", 5)
    client = client_for(admin)
    with django_capture_on_commit_callbacks() as waiting:
        client.post(reverse("accounts:apply", args=[TierPolicy.objects.get().pk]))
    assert "Waiting for a free worker" in client.get(reverse("accounts:tiers")).content.decode()
    assert Account.objects.filter(tier="A").count() == 0
    for wake in waiting:
        wake()
    assert Account.objects.filter(tier="A").count() == 1
    shown = client.get(reverse("accounts:tier_progress"), headers={"HX-Request": "true"}).content.decode()
    assert "See the tiers" in shown


def test_two_admins_change_the_same_draft(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    draft = TierPolicy.objects.create(name="草案")
    url = reverse("accounts:draft", args=[draft.pk])
    data = opened(client, url)
    client.post(url, data | {"cut_a": "20"})
    answer = client.post(url, data | {"cut_a": "25"})
    assert answer.status_code == 409
    assert "20.00" in answer.content.decode()


# --- one customer -----------------------------------------------------------------------------------------------------
def test_a_customer_shows_what_it_earns_beside_what_it_has(ten, rep: User, client_for: SignIn) -> None:
    shown = client_for(rep).get(reverse("accounts:tier", args=[ten[9].pk])).content.decode()
    assert "place 1 of 10, score 75.0 (turnover 100.0, potential 60.0, credit 0.0)" in shown
    assert "Set by hand" not in shown


def test_a_manager_sets_a_tier_by_hand_and_ends_it(ten, manager: User, today: date, client_for: SignIn) -> None:
    client, until = client_for(manager), today + timedelta(days=30)
    url = reverse("accounts:override", args=[ten[0].pk])
    wrong = client.post(url, {"tier": "A", "until": today.isoformat(), "reason": "战略客户"})
    assert wrong.status_code == 422
    assert "战略客户" in wrong.content.decode()
    client.post(url, {"tier": "A", "until": until.isoformat(), "reason": "战略客户"})
    shown = client.get(reverse("accounts:tier", args=[ten[0].pk])).content.decode()
    assert f"by hand until {until}" in shown
    assert "战略客户" in shown
    client.post(reverse("accounts:free", args=[ten[0].pk]))
    assert Account.objects.get(pk=ten[0].pk).tier == "C"
