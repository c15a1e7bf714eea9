"""The editor of tier rules: what its words mean, where one is, what a wrong value leaves, whom two drafts load."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.tier_hands import override_tier
from accounts.actions.tier_policies import apply_policy
from accounts.forms.tiers import TierPolicyForm
from accounts.models import Account, TierPolicy
from accounts.tests.factories import AccountFactory, RatingScaleFactory, TierPolicyFactory, TurnoverFactory
from accounts.tests.test_account_page import opened
from accounts.tests.tier_steps import asked, signed, signed_and_applied
from accounts.tiers.jobs import kept_simulation, simulate_soon
from accounts.tiers.runs import compute_proposals
from accounts.tiers.simulation import compare
from accounts.tiers.simulation_pages import compared_drafts
from crm.models import Job
from followups.actions.approvals import send_back
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def cast(admin: User, director: User, today: date, now: datetime) -> dict:
    """Who asks, who signs, and when."""
    return {"admin": admin, "director": director, "on": today, "now": now}


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers of tier C, each selling a thousand more than the one before."""
    accounts = AccountFactory.create_batch(10, owner=rep, tier="C", potential=3)
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(1000 * number))
    return accounts


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


# --- two people, or one with two windows ------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["apply", "ask_signature", "take_back_request", "call_off", "discard"])
def test_a_page_older_than_what_another_did_gets_a_sentence_and_no_dead_end(
    name: str, cast: dict, admin: User, client_for: SignIn
) -> None:
    draft = TierPolicyFactory(name="四季度")
    signed_and_applied(draft, **cast)
    client = client_for(admin)
    answer = client.post(reverse(f"accounts:{name}", args=[draft.pk]), {"day": "2026-11-24"}, follow=True)
    assert answer.redirect_chain == [(reverse("accounts:tiers"), 302)]
    assert [str(message) for message in answer.context["messages"]] == ["“四季度” is in force already."]
    old = TierPolicy.objects.get(state="RETIRED")
    answer = client.post(reverse(f"accounts:{name}", args=[old.pk]), {"day": "2026-11-24"}, follow=True)
    assert "This policy is no draft any more" in str(next(iter(answer.context["messages"])))


NONSENSE = [
    {"weight_turnover": "-5"},
    {"weight_turnover": "1e9"},
    {"weight_turnover": "百分之六十"},
    {"weight_turnover": ""},
    {"cut_a": "NaN"},
    {"cut_a": "Infinity"},
    {"cut_a": "1e400"},
    {"cut_b": "-1"},
    {"cut_a": "30", "cut_b": "10"},
    {"cut_by": "LUCK"},
    {"cut_by": "SCORE"},
    {"margin": "99"},
    {"margin": "-1"},
    {"window_months": "0"},
    {"window_months": "61"},
    {"window_months": "9" * 30},
    {"min_criteria": "0"},
    {"min_weight": "101"},
    {"days_A": "0"},
    {"ref_A_turnover": "1"},
]


@pytest.mark.parametrize("wrong", NONSENSE, ids=str)
def test_nonsense_is_answered_with_a_sentence_and_keeps_nothing(wrong: dict, admin: User, client_for: SignIn) -> None:
    client, url = client_for(admin), reverse("accounts:new_draft")
    data = opened(client, url) | wrong
    assert client.post(url, data).status_code == 422
    shown = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "note-warn" in shown.content.decode()
    assert "Something does not fit" in shown.content.decode()
    assert TierPolicy.objects.count() == 1


def test_what_was_simulated_before_tiers_moved_is_worked_out_anew(
    ten: list[Account], cast: dict, admin: User, manager: User, today: date, now: datetime,
    django_capture_on_commit_callbacks,
) -> None:  # fmt: skip
    draft = TierPolicyFactory(name="四季度")
    with django_capture_on_commit_callbacks(execute=True):
        job = simulate_soon(draft, actor=admin, on=today)
    override_tier(ten[0], to="A", until=date(2027, 3, 1), reason="老客户", actor=manager, on=today, now=now)
    assert kept_simulation(draft, actor=admin, on=today) == job
    signed_and_applied(TierPolicyFactory(name="别的", cut_a=50, cut_b=60), **cast)
    assert kept_simulation(draft, actor=admin, on=today) is None


def test_a_simulation_during_which_tiers_move_says_so_and_shows_nothing_half_old(
    ten: list[Account], cast: dict, admin: User, today: date, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    draft = TierPolicyFactory(name="四季度")
    other = signed(TierPolicyFactory(name="别的", cut_a=50, cut_b=60), **cast)
    looked = compute_proposals

    def look_while_another_applies(policy: TierPolicy, *, on: date):
        apply_policy(other, actor=admin, on=on, now=cast["now"])
        return looked(policy, on=on)

    monkeypatch.setattr("accounts.tiers.jobs.compute_proposals", look_while_another_applies)
    with django_capture_on_commit_callbacks(execute=True):
        job = simulate_soon(draft, actor=admin, on=today)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.error) == ("FAILED", "Tiers moved while this was worked out. Simulate it once more.")
    assert Account.objects.filter(tier="A").count() == 5


def test_no_tier_stands_in_the_matrix_only_where_somebody_has_none(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    assert [row.tier for row in client.get(reverse("accounts:new_draft")).context["matrix"]] == ["A", "B", "C"]
    AccountFactory(tier="")
    assert [row.tier for row in client.get(reverse("accounts:new_draft")).context["matrix"]] == ["A", "B", "C", ""]
