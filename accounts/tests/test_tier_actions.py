"""Tier rules applied to every customer, on their day, once; taken back for ninety days."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.actions.tier_drafts import PolicyRefused, call_off, plan_day, save_draft
from accounts.actions.tier_hands import override_tier
from accounts.actions.tier_policies import apply_due, apply_policy, bring_into_force, roll_back
from accounts.actions.tier_rounds import run_again
from accounts.choices import PolicyState, TierChangeKind
from accounts.models import Account, TierChange, TierPolicy
from accounts.tests.factories import (
    AccountFactory,
    AccountRatingFactory,
    RatingScaleFactory,
    TierPolicyFactory,
    TurnoverFactory,
)
from accounts.tests.tier_steps import asked, signed, signed_and_applied, tiers
from accounts.tiers.jobs import apply_soon, roll_back_soon
from accounts.tiers.runs import compute_proposals, policy_in_force
from crm.audit import history_of
from crm.models import Job
from teams.models import User


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers, each selling a thousand more than the one before."""
    accounts = AccountFactory.create_batch(10, owner=rep, potential=3, credit=3)
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today - timedelta(days=30), amount=Decimal(1000 * number))
    return accounts


@pytest.fixture
def cast(admin: User, director: User, today: date, now: datetime) -> dict:
    """Who asks, who signs, and when."""
    return {"admin": admin, "director": director, "on": today, "now": now}


@pytest.fixture
def usual(db) -> TierPolicy:
    """A draft with the usual rules."""
    return TierPolicyFactory(name="常规")


@pytest.fixture
def half(db) -> TierPolicy:
    """A draft that makes half of all A."""
    return TierPolicyFactory(name="半数", cut_a=Decimal(50), cut_b=Decimal(60))


def test_a_policy_is_in_force_from_the_first_day(db) -> None:
    policy = policy_in_force()
    assert policy.weights == {"turnover": 60, "potential": 25, "credit": 15}
    assert (policy.cut_a, policy.margin, policy.contact_days["A"]) == (10, 2, 14)
    assert policy.reference["A"] == {"turnover": 70, "customers": 10, "staff": 15}


# --- applying ---------------------------------------------------------------------------------------------------------
def test_what_is_simulated_is_what_is_applied_for_every_customer(ten, half: TierPolicy, cast, rep, today) -> None:
    AccountFactory(owner=rep, tier="B")  # of whom too little is known
    AccountFactory(owner=rep, tier="C", tier_fixed_until=today, potential=5)
    run = compute_proposals(half, on=today)
    assert tiers(ten) == "-" * 10
    assert signed_and_applied(half, **cast) == len(run.movers) == 10
    assert {row.id: row.after for row in run.standings} == dict(Account.objects.values_list("pk", "tier"))
    assert tiers(ten) == "CCCBAAAAAA"


def test_every_change_keeps_who_when_from_to_why(ten, usual: TierPolicy, cast, admin: User, today: date) -> None:
    signed_and_applied(usual, **cast)
    change = TierChange.objects.get(account=ten[9])
    assert (change.before, change.after, change.actor, change.happened_on) == ("", "A", admin, today)
    assert (change.policy, change.score, change.rank, change.out_of) == (usual, Decimal("84.00"), 1, 10)
    entry = history_of(ten[9])[0]
    assert (entry.action, entry.changes["tier"]) == ("account.tier_changed", ["", "A"])
    assert Account.objects.get(pk=ten[9].pk).version == 2


def test_applied_is_applied_once_and_the_policy_before_is_kept(ten, usual: TierPolicy, cast, admin, today, now) -> None:
    before = policy_in_force()
    signed_and_applied(usual, **cast)
    assert apply_policy(usual, actor=admin, on=today, now=now) == 0
    assert TierChange.objects.count() == 10
    assert policy_in_force() == usual
    assert TierPolicy.objects.get(pk=before.pk).state == PolicyState.RETIRED


def test_only_what_a_director_signed_as_it_stands_is_applied(ten, half: TierPolicy, cast, admin, today, now) -> None:
    def refusal() -> str:
        with pytest.raises(PolicyRefused) as caught:
            apply_policy(half, actor=admin, on=today, now=now)
        return str(caught.value)

    assert refusal() == "This draft is not signed. Ask for a signature first."
    asked(half, **cast)
    assert refusal() == "This draft waits for a signature. Take the request back, then change it."
    TierPolicy.objects.filter(pk=half.pk).update(state=PolicyState.DRAFT)
    other = signed(TierPolicyFactory(), **cast)
    fresh = save_draft(other, changes={"cut_a": Decimal(20)}, version=other.version, actor=admin)
    assert (fresh.state, fresh.signed_at) == (PolicyState.DRAFT, None)
    half = other
    assert refusal() == "This draft was changed after it had been signed. Ask for a signature again."
    assert tiers(ten) == "-" * 10


def test_turnover_before_the_window_and_archived_customers_do_not_count(ten, usual, cast, today, now) -> None:
    TurnoverFactory(account=ten[0], booked_on=today - timedelta(days=400), amount=Decimal(10_000_000))
    TurnoverFactory(account=ten[1], booked_on=today + timedelta(days=1), amount=Decimal(10_000_000))
    Account.objects.filter(pk=ten[9].pk).update(archived_at=now)
    signed_and_applied(usual, **cast)
    assert tiers(ten) == "CCCCCCBBA-"


def test_dealers_have_no_tier_and_of_whom_too_little_is_known_keeps_its_own(ten, usual, cast, rep: User) -> None:
    Account.objects.filter(pk=ten[9].pk).update(kind="DEALER")
    unknown = AccountFactory(owner=rep, tier="B")
    signed_and_applied(usual, **cast)
    assert tiers([*ten, unknown])[9:] == "-B"


def test_margin_wallet_mark_and_further_ratings_count_as_the_policy_weighs_them(rep: User, today: date, cast) -> None:
    scale = RatingScaleFactory(name="创新意愿")
    earns, strategic, wallet, rated = AccountFactory.create_batch(4, owner=rep)
    for account, cost in ((earns, 200), (rated, 900)):
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(1000), cost=Decimal(cost))
    TurnoverFactory(account=rated, booked_on=today, amount=Decimal(9000))  # no cost known: no margin either
    Account.objects.filter(pk=strategic.pk).update(is_strategic=True)
    Account.objects.filter(pk=wallet.pk).update(wallet_share=90)
    AccountRatingFactory(account=rated, scale=scale, value=5)
    weights = {"margin": 40, "strategic": 30, "wallet": 20, f"rating:{scale.pk}": 10}
    policy = TierPolicyFactory(weights=weights, cut_a=Decimal(25), cut_b=Decimal(50))
    found = compute_proposals(policy, on=today).proposals
    scores = [found[account.pk].score for account in (earns, strategic, wallet, rated)]
    assert scores == [Decimal("40.00"), Decimal("30.00"), Decimal("18.00"), Decimal("36.67")]
    signed_and_applied(policy, **cast)
    assert tiers([earns, strategic, wallet, rated]) == "ACCB"


def test_a_run_reads_the_same_for_one_as_for_three(rep: User, today: date, django_assert_num_queries) -> None:
    scale, usual = RatingScaleFactory(), policy_in_force()
    policy = TierPolicyFactory(weights={"turnover": 50, f"rating:{scale.pk}": 50})
    for count in (1, 3):
        for account in AccountFactory.create_batch(count, owner=rep, potential=2):
            AccountRatingFactory(account=account, scale=scale)
        with django_assert_num_queries(2):
            compute_proposals(usual, on=today)
        with django_assert_num_queries(3):
            compute_proposals(policy, on=today)


# --- on its day -------------------------------------------------------------------------------------------------------
def test_signed_rules_are_applied_on_their_day_exactly_once(ten, half: TierPolicy, cast, admin, today, now) -> None:
    day = today + timedelta(days=7)
    signed(half, **cast, apply_on=day)
    assert apply_due(on=day - timedelta(days=1), now=now + timedelta(days=6)) == 0
    assert tiers(ten) == "-" * 10
    assert apply_due(on=day, now=now + timedelta(days=7)) == 1
    assert tiers(ten) == "CCCCBAAAAA"
    assert apply_due(on=day, now=now + timedelta(days=7)) == 0
    assert TierChange.objects.count() == 10
    assert TierChange.objects.first().actor is None


def test_a_day_that_was_missed_is_made_up_for(ten, half: TierPolicy, cast, today, now) -> None:
    signed(half, **cast, apply_on=today)
    assert apply_due(on=today, now=now) == 0  # the signature can still be taken back
    assert apply_due(on=today + timedelta(days=3), now=now + timedelta(days=3)) == 1
    assert policy_in_force() == half


def test_until_its_day_it_can_be_called_off_and_chosen_anew(ten, half: TierPolicy, cast, admin, today, now) -> None:
    half = signed(half, **cast, apply_on=today + timedelta(days=1))
    assert call_off(half, actor=admin).apply_on is None
    assert apply_due(on=today + timedelta(days=9), now=now + timedelta(days=9)) == 0
    assert plan_day(half, day=today + timedelta(days=2), actor=admin, on=today).apply_on == today + timedelta(days=2)
    with pytest.raises(PolicyRefused, match="has passed"):
        plan_day(half, day=today - timedelta(days=1), actor=admin, on=today)


def test_what_is_called_off_while_the_scheduler_looks_is_not_applied(half: TierPolicy, cast, admin, today, now) -> None:
    half = signed(half, **cast, apply_on=today)
    call_off(half, actor=admin)
    with pytest.raises(PolicyRefused, match="called off"):
        bring_into_force(half, actor=None, now=now, due_on=today)
    assert policy_in_force() != half


def test_a_worker_that_was_killed_leaves_the_rest_to_the_next(ten, half, cast, admin, today, now, monkeypatch) -> None:
    monkeypatch.setattr("accounts.actions.tier_moves.BATCH", 4)
    half, stopped = signed(half, **cast), []

    def killed(done: int, total: int) -> None:
        if done == 8:
            stopped.append(done)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_policy(half, actor=admin, on=today, now=now, step=killed)
    assert (stopped, tiers(ten)) == ([8], "CCCC------")
    assert apply_due(on=today, now=now) == 0  # it may still be at it
    now += timedelta(minutes=10)
    assert apply_due(on=today, now=now) == 1
    assert tiers(ten) == "CCCCBAAAAA"
    assert TierChange.objects.count() == 10
    assert apply_due(on=today, now=now) == 0


# --- going back -------------------------------------------------------------------------------------------------------
def test_going_back_restores_policy_and_tiers_but_not_what_changed_since(
    ten, usual, half, cast, admin: User, manager: User, today: date, now: datetime
) -> None:
    signed_and_applied(usual, **cast)
    before = tiers(ten)
    signed_and_applied(half, **cast | {"now": now + timedelta(hours=1)})
    override_tier(ten[6], to="C", until=today + timedelta(days=9), reason="停产", actor=manager, on=today, now=now)
    roll_back(half, actor=admin, on=today, now=now + timedelta(hours=2))
    assert policy_in_force() == usual
    assert tiers(ten) == before[:6] + "C" + before[7:]
    change = TierChange.objects.filter(account=ten[5]).last()
    assert (change.kind, change.reason) == (TierChangeKind.ROLLED_BACK, "Back to the policy “常规”")


def test_going_back_and_forth_again_leads_to_where_one_was(ten, usual, half, cast, admin, today, now) -> None:
    signed_and_applied(usual, **cast)
    signed_and_applied(half, **cast | {"now": now + timedelta(hours=1)})
    roll_back(half, actor=admin, on=today, now=now + timedelta(hours=2))
    roll_back(half, actor=admin, on=today, now=now + timedelta(hours=2))  # the same again changes nothing
    assert tiers(ten) == "CCCCCCCBBA"
    roll_back(usual, actor=admin, on=today, now=now + timedelta(hours=3))
    assert (policy_in_force(), tiers(ten)) == (half, "CCCCBAAAAA")


def test_one_can_go_back_for_ninety_days_and_not_longer(ten, usual, cast, admin: User, today: date, now) -> None:
    signed_and_applied(usual, **cast)
    late = {"on": today + timedelta(days=91), "now": now + timedelta(days=91)}
    with pytest.raises(PolicyRefused, match="until 2027-02-22"):
        roll_back(usual, actor=admin, **late)
    assert policy_in_force() == usual
    roll_back(usual, actor=admin, on=today + timedelta(days=90), now=now + timedelta(days=90))
    assert tiers(ten) == "-" * 10


def test_there_is_nothing_before_the_first_and_nothing_to_leave_twice(usual, cast, admin, today, now) -> None:
    first = policy_in_force()
    with pytest.raises(PolicyRefused, match="none to go back to"):
        roll_back(first, actor=admin, on=today, now=now)
    signed_and_applied(usual, **cast)
    with pytest.raises(PolicyRefused, match="Another policy is in force"):
        roll_back(first, actor=admin, on=today, now=now)


# --- by a worker ------------------------------------------------------------------------------------------------------
def test_a_worker_does_the_same_and_tells_how_far_it_is(
    ten, half: TierPolicy, cast, admin: User, today: date, django_capture_on_commit_callbacks
) -> None:
    half = signed(half, **cast)
    with django_capture_on_commit_callbacks(execute=True):
        job = apply_soon(half, actor=admin, on=today)
    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total) == ("DONE", {"moved": 10}, 10, 10)
    assert tiers(ten) == "CCCCBAAAAA"


def test_a_worker_says_why_it_cannot_go_back(admin: User, today: date, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        roll_back_soon(policy_in_force(), actor=admin, on=today)
    assert Job.objects.get().error == "This is the first policy; there is none to go back to."


def test_running_again_holds_who_is_within_the_margin(ten, usual, cast, admin, today, now) -> None:
    TierPolicy.objects.filter(pk=usual.pk).update(margin=Decimal(9), cut_b=Decimal(39), applies_itself=True)
    signed_and_applied(usual, **cast)
    assert tiers(ten) == "CCCCCCBBBA"
    TurnoverFactory(account=ten[5], booked_on=today, amount=Decimal(1500))  # past the seventh
    assert run_again(actor=admin, on=today, now=now).moved == 0
    TurnoverFactory(account=ten[5], booked_on=today, amount=Decimal(2000))  # past the ninth too
    assert run_again(actor=admin, on=today, now=now).moved == 1
    assert tiers(ten) == "CCCCCBBBBA"
