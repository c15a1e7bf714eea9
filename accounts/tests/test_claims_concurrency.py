"""Many people at once, on a database that lets them: one customer, one owner; no limit is broken by hurrying."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from accounts.actions.claims import ClaimRefused, Filing, claim_from_pool, file_for, file_new, new_customer, release
from accounts.actions.lapses import lapse_claims
from accounts.choices import OwnershipKind
from accounts.models import Account, Claim, ClaimPolicy, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.models import AuditEntry
from followups.actions.approvals import approve
from followups.actions.items import promise
from followups.models import Approval, Delivery, FollowUp
from teams.models import Team, User
from teams.tests.factories import UserFactory

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]

Act = Callable[[], Any]


def at_once(acts: list[Act], *, threads: int) -> list[str]:
    """Do everything, so many at a time, the first ones at the same moment; return what each was answered."""
    ready = Barrier(threads)

    def go(number: int, act: Act) -> str:
        try:
            if number < threads:
                ready.wait(timeout=20)
            with translation.override("en"):
                act()
        except ClaimRefused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "got it"

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(go, number, act) for number, act in enumerate(acts)]
        return [answer.result(timeout=120) for answer in answers]


def test_of_a_hundred_who_claim_one_customer_one_gets_it_and_the_others_hear_who(east: Team, now, today) -> None:
    pooled = AccountFactory(name="无锡华鑫轴承有限公司", owner=None, team=east)
    reps = [UserFactory(name=f"业务员{number}", team=east) for number in range(100)]

    answers = at_once(
        [lambda rep=rep: claim_from_pool(pooled, actor=rep, now=now, on=today) for rep in reps], threads=20
    )

    pooled.refresh_from_db()
    quicker = f"{pooled.owner} was a moment quicker. Choose another one."
    assert Counter(answers) == {"got it": 1, quicker: 99}
    assert answers[reps.index(pooled.owner)] == "got it"
    assert Claim.objects.get().claimant == pooled.owner
    assert AuditEntry.objects.filter(action="account.claimed").count() == 1
    assert Ownership.objects.filter(account=pooled, kind=OwnershipKind.CLAIMED).count() == 1


def test_two_claims_at_the_limit_in_the_same_moment_are_one_too_many(rep: User, now, today) -> None:
    ClaimPolicy.objects.create(pk=1, limit_total=3)
    AccountFactory.create_batch(2, owner=rep)
    pooled = AccountFactory.create_batch(2, owner=None, team=rep.team)

    answers = at_once([lambda one=one: claim_from_pool(one, actor=rep, now=now, on=today) for one in pooled], threads=2)

    sentence = "陈思远 holds 3 customers, as many as a person may. Release one first."
    assert Counter(answers) == {"got it": 1, sentence: 1}
    assert Account.objects.filter(owner=rep).count() == 3


def test_two_people_filing_the_same_new_name_make_one_customer(rep: User, teammate: User, now, today) -> None:
    filing = Filing("华东", date(2026, 11, 1))

    def file(person: User) -> Act:
        return lambda: file_new(
            name="常州恒立液压", filing=filing, client_id=uuid.uuid4(), actor=person, now=now, on=today
        )

    answers = at_once([file(rep), file(teammate)], threads=2)

    assert Counter(answers) == {"got it": 1, "We have a customer of this very name. Choose it below.": 1}
    assert Account.objects.count() == Claim.objects.count() == 1


def test_two_workers_lapse_a_customer_once(rep: User, manager: User, now) -> None:
    for account in AccountFactory.create_batch(30, owner=rep):
        ClaimFactory(account=account, protected_until=date(2026, 11, 20))

    counts = []
    at_once([lambda: counts.append(lapse_claims(on=date(2026, 11, 24), now=now)) for _worker in range(2)], threads=2)

    assert sum(counts) == 30
    assert Account.objects.pooled().count() == 30
    assert AuditEntry.objects.filter(action="account.lapsed").count() == 30
    assert Delivery.objects.filter(kind="claim_to_pool", channel="IN_APP").count() == 60


def test_a_release_and_a_lapse_in_the_same_moment_pass_a_promise_on_once(rep: User, manager: User, now) -> None:
    account = AccountFactory(owner=rep)
    ClaimFactory(account=account, protected_until=date(2026, 11, 20))
    promise(account, recipient=rep, text="送样品", due_on=date(2026, 12, 1), actor=rep, now=now, account_id=account.pk)

    at_once(
        [
            lambda: release(account, reason="项目停摆", actor=rep, now=now),
            lambda: lapse_claims(on=date(2026, 11, 24), now=now),
        ],
        threads=2,
    )

    assert Account.objects.pooled().get() == account
    assert FollowUp.objects.open().get(kind="promise").recipient == manager
    assert AuditEntry.objects.filter(action__in=["account.released", "account.lapsed"]).count() == 1


def test_a_decision_and_a_release_in_the_same_moment_leave_one_owner(
    rep: User, teammate: User, manager: User, now, today
) -> None:
    account = AccountFactory(owner=rep)
    filing = Filing("华东", date(2026, 11, 1))
    file_for(account, filing=filing, client_id=uuid.uuid4(), actor=teammate, now=now, on=today)
    promise(account, recipient=rep, text="送样品", due_on=date(2026, 12, 1), actor=rep, now=now, account_id=account.pk)

    answers = at_once(
        [
            lambda: release(account, reason="项目停摆", actor=rep, now=now),
            lambda: approve(Approval.objects.get(), actor=manager, now=now),
        ],
        threads=2,
    )

    account.refresh_from_db()
    # Decided first, the release comes too late; released first, the claimant gets it from the pool.
    assert answers in (["got it", "got it"], [f"{account.called} belongs to 刘婷 meanwhile.", "got it"])
    assert account.owner == teammate
    assert Ownership.objects.open().filter(account=account).count() == 1


def test_the_same_form_sent_twice_at_once_is_one_claim_and_one_answer(rep: User, teammate: User, now, today) -> None:
    pooled = AccountFactory(owner=None, team=rep.team)
    filing, key, other = Filing("华东", date(2026, 11, 1)), uuid.uuid4(), uuid.uuid4()
    found: list[int] = []

    def file() -> None:
        found.append(file_for(pooled, filing=filing, client_id=key, actor=rep, now=now, on=today).pk)

    def make() -> None:
        found.append(new_customer(name="常州恒立", owner=rep, client_id=other, actor=rep, now=now, on=today).pk)

    assert at_once([file, file], threads=2) == ["got it", "got it"]
    assert at_once([make, make], threads=2) == ["got it", "got it"]
    assert (len(found), len({*found[:2]}), len({*found[2:]})) == (4, 1, 1)
    assert Claim.objects.count() == 2
