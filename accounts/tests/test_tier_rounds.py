"""The rules in force run again, by schedule or on demand: tiers change at once or wait for a signature."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.actions.tier_drafts import PolicyRefused
from accounts.actions.tier_rounds import KIND, apply_signed_rounds, ask_for_round, run_again, run_due
from accounts.choices import RoundState
from accounts.models import Account, TierChange, TierPolicy, TierRound
from accounts.tests.factories import AccountFactory, TierPolicyFactory, TurnoverFactory
from accounts.tests.tier_steps import signed_and_applied, tiers
from accounts.tiers.runs import policy_in_force
from crm.undo import CannotUndo, undo
from followups.actions.approvals import approve, send_back
from followups.approval_kinds import describe_all
from followups.models import Approval
from teams.choices import Role
from teams.models import User
from teams.tests.factories import UserFactory

FIRST_OF_DECEMBER = date(2026, 12, 1)
LATER = timedelta(days=7)


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers, each selling a thousand more than the one before."""
    accounts = AccountFactory.create_batch(10, owner=rep, potential=3, credit=3)
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today - timedelta(days=30), amount=Decimal(1000 * number))
    return accounts


@pytest.fixture
def monthly(ten, admin: User, director: User, today: date, now: datetime) -> TierPolicy:
    """Rules that are in force, run every month and need a signature; the smallest customer has grown since."""
    policy = TierPolicyFactory(name="每月", run_every="MONTHLY", author=admin)
    signed_and_applied(policy, admin=admin, director=director, on=today, now=now)
    TurnoverFactory(account=ten[0], booked_on=today, amount=Decimal(50_000))
    return policy_in_force()


def waiting() -> Approval:
    return Approval.objects.waiting().get(kind=KIND)


def test_the_schedule_asks_once_and_the_signed_proposals_are_applied_as_signed(
    monthly, ten, admin: User, director: User, now: datetime
) -> None:
    before = tiers(ten)
    assert run_due(on=FIRST_OF_DECEMBER - timedelta(days=1), now=now + LATER) is None
    outcome = run_due(on=FIRST_OF_DECEMBER, now=now + LATER)
    assert run_due(on=FIRST_OF_DECEMBER, now=now + LATER) is None
    assert (before, tiers(ten)) == ("CCCCCCCBBA", before)
    assert [move[:3] for move in outcome.waiting.moves] == [
        [ten[0].pk, "C", "A"],
        [ten[7].pk, "B", "C"],
        [ten[9].pk, "A", "B"],
    ]
    TurnoverFactory(account=ten[1], booked_on=FIRST_OF_DECEMBER, amount=Decimal(90_000))  # not what was signed
    approve(waiting(), actor=director, now=now + LATER)
    assert apply_signed_rounds(on=FIRST_OF_DECEMBER, now=now + LATER) == 0  # the signature can still be taken back
    assert apply_signed_rounds(on=FIRST_OF_DECEMBER, now=now + LATER + timedelta(minutes=1)) == 1
    assert apply_signed_rounds(on=FIRST_OF_DECEMBER, now=now + LATER + timedelta(minutes=2)) == 0
    assert tiers(ten) == "ACCCCCCCBB"
    change = TierChange.objects.filter(account=ten[0]).last()
    assert (change.before, change.after, change.policy, change.rank, change.out_of) == ("C", "A", monthly, 1, 10)


def test_the_director_reads_who_moves(monthly, ten, now: datetime) -> None:
    run_due(on=FIRST_OF_DECEMBER, now=now + LATER)
    approval = waiting()
    about = describe_all([approval])[approval.pk]
    assert list(about.facts) == [("Effect", "3 customers move"), ("up", 1), ("down", 2)]
    assert list(about.exceptions) == ["1 customer loses tier A"]
    assert [row[1] for row in about.rows] == ["C → A", "B → C", "A → B"]


def test_rules_that_need_no_signature_change_tiers_by_themselves(monthly, ten, now: datetime) -> None:
    TierPolicy.objects.filter(pk=monthly.pk).update(applies_itself=True)
    assert run_due(on=FIRST_OF_DECEMBER, now=now + LATER).moved == 3
    assert tiers(ten) == "ACCCCCCCBB"
    assert policy_in_force().ran_on == FIRST_OF_DECEMBER
    assert not Approval.objects.waiting().exists()


def test_where_nobody_would_move_nobody_is_asked(monthly, ten, now: datetime) -> None:
    ten[0].turnover.filter(amount=50_000).delete()
    assert run_due(on=FIRST_OF_DECEMBER, now=now + LATER).moved == 0
    assert not TierRound.objects.exists()


def test_a_later_run_takes_the_place_of_proposals_that_wait(monthly, ten, admin, today, now) -> None:
    run_again(actor=admin, on=today, now=now)
    TurnoverFactory(account=ten[1], booked_on=today, amount=Decimal(90_000))
    run_again(actor=admin, on=today, now=now)
    assert list(TierRound.objects.order_by("pk").values_list("state", flat=True)) == ["REPLACED", "WAITING"]
    assert waiting().subject_id == TierRound.objects.last().pk


def test_turned_down_proposals_move_nobody(monthly, ten, admin, director, today, now) -> None:
    run_again(actor=admin, on=today, now=now)
    send_back(waiting(), actor=director, now=now, comment="年底再说")
    assert TierRound.objects.get().state == RoundState.RETURNED
    assert apply_signed_rounds(on=today, now=now + LATER) == 0
    assert tiers(ten) == "CCCCCCCBBA"


def test_proposals_of_rules_that_were_replaced_meanwhile_move_nobody(monthly, ten, admin, director, today, now) -> None:
    run_again(actor=admin, on=today, now=now)
    approve(waiting(), actor=director, now=now)
    half = TierPolicyFactory(cut_a=Decimal(50), cut_b=Decimal(60))
    signed_and_applied(half, admin=admin, director=director, on=today, now=now)
    after = tiers(ten)
    assert apply_signed_rounds(on=today, now=now + LATER) == 1
    assert (TierRound.objects.get().state, tiers(ten)) == (RoundState.REPLACED, after)


def test_the_signature_is_taken_back_until_the_tiers_changed(monthly, ten, admin, director, today, now) -> None:
    run_again(actor=admin, on=today, now=now)
    undo(approve(waiting(), actor=director, now=now), actor=director, now=now)
    assert TierRound.objects.get().state == RoundState.WAITING
    entry = approve(waiting(), actor=director, now=now)
    apply_signed_rounds(on=today, now=now + timedelta(seconds=30))
    with pytest.raises(CannotUndo, match="was applied meanwhile"):
        undo(entry, actor=director, now=now + timedelta(seconds=30))


def test_without_a_director_a_person_is_told_and_the_schedule_keeps_its_proposals(
    monthly, ten, admin, director, today, now
) -> None:
    User.objects.filter(pk=director.pk).update(is_active=False)
    with pytest.raises(PolicyRefused, match="Make somebody a director"):
        run_again(actor=admin, on=today, now=now)
    assert not TierRound.objects.exists()
    kept = run_due(on=FIRST_OF_DECEMBER, now=now + LATER).waiting
    assert not Approval.objects.waiting().exists()
    with pytest.raises(PolicyRefused, match="Make somebody a director"):
        ask_for_round(kept, actor=admin, now=now)
    UserFactory(role=Role.DIRECTOR)
    ask_for_round(kept, actor=admin, now=now)
    assert waiting().subject_id == kept.pk


def test_the_schedule_asks_in_the_name_of_an_admin_where_the_author_has_left(monthly, ten, admin, now) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    other = UserFactory(role=Role.ADMIN)
    run_due(on=FIRST_OF_DECEMBER, now=now + LATER)
    assert waiting().requested_by == other
