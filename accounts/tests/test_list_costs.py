"""Every list of this room costs the same number of questions with one row and with three.

The lists with filters and columns have a literal count beside their other tests; the table here holds the others, and
the last test finds a paged list that nobody counted.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse

from accounts import urls
from accounts.actions.accounts import edit_account
from accounts.actions.handing import plan_hand_over
from accounts.actions.ownership import Why, write_owners
from accounts.choices import OwnershipKind
from accounts.models import (
    Account,
    AccountRating,
    HandOver,
    Industry,
    InquiryRule,
    KeyAccountSigner,
    KeyRegion,
    Knock,
    Rival,
    SweepUnit,
    TierChange,
    TierPolicy,
    TierRound,
    Turnover,
)
from accounts.tests.factories import (
    AccountFactory,
    ContactFactory,
    DealerLoginFactory,
    HandOverFactory,
    RatingScaleFactory,
    SweepPlaceFactory,
    SweepUnitFactory,
    TierPolicyFactory,
)
from teams.models import User
from teams.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Scene:
    """Who is there, and which day it is."""

    rep: User
    teammate: User
    manager: User
    director: User
    admin: User
    today: date
    now: datetime


@pytest.fixture
def scene(rep: User, teammate: User, manager: User, director: User, admin: User, today: date, now: datetime) -> Scene:
    """The cast on the morning of 24 November 2026."""
    return Scene(rep, teammate, manager, director, admin, today, now)


# Each makes so many further rows of a list and returns who reads it, and where.
Rows = Callable[[Scene, int], tuple[User, str]]


def _inquiry_rules(scene: Scene, many: int) -> tuple[User, str]:
    for number in range(many):
        industry = Industry.objects.create(name=f"行业{InquiryRule.objects.count()}")
        taker = {"team": TeamFactory()} if number % 2 else {"user": UserFactory()}
        InquiryRule.objects.create(industry=industry, **taker)
    return scene.admin, reverse("accounts:inquiry_rules")


def _regions(scene: Scene, many: int) -> tuple[User, str]:
    for _each in range(many):
        number = KeyRegion.objects.count()
        AccountFactory(owner=scene.rep, province=f"{number}省", city=f"{number}市")
        KeyRegion.objects.create(province=f"{number}省", marked_by=scene.manager)
    return scene.manager, reverse("accounts:regions")


def _key_settings(scene: Scene, many: int) -> tuple[User, str]:
    for _each in range(many):
        leader = UserFactory(role="MANAGER", team=TeamFactory())
        KeyAccountSigner.objects.create(user=leader)
        UserFactory(role="MANAGER", team=TeamFactory())
    return scene.admin, reverse("accounts:key_settings")


def _dealer(scene: Scene, many: int) -> tuple[User, str]:
    account = Account.objects.filter(kind="DEALER").first() or AccountFactory(owner=scene.rep, kind="DEALER")
    for _each in range(many):
        DealerLoginFactory(account=account)
        AccountFactory(owner=UserFactory(team=scene.rep.team), dealer=account)
    return scene.manager, reverse("accounts:dealer", args=[account.pk])


def _customer(scene: Scene) -> Account:
    found: Account | None = Account.objects.filter(name="长虹").first()
    return found or AccountFactory(owner=scene.rep, name="长虹")


def _history(scene: Scene, many: int) -> tuple[User, str]:
    account = _customer(scene)
    for _each in range(many):
        account.refresh_from_db()
        mark = f"{account.version}"
        edit_account(account, changes={"notes": mark}, version=account.version, actor=UserFactory())
        account.refresh_from_db()
        owner = UserFactory(team=scene.rep.team)
        write_owners(
            [account],
            {account.pk: (owner.pk, owner.team_id)},
            actor=scene.manager,
            action="account.owner_changed",
            why=Why(OwnershipKind.HANDED_OVER),
            now=scene.now,
        )
    return scene.manager, reverse("accounts:history", args=[account.pk])


def _tier_of_account(scene: Scene, many: int) -> tuple[User, str]:
    account = _customer(scene)
    for _each in range(many):
        policy = TierPolicyFactory(state="RETIRED")
        change = {"before": "B", "after": "A", "happened_on": scene.today, "policy": policy}
        TierChange.objects.create(account=account, kind="OVERRIDE", actor=UserFactory(), **change)
        AccountRating.objects.create(account=account, scale=RatingScaleFactory(), value=3)
    return scene.rep, reverse("accounts:tier", args=[account.pk])


def _tiers(scene: Scene, many: int) -> tuple[User, str]:
    for _each in range(many):
        account = AccountFactory(owner=UserFactory(), tier="A", tier_fixed_until=scene.today + timedelta(days=9))
        TierChange.objects.create(
            account=account, after="A", kind="OVERRIDE", actor=UserFactory(), reason="战略客户", happened_on=scene.today
        )
        TierPolicyFactory(state="RETIRED", author=UserFactory())
        TierPolicyFactory(author=UserFactory())
        RatingScaleFactory()
    return scene.admin, reverse("accounts:tiers")


def _tier_round(scene: Scene, many: int) -> tuple[User, str]:
    policy = TierPolicy.objects.get(state="ACTIVE")
    found = TierRound.objects.first() or TierRound.objects.create(policy=policy, happened_on=scene.today)
    for _each in range(many):
        account = AccountFactory(owner=UserFactory(team=TeamFactory()))
        Turnover.objects.create(account=account, booked_on=scene.today, amount=1)
        found.moves.append([account.pk, "B", "A", "3.2", 1])
    found.save()
    return scene.director, found.get_absolute_url()


def _brief_and_risks(page: str) -> Rows:
    def make(scene: Scene, many: int) -> tuple[User, str]:
        accounts = AccountFactory.create_batch(many, owner=scene.rep, team=TeamFactory(), tier="A")
        for account in accounts:
            ContactFactory(account=account, buying_roles=["DECIDER"], stance="PS", influence=5)
            Rival.objects.create(account=account, name="汇川")
        found = HandOverFactory(giver=scene.rep, made_by=scene.manager, rest_to=scene.teammate, state="DONE")
        for account in Account.objects.filter(tier="A"):
            account.owner = scene.teammate
            account.save(update_fields=["owner"])
            found.items.create(account=account, giver=scene.rep, to=scene.teammate, state="DONE")
        reader = scene.teammate if page == "brief" else scene.manager
        return reader, reverse(f"accounts:handovers:{page}", args=[found.pk])

    return make


def _start_of_hand_over(scene: Scene, many: int) -> tuple[User, str]:
    giver = UserFactory(team=scene.rep.team)
    AccountFactory.create_batch(many if not HandOver.objects.exists() else 3, owner=giver, tier="A")
    plan = plan_hand_over(giver=giver, reason="LEAVES", day=scene.today, rest_to=scene.teammate, actor=scene.manager)
    return scene.manager, reverse("accounts:handovers:start", args=[plan.pk])


def _options(scene: Scene, many: int) -> tuple[User, str]:
    AccountFactory.create_batch(many, owner=scene.rep, team=TeamFactory())
    return scene.rep, reverse("accounts:options") + "?q=客户"


def _sweep_unit(scene: Scene, many: int) -> tuple[User, str]:
    unit = SweepUnit.objects.first() or SweepUnitFactory(place=SweepPlaceFactory(owner=scene.rep))
    for _each in range(many):
        Knock.objects.create(unit=unit, actor=UserFactory(), state="TALKED", happened_on=scene.today)
    return scene.rep, reverse("accounts:sweep_unit", args=[unit.pk])


def _compare(scene: Scene, many: int) -> tuple[User, str]:
    for account in AccountFactory.create_batch(many, owner=UserFactory(), potential=5, credit=5):
        Turnover.objects.create(account=account, booked_on=scene.today, amount=10)
    first, second = TierPolicyFactory(author=scene.admin), TierPolicyFactory(author=scene.admin)
    return scene.admin, f"{reverse('accounts:compare_drafts')}?a={first.pk}&b={second.pk}"


LISTS: dict[str, Rows] = {
    "inquiry_rules": _inquiry_rules,
    "regions": _regions,
    "key_settings": _key_settings,
    "dealer": _dealer,
    "history": _history,
    "tier": _tier_of_account,
    "tiers": _tiers,
    "tier_round": _tier_round,
    "handovers:brief": _brief_and_risks("brief"),
    "handovers:risks": _brief_and_risks("risks"),
    "handovers:start": _start_of_hand_over,
    "options": _options,
    "sweep_unit": _sweep_unit,
    "compare_drafts": _compare,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_three(name: str, scene: Scene, client_for) -> None:
    counts = []
    with time_machine.travel(scene.now, tick=False):
        for more in (1, 2):
            reader, url = LISTS[name](scene, more)
            client = client_for(reader)
            client.get(url)
            with CaptureQueriesContext(connection) as read:
                assert client.get(url).status_code == 200
            counts.append([query["sql"] for query in read.captured_queries])
    assert len(counts[0]) == len(counts[1]), "\n".join(counts[1])


# Counted beside what else is told of these lists.
COUNTED = {
    "list": "test_list.py",
    "claims": "test_claim_pages.py",
    "pool": "test_claim_pages.py",
    "duplicates": "test_merge_pages.py",
    "profits": "visits/tests/test_profit_page.py",
    "sweeps": "test_sweeps.py",
    "inquiries": "test_inquiries.py",
    "key_accounts": "test_key_pages.py",
    "dealers": "reports/tests/test_dealers.py",
    "handovers:list": "test_hand_over_pages.py",
    "handovers:page": "test_hand_over_pages.py",
}


def _pages(patterns: list[URLPattern | URLResolver], space: str = "") -> dict[str, str]:
    """Return the pages of this room by name, each with the text of its view."""
    found: dict[str, str] = {}
    for each in patterns:
        if isinstance(each, URLResolver):
            found |= _pages(each.url_patterns, f"{space}{each.namespace}:")
        else:
            found[f"{space}{each.name}"] = inspect.getsource(inspect.unwrap(each.callback))
    return found


def test_every_paged_list_is_counted() -> None:
    paged = {name for name, text in _pages(urls.urlpatterns).items() if "paginate(" in text or "paginate_rows(" in text}
    assert paged - LISTS.keys() - COUNTED.keys() == set()
    assert LISTS.keys() & COUNTED.keys() == set()
