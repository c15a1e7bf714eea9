"""Claims at their edges: what was put away, limits gone around, who judges for himself, one code for one company."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import archive_account
from accounts.actions.claims import ClaimRefused, Filing, claim_from_pool, file_for, file_new, release
from accounts.actions.giving import give_account
from accounts.actions.protection import ExtensionRefused, extend
from accounts.claims.rules import LAPSING
from accounts.models import Account, Claim, ClaimPolicy, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.undo import CannotUndo, undo
from followups.actions.approvals import CannotSign, approve, send_back
from followups.models import Approval, FollowUp
from followups.planning import plan_follow_ups
from teams.models import Absence, User

NOVEMBER = Filing("华东", date(2026, 11, 1), "去年在展会上认识")


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def when(now: datetime, today: date) -> dict[str, Any]:
    """The moment everything is filed at."""
    return {"now": now, "on": today}


@pytest.fixture
def held(changhong: Account) -> Claim:
    """Chen Siyuan claimed Changhong."""
    return ClaimFactory(account=changhong)


@pytest.fixture
def asked(held: Claim, teammate: User, manager: User, when: dict[str, Any]) -> Approval:
    """Liu Ting claims it too; Zhao Min decides."""
    file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=teammate, **when)
    return Approval.objects.get(kind="claim")


# --- put away meanwhile -----------------------------------------------------------------------------------------------
def test_what_was_archived_meanwhile_is_neither_claimed_nor_released(
    held: Claim, rep: User, teammate: User, manager: User, when: dict[str, Any]
) -> None:
    pooled = AccountFactory(name="昆山华鑫", owner=None, team=rep.team)
    for account in (pooled, held.account):
        archive_account(account, actor=manager, now=when["now"])

    with pytest.raises(ClaimRefused, match="昆山华鑫 was archived meanwhile"):
        claim_from_pool(pooled, actor=teammate, **when)
    with pytest.raises(ClaimRefused, match="was archived meanwhile"):
        file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=teammate, **when)
    with pytest.raises(ClaimRefused, match="was archived meanwhile"):
        release(held.account, reason="项目停摆", actor=rep, now=when["now"])


def test_what_was_archived_meanwhile_is_not_given_to_a_second_claimant(
    asked: Approval, held: Claim, rep: User, manager: User, now: datetime
) -> None:
    archive_account(held.account, actor=manager, now=now)

    with pytest.raises(CannotSign, match="was archived meanwhile"):
        approve(asked, actor=manager, now=now)
    assert Account.objects.get(pk=held.account_id).owner == rep
    send_back(asked, actor=manager, now=now, comment="客户已归档")


def test_who_lost_the_customer_a_moment_ago_does_not_release_it_for_its_new_owner(
    asked: Approval, held: Claim, rep: User, teammate: User, manager: User, now: datetime
) -> None:
    as_he_saw_it = Account.objects.get(pk=held.account_id)
    approve(asked, actor=manager, now=now)

    with pytest.raises(ClaimRefused, match="长虹精密 belongs to 刘婷 meanwhile"):
        release(as_he_saw_it, reason="项目停摆", actor=rep, now=now)
    assert Account.objects.get(pk=held.account_id).owner == teammate


# --- limits -----------------------------------------------------------------------------------------------------------
def test_a_release_is_not_taken_back_over_a_limit(held: Claim, rep: User, when: dict[str, Any]) -> None:
    """Else who releases one, claims another and takes the release back holds more and more."""
    ClaimPolicy.objects.create(pk=1, limit_total=1)
    other = AccountFactory(owner=None, team=rep.team)
    entry = release(held.account, reason="项目停摆", actor=rep, now=when["now"])
    claim_from_pool(other, actor=rep, **when)

    with pytest.raises(CannotUndo, match="陈思远 holds 1 customer, as many as a person may"):
        undo(entry, actor=rep, now=when["now"])
    assert Account.objects.filter(owner=rep).count() == 1


def test_a_release_is_not_taken_back_to_who_left(held: Claim, rep: User, manager: User, now: datetime) -> None:
    entry = release(held.account, reason="项目停摆", actor=manager, now=now)
    User.objects.filter(pk=rep.pk).update(is_active=False)

    with pytest.raises(CannotUndo, match="does not sell here"):
        undo(entry, actor=manager, now=now)


def test_a_colleague_who_takes_it_for_a_day_shortens_no_wait(
    held: Claim, rep: User, teammate: User, when: dict[str, Any]
) -> None:
    """Else two people keep a customer between them without ever working on it."""
    release(held.account, reason="项目停摆", actor=rep, now=when["now"])
    claim_from_pool(held.account, actor=teammate, **when)
    held.account.refresh_from_db()
    later = when["now"] + timedelta(days=2)
    release(held.account, reason="帮他占着", actor=teammate, now=later)

    with pytest.raises(ClaimRefused, match="You may claim it again from 2026-12-24"):
        claim_from_pool(held.account, actor=rep, now=later, on=date(2026, 11, 26))
    claim_from_pool(held.account, actor=rep, now=later + timedelta(days=29), on=date(2026, 12, 25))
    assert [row.kind for row in Ownership.objects.filter(account=held.account).order_by("pk")][-1] == "CLAIMED"


# --- who judges -------------------------------------------------------------------------------------------------------
def test_the_holder_does_not_refuse_a_claim_on_his_own_customer_as_a_deputy(
    asked: Approval, rep: User, manager: User, today: date, now: datetime
) -> None:
    Absence.objects.create(user=manager, deputy=rep, starts_on=today, ends_on=today)

    with pytest.raises(CannotSign, match="陈思远 holds this customer and cannot decide about it"):
        send_back(asked, actor=rep, now=now, comment="我的")
    assert Approval.objects.waiting().count() == 1
    approve(asked, actor=rep, now=now)  # giving it away is his to do


def test_a_manager_who_gets_the_customer_meanwhile_decides_about_it_no_more(
    asked: Approval, held: Claim, rep: User, teammate: User, manager: User, director: User, firm, now: datetime
) -> None:
    firm.manager = director
    firm.save(update_fields=["manager"])
    give_account(held.account, giver=rep, to=manager, actor=director, now=now)

    assert asked.steps.get().approver == director


# --- one company, one code --------------------------------------------------------------------------------------------
CODE = "91320500MA1MXK6R7L"


def test_a_company_of_the_same_code_is_the_same_whatever_name_is_filed(
    rep: User, outsider: User, when: dict[str, Any], client_for
) -> None:
    AccountFactory(name="苏州长虹精密科技有限公司", owner=rep, credit_code=CODE)
    data = {"client_id": str(uuid.uuid4()), "name": "长虹精工（苏州）", "region": "西南", "month": "2026-11"}
    client: Client = client_for(outsider)
    shown = client.post(reverse("accounts:file_claim"), data | {"credit_code": CODE.lower()})

    assert shown.status_code == 422
    labels = [str(label) for _key, label in shown.context["form"].fields["which"].choices]
    assert [label.split(" since")[0] for label in labels] == ["The same company: held by 华东一区"]
    with pytest.raises(ClaimRefused, match="of this very credit code"):
        file_new(name="长虹精工", filing=NOVEMBER, client_id=uuid.uuid4(), actor=outsider, credit_code=CODE, **when)
    assert Account.objects.count() == 1


def test_two_companies_of_one_name_are_told_apart_by_their_codes(
    rep: User, outsider: User, when: dict[str, Any]
) -> None:
    AccountFactory(name="长虹精密科技有限公司", owner=rep, credit_code=CODE)
    other = {"credit_code": "91440101MA59ABCD9P", "client_id": uuid.uuid4(), "actor": outsider, "filing": NOVEMBER}
    assert file_new(name="长虹精密科技有限公司", **other, **when).account.owner == outsider

    with pytest.raises(ClaimRefused, match="of this very name"):
        file_new(name="长虹精密科技有限公司", filing=NOVEMBER, client_id=uuid.uuid4(), actor=outsider, **when)


def test_a_code_that_is_none_is_said_before_anything_is_filed(rep: User, client_for) -> None:
    data = {"client_id": str(uuid.uuid4()), "name": "常州恒立", "region": "华东", "month": "2026-11"}
    answer = client_for(rep).post(reverse("accounts:file_claim"), data | {"credit_code": CODE + "0123456789"})

    assert (answer.status_code, Account.objects.count()) == (422, 0)
    assert "This is no valid credit code" in answer.content.decode()


# --- the same thing again ---------------------------------------------------------------------------------------------
def test_who_claims_twice_by_a_double_tap_is_not_told_that_he_was_quicker(rep: User, when: dict[str, Any]) -> None:
    pooled = AccountFactory(name="昆山华鑫", owner=None, team=rep.team)
    claim_from_pool(pooled, actor=rep, **when)

    with pytest.raises(ClaimRefused, match="昆山华鑫 is your own customer already"):
        claim_from_pool(pooled, actor=rep, **when)


# --- longer for oneself -----------------------------------------------------------------------------------------------
def test_a_manager_does_not_protect_his_own_customer_longer_where_somebody_stands_above_him(
    manager: User, director: User, firm, today: date, now: datetime, client_for
) -> None:
    own = ClaimFactory(account=AccountFactory(name="太仓华东", owner=manager))
    longer = {"until": date(2027, 2, 28), "reason": "招标推迟", "on": today, "now": now}
    extend(own, actor=manager, **longer)  # nobody stands above him yet
    firm.manager = director
    firm.save(update_fields=["manager"])
    longer["until"] = date(2027, 3, 31)

    with pytest.raises(ExtensionRefused, match="何云 decides about your own customer"):
        extend(own, actor=manager, **longer)
    extend(own, actor=director, **longer)
    shown = client_for(manager).get(own.get_absolute_url()).content.decode()
    assert reverse("accounts:extend_claim", args=[own.pk]) not in shown


# --- people without a place -------------------------------------------------------------------------------------------
def test_who_belongs_to_no_team_takes_no_customer_out_of_his_managers_sight(
    asked: Approval, rep: User, teammate: User, manager: User, when: dict[str, Any]
) -> None:
    pooled = AccountFactory(owner=None, team=rep.team)
    User.objects.filter(pk=teammate.pk).update(team=None)
    teammate.refresh_from_db()

    with pytest.raises(ClaimRefused, match="刘婷 belongs to no team"):
        claim_from_pool(pooled, actor=teammate, **when)
    with pytest.raises(CannotSign, match="刘婷 belongs to no team"):
        approve(asked, actor=manager, now=when["now"])


def test_where_the_claimant_has_left_his_manager_is_warned_of_the_lapse(
    held: Claim, rep: User, manager: User, today: date, now: datetime
) -> None:
    Claim.objects.update(protected_until=date(2026, 11, 27))
    User.objects.filter(pk=rep.pk).update(is_active=False)
    plan_follow_ups(on=today, now=now)

    assert FollowUp.objects.open().get(kind=LAPSING).recipient == manager
