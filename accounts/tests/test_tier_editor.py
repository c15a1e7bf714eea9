"""The editor of tier rules: what its words mean, where one is, what a wrong value leaves, whom two drafts load."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.forms.tiers import TierPolicyForm
from accounts.models import TierPolicy
from accounts.tests.factories import AccountFactory, RatingScaleFactory, TierPolicyFactory, TurnoverFactory
from accounts.tests.test_account_page import opened
from accounts.tests.tier_steps import asked
from accounts.tiers.runs import compute_proposals
from accounts.tiers.simulation import compare
from accounts.tiers.simulation_pages import compared_drafts
from followups.actions.approvals import send_back
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def test_the_margin_at_the_cuts_is_not_called_as_the_margin_that_counts(db: None) -> None:
    form = TierPolicyForm(instance=TierPolicy())
    assert (form.fields["margin"].label, form.fields["weight_margin"].label) == ("Margin at the cuts", "Margin")


@pytest.mark.parametrize("name", ["run_tiers", "compare_drafts", "new_scale", "new_draft", "picture", "cost"])
def test_every_page_of_the_rules_stands_under_them(name: str, admin: User, client_for: SignIn) -> None:
    shown = client_for(admin).get(reverse(f"accounts:{name}"))
    assert [item.key for item in shown.context["nav"] if item.current] == ["tiers"]


@pytest.mark.parametrize("name", ["picture", "profits"])
def test_a_leader_finds_the_picture_under_profit(name: str, manager: User, client_for: SignIn) -> None:
    shown = client_for(manager).get(reverse(f"accounts:{name}"))
    assert [item.key for item in shown.context["nav"] if item.current] == ["profits"]


def test_beside_a_wrong_value_the_figures_say_that_they_are_the_old_ones(admin: User, client_for: SignIn) -> None:
    client, url = client_for(admin), reverse("accounts:new_draft")
    warning = "These are the figures of the rules before what you typed."
    assert warning not in client.get(url).content.decode()
    wrong = client.post(url, opened(client, url) | {"cut_b": "5"})
    assert wrong.status_code == 422
    assert warning in wrong.content.decode()


def test_who_is_asked_goes_from_the_draft_to_the_signature_and_what_is_returned_says_so(
    admin: User, director: User, client_for: SignIn, today: date, now: datetime
) -> None:
    draft = TierPolicyFactory()
    approval = asked(draft, admin=admin, director=director, on=today, now=now)
    url, way = draft.get_absolute_url(), reverse("followups:approval", args=[approval.pk])
    assert way in client_for(director).get(url).content.decode()
    assert way not in client_for(admin).get(url).content.decode()
    send_back(approval, actor=director, now=now, comment="先看毛利")
    shown = client_for(admin).get(url).content.decode()
    assert 'class="pill pill-warn">returned' in shown
    assert "何云 returned it: 先看毛利" in shown


def test_two_sellers_of_the_same_name_each_have_their_own_load(
    rep: User, teammate: User, admin: User, today: date
) -> None:
    User.objects.filter(pk=teammate.pk).update(name=rep.name)
    for owner, count in ((rep, 1), (teammate, 4)):
        for account in AccountFactory.create_batch(count, owner=owner, tier="C"):
            TurnoverFactory(account=account, booked_on=today, amount=Decimal(100))
    first, second = TierPolicyFactory(cut_a=98, cut_b=99), TierPolicyFactory()
    found = compare(compute_proposals(first, on=today), compute_proposals(second, on=today))
    pairs = compared_drafts(found, admin)["load_pairs"]
    assert sorted(pair.now for pair in pairs) == [Decimal("0.3"), Decimal("1.3")]
    assert sorted(pair.first for pair in pairs) == [Decimal("2.1"), Decimal("8.6")]


def test_a_criterion_of_a_name_in_use_is_refused_with_a_way_out(admin: User, client_for: SignIn) -> None:
    RatingScaleFactory(name="创新意愿")
    answer = client_for(admin).post(reverse("accounts:new_scale"), {"name": "创新意愿", "hint": "5 最强"})
    assert answer.context["form"].errors["name"] == [
        "There is a criterion of this name already. Change that one, or choose another name."
    ]
    assert "5 最强" in answer.content.decode()
