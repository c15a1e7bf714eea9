"""Applying a tier policy, going back, setting a tier by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.actions.tiers import (
    OverrideRefused,
    PolicyRefused,
    apply_policy,
    compute_proposals,
    discard_draft,
    end_expired_overrides,
    end_override,
    new_draft,
    override_tier,
    roll_back,
    save_draft,
)
from accounts.choices import PolicyState
from accounts.models import Account, TierChange, TierPolicy
from accounts.tests.factories import AccountFactory, TurnoverFactory
from accounts.tier_jobs import apply_soon, roll_back_soon
from accounts.tier_runs import policy_in_force
from crm.audit import history_of
from crm.editing import EditConflict
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
def draft(admin: User) -> TierPolicy:
    """A draft that makes half of all A."""
    values = {"name": "半数", "cut_a": Decimal(50), "cut_b": Decimal(60)}
    return new_draft(values=values, actor=admin)


def tiers(accounts: list[Account]) -> str:
    """Return the tiers in the order of the customers, "-" for none."""
    found = dict(Account.objects.values_list("pk", "tier"))
    return "".join(found[account.pk] or "-" for account in accounts)


def test_a_policy_is_in_force_from_the_first_day(db) -> None:
    policy = policy_in_force()
    assert (policy.weight_turnover, policy.cut_a, policy.contact_days["A"]) == (60, 10, 14)
    assert policy.reference["A"] == {"turnover": 70, "customers": 10, "staff": 15}


def test_what_is_simulated_is_what_is_applied(ten, draft: TierPolicy, admin: User, today: date, now: datetime) -> None:
    run = compute_proposals(draft, on=today)
    assert tiers(ten) == "-" * 10
    moved = apply_policy(draft, actor=admin, on=today, now=now)
    assert moved == len(run.movers) == 10
    assert tiers(ten) == "CCCCBAAAAA"
    assert {row.id: row.after for row in run.standings} == dict(Account.objects.values_list("pk", "tier"))


def test_every_change_keeps_who_when_from_to_why(ten, admin: User, today: date, now: datetime) -> None:
    apply_policy(policy_in_force(), actor=admin, on=today, now=now)
    change = TierChange.objects.get(account=ten[9])
    assert (change.before, change.after, change.actor, change.happened_on) == ("", "A", admin, today)
    assert change.policy == policy_in_force()
    assert change.score == Decimal("84.00")
    entry = history_of(ten[9])[0]
    assert (entry.action, entry.changes["tier"]) == ("account.tier_changed", ["", "A"])
    assert Account.objects.get(pk=ten[9].pk).version == 2


def test_applying_again_moves_nobody(ten, admin: User, today: date, now: datetime) -> None:
    apply_policy(policy_in_force(), actor=admin, on=today, now=now)
    assert apply_policy(policy_in_force(), actor=admin, on=today, now=now) == 0
    assert TierChange.objects.count() == 10


def test_the_policy_before_is_kept_and_one_is_in_force(
    draft: TierPolicy, admin: User, today: date, now: datetime
) -> None:
    before = policy_in_force()
    apply_policy(draft, actor=admin, on=today, now=now)
    assert policy_in_force() == draft
    before.refresh_from_db()
    assert before.state == PolicyState.RETIRED


def test_turnover_before_the_window_and_archived_customers_do_not_count(
    ten, admin: User, today: date, now: datetime
) -> None:
    TurnoverFactory(account=ten[0], booked_on=today - timedelta(days=400), amount=Decimal(10_000_000))
    TurnoverFactory(account=ten[1], booked_on=today + timedelta(days=1), amount=Decimal(10_000_000))
    Account.objects.filter(pk=ten[9].pk).update(archived_at=now)
    apply_policy(policy_in_force(), actor=admin, on=today, now=now)
    assert tiers(ten) == "CCCCCCBBA-"


def test_dealers_have_no_tier(ten, admin: User, today: date, now: datetime) -> None:
    Account.objects.filter(pk=ten[9].pk).update(kind="DEALER")
    apply_policy(policy_in_force(), actor=admin, on=today, now=now)
    assert tiers(ten)[9] == "-"


def test_of_whom_too_little_is_known_keeps_its_tier(ten, admin: User, rep: User, today: date, now: datetime) -> None:
    unknown = AccountFactory(owner=rep, tier="B")
    apply_policy(policy_in_force(), actor=admin, on=today, now=now)
    assert tiers([unknown]) == "B"


def test_going_back_restores_policy_and_tiers_but_not_what_changed_since(
    ten, draft: TierPolicy, admin: User, manager: User, today: date, now: datetime
) -> None:
    first = policy_in_force()
    apply_policy(first, actor=admin, on=today, now=now)
    before = tiers(ten)
    apply_policy(draft, actor=admin, on=today, now=now + timedelta(hours=1))
    override_tier(ten[5], to="C", until=today + timedelta(days=9), reason="停产", actor=manager, on=today)
    roll_back(actor=admin, on=today, now=now + timedelta(hours=2))
    assert policy_in_force() == first
    assert tiers(ten) == before[:5] + "C" + before[6:]
    assert TierChange.objects.filter(reason__contains="ABC").exists()


def test_there_is_nothing_before_the_first(admin: User, today: date, now: datetime) -> None:
    with pytest.raises(PolicyRefused, match="none to go back to"):
        roll_back(actor=admin, on=today, now=now)


# --- drafts -----------------------------------------------------------------------------------------------------------
def test_a_draft_is_changed_and_thrown_away(draft: TierPolicy, admin: User) -> None:
    saved = save_draft(draft, changes={"cut_a": Decimal(20)}, version=1, actor=admin)
    assert (saved.cut_a, saved.version) == (20, 2)
    with pytest.raises(EditConflict):
        save_draft(draft, changes={"cut_a": Decimal(30)}, version=1, actor=admin)
    discard_draft(draft, actor=admin)
    assert TierPolicy.objects.count() == 1


def test_what_is_in_force_can_be_neither_changed_nor_thrown_away(admin: User) -> None:
    policy = TierPolicy.objects.get()
    with pytest.raises(PolicyRefused, match="no draft any more"):
        save_draft(policy, changes={"cut_a": Decimal(20)}, version=1, actor=admin)
    with pytest.raises(PolicyRefused, match="no draft any more"):
        discard_draft(policy, actor=admin)


# --- by hand ----------------------------------------------------------------------------------------------------------
def test_a_tier_set_by_hand_stays_until_its_day(ten, admin: User, manager: User, today: date, now: datetime) -> None:
    until = today + timedelta(days=30)
    override_tier(ten[0], to="A", until=until, reason="战略客户", actor=manager, on=today)
    apply_policy(policy_in_force(), actor=admin, on=until, now=now)
    assert tiers(ten)[0] == "A"
    assert end_expired_overrides(on=until) == 0
    assert end_expired_overrides(on=until + timedelta(days=1)) == 1
    assert tiers(ten)[0] == "C"
    kinds = list(TierChange.objects.filter(account=ten[0]).order_by("pk").values_list("kind", "reason"))
    assert kinds == [("OVERRIDE", "战略客户"), ("OVERRIDE_ENDED", f"Set by hand until {until}")]


def test_a_hand_setting_can_be_ended_early_and_once(ten, manager: User, today: date) -> None:
    override_tier(ten[0], to="A", until=today + timedelta(days=30), reason="战略客户", actor=manager, on=today)
    assert end_override(ten[0], actor=manager, on=today).tier == "C"
    end_override(ten[0], actor=manager, on=today)
    assert TierChange.objects.filter(account=ten[0]).count() == 2


@pytest.mark.parametrize(("reason", "days", "says"), [("  ", 9, "Say why"), ("战略", 0, "after today")])
def test_a_hand_setting_needs_a_reason_and_an_end(
    reason: str, days: int, says: str, changhong: Account, manager: User, today: date
) -> None:
    with pytest.raises(OverrideRefused, match=says):
        override_tier(changhong, to="A", until=today + timedelta(days=days), reason=reason, actor=manager, on=today)
    assert tiers([changhong]) == "-"


# --- by a worker ------------------------------------------------------------------------------------------------------
def test_a_worker_does_the_same_and_tells_how_far_it_is(
    ten, draft: TierPolicy, admin: User, today: date, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = apply_soon(draft, actor=admin, on=today)
    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total) == ("DONE", {"moved": 10}, 10, 10)
    assert tiers(ten) == "CCCCBAAAAA"


def test_a_worker_that_was_killed_leaves_the_rest_to_the_next(
    ten, draft: TierPolicy, admin: User, today: date, now: datetime, django_capture_on_commit_callbacks, monkeypatch
) -> None:
    monkeypatch.setattr("accounts.actions.tiers.BATCH", 4)
    stopped = []

    def killed(done: int, total: int) -> None:
        if done == 8:
            stopped.append(done)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_policy(draft, actor=admin, on=today, now=now, step=killed)
    assert stopped == [8]
    assert tiers(ten) == "CCCC------"
    with django_capture_on_commit_callbacks(execute=True):
        apply_soon(draft, actor=admin, on=today)
    assert tiers(ten) == "CCCCBAAAAA"
    assert TierChange.objects.count() == 10


def test_a_worker_says_why_it_cannot_go_back(admin: User, today: date, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        roll_back_soon(actor=admin, on=today)
    assert Job.objects.get().error == "This is the first policy; there is none to go back to."


def test_a_run_reads_the_same_for_one_as_for_three(rep: User, today: date, django_assert_num_queries) -> None:
    for count in (1, 3):
        AccountFactory.create_batch(count, owner=rep, potential=2)
        policy = policy_in_force()
        with django_assert_num_queries(2):
            compute_proposals(policy, on=today)
