"""Two workers, or a worker and a person, on a database that lets them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.tier_drafts import KIND, PolicyRefused, take_back
from accounts.actions.tier_policies import apply_due, apply_policy
from accounts.actions.tier_rounds import run_due
from accounts.models import Account, TierChange, TierPolicy, TierRound
from accounts.tests.factories import AccountFactory, TierPolicyFactory, TurnoverFactory
from accounts.tests.tier_steps import asked, signed, signed_and_applied
from accounts.tiers.runs import policy_in_force
from crm.models import AuditEntry
from followups.actions.approvals import CannotSign, approve
from followups.models import Approval
from teams.models import User

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do several things at the same time, each on a connection of its own; return what came of each."""
    ready = Barrier(len(works))

    def one(work: Callable[[], object]) -> object:
        try:
            ready.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(one, work) for work in works]]


@pytest.fixture
def many(rep: User, today: date) -> list[Account]:
    """Sixty customers, each selling a thousand more than the one before."""
    accounts = AccountFactory.create_batch(60, owner=rep, potential=3)
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today - timedelta(days=30), amount=Decimal(1000 * number))
    return accounts


@pytest.fixture
def cast(admin: User, director: User, today: date, now: datetime) -> dict:
    """Who asks, who signs, and when."""
    return {"admin": admin, "director": director, "on": today, "now": now}


def test_two_applies_at_once_move_everybody_once(many, cast, admin, today, now, monkeypatch) -> None:
    monkeypatch.setattr("accounts.actions.tier_moves.BATCH", 7)
    policy = signed(TierPolicyFactory(name="四季度"), **cast, apply_on=today)
    later = now + timedelta(minutes=1)
    at_once(
        lambda: apply_due(on=today, now=later),
        lambda: apply_policy(policy, actor=admin, on=today, now=later),
        lambda: apply_due(on=today, now=later),
    )
    assert policy_in_force() == policy
    assert TierChange.objects.count() == TierChange.objects.values("account").distinct().count() == 60
    assert Account.objects.filter(tier="A").count() == 6
    told = AuditEntry.objects.filter(kind="accounts.tierpolicy", subject_id=policy.pk)
    assert told.filter(action="tier_policy.applied").count() == 1
    assert told.filter(action="tier_policy.run").count() == 1


def test_two_schedulers_ask_once(many, cast, now) -> None:
    signed_and_applied(TierPolicyFactory(run_every="MONTHLY", author=cast["admin"]), **cast)
    TurnoverFactory(account=many[0], booked_on=cast["on"], amount=Decimal(500_000))
    at_once(*[lambda: run_due(on=date(2026, 12, 1), now=now + timedelta(days=7))] * 2)
    assert TierRound.objects.count() == 1
    assert Approval.objects.waiting().count() == 1


def test_a_signature_and_taking_back_at_once_give_one_winner(cast, admin, director, now) -> None:
    draft = TierPolicyFactory()
    approval = asked(draft, **cast)

    def attempt(work: Callable[[], object], problem: type[Exception]) -> str:
        try:
            work()
        except problem:
            return "told"
        return "done"

    results = at_once(
        lambda: attempt(lambda: approve(approval, actor=director, now=now), CannotSign),
        lambda: attempt(lambda: take_back(draft, actor=admin, now=now), PolicyRefused),
    )
    assert sorted(map(str, results)) == ["done", "told"]
    state = TierPolicy.objects.get(pk=draft.pk).state
    assert (results[0], state) in (("done", "APPROVED"), ("told", "DRAFT"))
    assert not Approval.objects.about(KIND, draft.pk).waiting().exists()
