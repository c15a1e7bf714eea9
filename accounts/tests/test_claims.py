"""Filing claims: a new customer, one somebody holds, what the manager decides, and what a person is told."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.actions.claims import ClaimRefused, Filing, claim_from_pool, file_for, file_new, new_customer, release
from accounts.actions.contact_log import note_contact, withdraw_contact
from accounts.actions.protection import ExtensionRefused, extend
from accounts.choices import ClaimState, OwnershipKind, SecondClaim
from accounts.claims.reads import judge_of
from accounts.models import Account, Claim, ClaimPolicy, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.audit import history_of
from crm.undo import CannotUndo, undo
from followups.actions.approvals import CannotSign, approve, send_back
from followups.dispatching import dispatch_due
from followups.models import Approval, Delivery, Notification
from teams.models import Team, User

NOVEMBER = Filing("华东", date(2026, 11, 1), "去年在展会上认识，采购总监约我下周去")


@pytest.fixture
def when(now: datetime, today: date) -> dict[str, Any]:
    """The moment everything is filed at."""
    return {"now": now, "on": today}


@pytest.fixture
def held(changhong: Account) -> Claim:
    """Chen Siyuan claimed Changhong, until the end of the year."""
    return ClaimFactory(account=changhong)


@pytest.fixture
def ask(held: Claim, outsider: User, director: User, when: dict[str, Any]) -> Callable[[], Claim]:
    """Let Sun Lei of West claim the customer of Chen Siyuan of East."""
    Team.objects.filter(pk=director.team_id).update(manager=director)
    outsider.refresh_from_db()

    def filed() -> Claim:
        return file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=outsider, **when)

    return filed


def owners(account: Account) -> list[tuple[str, str]]:
    """Return who held a customer and why, in order."""
    rows = Ownership.objects.filter(account=account).order_by("started_at", "pk")
    return [(str(row.owner or "–"), row.kind) for row in rows]


# --- a new customer ---------------------------------------------------------------------------------------------------
def test_a_new_customer_is_protected_for_the_days_of_its_tier(rep: User, when: dict[str, Any]) -> None:
    claim = file_new(name="常州恒立液压", filing=NOVEMBER, client_id=uuid.uuid4(), actor=rep, city="常州", **when)

    assert (claim.state, claim.protected_until) == (ClaimState.ACTIVE, date(2027, 1, 23))
    assert (claim.region, claim.month, claim.filed_at) == ("华东", date(2026, 11, 1), when["now"])
    assert (claim.account.owner, claim.account.team, claim.account.city) == (rep, rep.team, "常州")
    assert owners(claim.account) == [("陈思远", OwnershipKind.CREATED)]
    assert [row.action for row in history_of(claim)] == ["claim.filed"]


def test_the_same_form_sent_twice_is_one_claim(rep: User, when: dict[str, Any]) -> None:
    key = uuid.uuid4()
    first = file_new(name="常州恒立液压", filing=NOVEMBER, client_id=key, actor=rep, **when)
    again = file_new(name="常州恒立液压", filing=NOVEMBER, client_id=key, actor=rep, **when)

    assert again == first
    assert (Account.objects.count(), Claim.objects.count()) == (1, 1)


def test_the_very_name_cannot_be_filed_twice(rep: User, teammate: User, when: dict[str, Any]) -> None:
    file_new(name="常州恒立液压", filing=NOVEMBER, client_id=uuid.uuid4(), actor=rep, **when)

    with pytest.raises(ClaimRefused, match="this very name"):
        file_new(name="常州恒立液压", filing=NOVEMBER, client_id=uuid.uuid4(), actor=teammate, **when)
    assert Account.objects.count() == 1


def test_who_makes_a_customer_for_himself_claims_it_and_whom_a_manager_gives_one_does_not(
    rep: User, manager: User, when: dict[str, Any]
) -> None:
    own = new_customer(name="常州恒立", owner=rep, client_id=uuid.uuid4(), actor=rep, **when)
    given = new_customer(name="昆山华鑫", owner=rep, client_id=uuid.uuid4(), actor=manager, **when)

    assert own.claims.get().claimant == rep
    assert not given.claims.exists()


# --- a customer somebody holds ----------------------------------------------------------------------------------------
def test_ones_own_customer_is_not_claimed_again(held: Claim, rep: User, when: dict[str, Any]) -> None:
    with pytest.raises(ClaimRefused, match="长虹精密 is your own customer already"):
        file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=rep, **when)


def test_a_second_claim_is_refused_where_the_firm_says_so(held: Claim, outsider: User, when: dict[str, Any]) -> None:
    ClaimPolicy.objects.create(pk=1, second_claim=SecondClaim.REFUSE)

    with pytest.raises(ClaimRefused, match="华东一区 holds this customer already"):
        file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=outsider, **when)
    assert list(Claim.objects.all()) == [held]


def test_a_second_claim_goes_to_the_manager_above_both(
    ask: Callable[[], Claim], director: User, outsider: User, when: dict[str, Any]
) -> None:
    claim = ask()

    approval = Approval.objects.get(kind="claim", subject_id=claim.pk)
    assert (claim.state, claim.protected_until) == (ClaimState.WAITING, None)
    assert approval.steps.get().approver == director
    with pytest.raises(ClaimRefused, match="You have asked for this customer already; 何云 decides"):
        ask()


def test_between_two_of_one_team_its_own_manager_decides(
    changhong: Account, teammate: User, manager: User, outsider: User
) -> None:
    changhong.team.refresh_from_db()

    assert judge_of(changhong, teammate) == manager
    # Nobody stands above East and West here: the manager of the team that holds it decides.
    assert judge_of(changhong, outsider) == manager
    assert judge_of(changhong, manager) is None


def test_without_a_manager_nobody_can_decide(held: Claim, teammate: User, when: dict[str, Any]) -> None:
    with pytest.raises(ClaimRefused, match="There is nobody to decide this"):
        file_for(held.account, filing=NOVEMBER, client_id=uuid.uuid4(), actor=teammate, **when)


def test_the_manager_gives_it_to_the_second_claimant(
    ask: Callable[[], Claim], held: Claim, director: User, rep: User, outsider: User, now: datetime
) -> None:
    claim = ask()
    approve(Approval.objects.get(), actor=director, now=now, comment="孙磊跟了半年")

    for row in (claim, held, held.account):
        row.refresh_from_db()
    assert (claim.state, claim.replaces, claim.protected_until) == (ClaimState.ACTIVE, held, date(2027, 1, 23))
    assert held.state == ClaimState.ENDED
    assert (held.account.owner, held.account.team) == (outsider, outsider.team)
    assert owners(held.account) == [("陈思远", OwnershipKind.KNOWN), ("孙磊", OwnershipKind.DECIDED)]
    dispatch_due(clock=lambda: now + timedelta(minutes=1))
    told = Notification.objects.get(recipient=rep)
    assert (told.kind, told.params["to"], told.params["why"]) == ("claim_to_colleague", "孙磊", "孙磊跟了半年")


def test_a_decision_taken_back_at_once_leaves_everything_as_it_was(
    ask: Callable[[], Claim], held: Claim, director: User, rep: User, now: datetime
) -> None:
    claim = ask()
    entry = approve(Approval.objects.get(), actor=director, now=now)
    assert entry is not None
    undo(entry, actor=director, now=now + timedelta(seconds=20))

    for row in (claim, held, held.account):
        row.refresh_from_db()
    assert (claim.state, claim.protected_until, claim.replaces) == (ClaimState.WAITING, None, None)
    assert (held.state, held.protected_until, held.closed_at) == (ClaimState.ACTIVE, date(2026, 12, 31), None)
    assert held.account.owner == rep
    assert owners(held.account) == [("陈思远", OwnershipKind.KNOWN)]
    assert Delivery.objects.unsent().filter(recipient=rep).count() == 0


def test_the_manager_leaves_it_where_it_is(
    ask: Callable[[], Claim], held: Claim, director: User, rep: User, now: datetime
) -> None:
    claim = ask()
    send_back(Approval.objects.get(), actor=director, now=now, comment="陈思远正在投标")

    claim.refresh_from_db()
    assert (claim.state, claim.reason) == (ClaimState.REFUSED, "陈思远正在投标")
    assert Account.objects.get(pk=held.account_id).owner == rep


def test_a_claimant_who_reached_his_limit_meanwhile_gets_nothing(
    ask: Callable[[], Claim], held: Claim, director: User, outsider: User, rep: User, now: datetime
) -> None:
    ask()
    AccountFactory(owner=outsider)
    ClaimPolicy.objects.update_or_create(pk=1, defaults={"limit_total": 1})

    with pytest.raises(CannotSign, match="孙磊 holds 1 customer, as many as a person may"):
        approve(Approval.objects.get(), actor=director, now=now)
    assert Account.objects.get(pk=held.account_id).owner == rep
    assert Approval.objects.waiting().count() == 1


# --- protection -------------------------------------------------------------------------------------------------------
def test_a_contact_renews_the_protection_and_one_taken_back_does_not(
    held: Claim, rep: User, today: date, now: datetime
) -> None:
    Account.objects.filter(pk=held.account_id).update(tier="C")
    account = Account.objects.get(pk=held.account_id)
    note_contact(account, on=today, next_on=None, contacts=[], actor=rep)
    held.refresh_from_db()
    assert held.protected_until == today + timedelta(days=120)

    withdraw_contact(account, on=today, last_on=None, next_on=None, actor=rep)
    held.refresh_from_db()
    assert held.protected_until == date(2026, 12, 31)


def test_a_manager_protects_longer_with_a_reason(held: Claim, manager: User, today: date, now: datetime) -> None:
    entry = extend(held, until=date(2027, 2, 28), reason="招标推迟到春节后", actor=manager, on=today, now=now)
    held.refresh_from_db()
    assert (held.protected_until, held.reason) == (date(2027, 2, 28), "招标推迟到春节后")
    assert history_of(held)[0].action == "claim.extended"

    undo(entry, actor=manager, now=now)
    held.refresh_from_db()
    assert (held.protected_until, held.reason) == (date(2026, 12, 31), "")


def test_an_extension_taken_back_protects_no_longer_than_before_for_a_contact_of_old(
    held: Claim, manager: User, today: date, now: datetime
) -> None:
    """The firm has lengthened the days since; what ran stays as it was given."""
    Account.objects.filter(pk=held.account_id).update(last_contact_on=date(2026, 11, 20))
    ClaimPolicy.objects.create(pk=1, days_a=300, days_b=300, days_c=300, days_none=300)

    undo(
        extend(held, until=date(2027, 2, 28), reason="招标推迟", actor=manager, on=today, now=now),
        actor=manager,
        now=now,
    )

    held.refresh_from_db()
    assert held.protected_until == date(2026, 12, 31)


@pytest.mark.parametrize("until", [date(2026, 12, 31), date(2027, 11, 25)])
def test_an_extension_lies_ahead_and_within_a_year(
    until: date, held: Claim, manager: User, today: date, now: datetime
) -> None:
    with pytest.raises(ExtensionRefused, match="Choose a day after 2026-12-31, until which it is protected"):
        extend(held, until=until, reason="招标推迟", actor=manager, on=today, now=now)


def test_an_extension_needs_a_reason(held: Claim, manager: User, today: date, now: datetime) -> None:
    with pytest.raises(ExtensionRefused, match="Say why"):
        extend(held, until=date(2027, 2, 28), reason=" ", actor=manager, on=today, now=now)


# --- the pool ---------------------------------------------------------------------------------------------------------
def test_a_released_customer_is_claimed_by_a_colleague_at_once_and_by_its_former_owner_later(
    held: Claim, rep: User, teammate: User, when: dict[str, Any]
) -> None:
    release(held.account, reason="项目停摆", actor=rep, now=when["now"])
    with pytest.raises(ClaimRefused, match="You may claim it again from 2026-12-24"):
        claim_from_pool(held.account, actor=rep, **when)

    claim_from_pool(held.account, actor=teammate, **when)
    held.account.refresh_from_db()
    assert (held.account.owner, held.account.claims.in_force().get().claimant) == (teammate, teammate)
    assert [kind for _name, kind in owners(held.account)] == ["KNOWN", "RELEASED", "CLAIMED"]


def test_a_release_is_taken_back_with_the_days_that_were_left(
    held: Claim, rep: User, manager: User, now: datetime
) -> None:
    entry = release(held.account, reason="项目停摆", actor=manager, now=now)
    held.refresh_from_db()
    assert (held.state, held.reason) == (ClaimState.RELEASED, "项目停摆")
    assert Account.objects.pooled().get() == held.account

    undo(entry, actor=manager, now=now + timedelta(days=3))
    held.refresh_from_db()
    assert (held.state, held.protected_until) == (ClaimState.ACTIVE, date(2027, 1, 3))
    assert Account.objects.get(pk=held.account_id).owner == rep


def test_a_release_cannot_be_taken_back_once_a_colleague_claimed_it(
    held: Claim, rep: User, teammate: User, when: dict[str, Any]
) -> None:
    entry = release(held.account, reason="项目停摆", actor=rep, now=when["now"])
    claim_from_pool(held.account, actor=teammate, **when)

    with pytest.raises(CannotUndo, match="长虹精密"):
        undo(entry, actor=rep, now=when["now"])


def test_a_claim_from_the_pool_is_taken_back_within_half_a_minute(
    teammate: User, rep: User, held: Claim, when: dict[str, Any]
) -> None:
    release(held.account, reason="项目停摆", actor=rep, now=when["now"])
    before = owners(held.account)
    entry = claim_from_pool(held.account, actor=teammate, **when)
    undo(entry, actor=teammate, now=when["now"] + timedelta(seconds=20))

    assert owners(held.account) == before
    assert Account.objects.pooled().get() == held.account
    assert not Claim.objects.in_force().exists()
    again = claim_from_pool(held.account, actor=teammate, **when)
    with pytest.raises(CannotUndo, match="too much time"):
        undo(again, actor=teammate, now=when["now"] + timedelta(seconds=40))


def test_who_comes_second_is_told_who_was_quicker(rep: User, teammate: User, when: dict[str, Any]) -> None:
    pooled = AccountFactory(owner=None, team=rep.team)
    claim_from_pool(pooled, actor=rep, **when)

    with pytest.raises(ClaimRefused, match="陈思远 was a moment quicker"):
        claim_from_pool(pooled, actor=teammate, **when)


@pytest.mark.parametrize(
    ("tier", "limits", "sentence"),
    [
        ("A", {"limit_total": 1}, "陈思远 holds 1 customer, as many"),
        ("A", {"limit_a": 1}, "陈思远 holds as many customers of tier A as a person may: 1"),
        ("", {"limit_none": 1}, "陈思远 holds as many customers without a tier"),
    ],
)
def test_nobody_claims_beyond_a_limit(
    tier: str, limits: dict[str, int], sentence: str, rep: User, when: dict[str, Any]
) -> None:
    ClaimPolicy.objects.create(pk=1, **limits)
    AccountFactory(owner=rep, tier=tier)
    pooled = AccountFactory(owner=None, tier=tier)

    with pytest.raises(ClaimRefused, match=sentence):
        claim_from_pool(pooled, actor=rep, **when)
    assert Account.objects.get(pk=pooled.pk).owner is None


def test_who_only_stands_in_for_a_rep_holds_no_customer(clerk: User, when: dict[str, Any]) -> None:
    pooled = AccountFactory(owner=None)

    with pytest.raises(ClaimRefused, match="周静 does not sell here and can hold no customer"):
        claim_from_pool(pooled, actor=clerk, **when)


def test_who_left_meanwhile_is_given_nothing(
    ask: Callable[[], Claim], held: Claim, director: User, outsider: User, rep: User, now: datetime
) -> None:
    ask()
    User.objects.filter(pk=outsider.pk).update(is_active=False)

    with pytest.raises(CannotSign, match="孙磊 does not sell here"):
        approve(Approval.objects.get(), actor=director, now=now)
    assert Account.objects.get(pk=held.account_id).owner == rep
