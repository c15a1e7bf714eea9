"""What two filings both have of which only one is kept: shown before, chosen, and brought back by undo."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.actions.contact_log import note_contact
from accounts.actions.merging import merge_accounts
from accounts.actions.protection import extend
from accounts.actions.qualification import judge
from accounts.choices import TierChangeKind
from accounts.merging.contested import contests_of, settled_of
from accounts.merging.values import filled_person
from accounts.models import Account, AccountMember, AccountPlan, AccountRating, Claim, DealerYear, TierChange
from accounts.tests.factories import (
    AccountFactory,
    AccountMemberFactory,
    AccountPlanFactory,
    AccountRatingFactory,
    ClaimFactory,
    ContactFactory,
    RatingScaleFactory,
)
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from followups.models import Comment
from teams.models import User


@pytest.fixture
def twin(teammate: User, changhong: Account) -> Account:
    """The same company, filed again by Liu Ting."""
    return AccountFactory(owner=teammate, name="蘇州長虹精密科技股份有限公司")


def merged(keep: Account, drop: Account, actor: User, now: datetime, *, take: tuple[str, ...] = ()) -> UndoEntry:
    """Merge the two as they are now."""
    keep, drop = Account.objects.get(pk=keep.pk), Account.objects.get(pk=drop.pk)
    return merge_accounts(keep, drop, take=take, versions=(keep.version, drop.version), actor=actor, now=now)


def asked(keep: Account, drop: Account) -> list[tuple[str, str, str]]:
    """Return what the page asks about beside the fields."""
    return [(contest.label, contest.ours, contest.theirs) for contest in contests_of(keep, drop)]


# --- ratings by further criteria ---
def test_a_rating_of_both_is_chosen(changhong: Account, twin: Account, manager: User, now: datetime) -> None:
    scale = RatingScaleFactory(name="创新意愿")
    for account, value in ((changhong, 2), (twin, 5)):
        AccountRatingFactory(account=account, scale=scale, value=value)
    assert asked(changhong, twin) == [("创新意愿", "2", "5")]
    entry = merged(changhong, twin, manager, now, take=(f"rating-{scale.pk}",))
    assert AccountRating.objects.get(account=changhong).value == 5
    undo(entry, actor=manager, now=now)
    assert list(AccountRating.objects.order_by("pk").values_list("account", "value")) == [
        (changhong.pk, 2),
        (twin.pk, 5),
    ]


def test_equal_ones_and_those_of_one_alone_are_not_asked_about(changhong: Account, twin: Account) -> None:
    scale = RatingScaleFactory()
    for account in (changhong, twin):
        AccountRatingFactory(account=account, scale=scale, value=4)
    AccountRatingFactory(account=twin, value=1)
    assert asked(changhong, twin) == []


# --- plans ---
def test_texts_of_two_plans_of_a_year_are_kept_both_and_amounts_chosen(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime, client_for
) -> None:
    ours = AccountPlanFactory(account=changhong, strengths="服务快", budget=Decimal("90000"))
    theirs = AccountPlanFactory(account=twin, strengths="价格低", budget=Decimal("120000"), standing="行业前三")
    remark = Comment.objects.create(subject_kind="account_plan", subject_id=theirs.pk, author=rep, text="先谈服务")
    url = reverse("accounts:merge", args=[changhong.pk, twin.pk])
    page = client_for(manager).get(url).content.decode()
    assert "account plan 2026: our strengths" in page
    assert 'name="accountplan-2026-strengths" value="drop:both"' in page
    data = {"keep_version": "1", "drop_version": "1", "accountplan-2026-budget": "drop"}
    assert client_for(manager).post(url, data | {"accountplan-2026-strengths": "drop:both"}).status_code == 302
    plan = AccountPlan.objects.get(account=changhong)
    assert (plan.strengths, plan.budget, plan.standing) == ("服务快\n\n价格低", Decimal("120000"), "行业前三")
    remark.refresh_from_db()
    assert remark.subject_id == ours.pk
    history = client_for(manager).get(reverse("accounts:history", args=[changhong.pk])).content.decode()
    assert "account plan 2026: budget" in history

    undo(UndoEntry.objects.get(), actor=manager, now=now)
    plan.refresh_from_db()
    remark.refresh_from_db()
    assert (plan.strengths, plan.budget, plan.standing) == ("服务快", Decimal("90000"), "")
    assert remark.subject_id == theirs.pk


# --- dealers ---
def test_what_a_dealer_is_to_sell_in_a_year_is_not_left_behind(
    changhong: Account, twin: Account, manager: User, now: datetime
) -> None:
    DealerYear.objects.create(account=changhong, year=2026, regions="苏州")
    DealerYear.objects.create(account=twin, year=2026, regions="昆山", target=Decimal("300000"))
    entry = merged(changhong, twin, manager, now, take=("dealeryear-2026-regions:both",))
    year = DealerYear.objects.get(account=changhong)
    assert (year.regions, year.target) == ("苏州\n\n昆山", Decimal("300000"))
    undo(entry, actor=manager, now=now)
    year.refresh_from_db()
    assert (year.regions, year.target) == ("苏州", None)


# --- the account team ---
def test_who_is_in_both_account_teams_gets_the_role_chosen(
    changhong: Account, twin: Account, outsider: User, manager: User, now: datetime
) -> None:
    AccountMemberFactory(account=changhong, user=outsider, role="ANALYST", since=date(2026, 1, 1))
    AccountMemberFactory(account=twin, user=outsider, role="SUPPORT", until=date(2027, 3, 31))
    ours = "data analyst"
    assert asked(changhong, twin) == [
        ("孙磊 in the account team", ours, "technical support engineer · until 2027-03-31")
    ]
    entry = merged(changhong, twin, manager, now, take=(f"member-{outsider.pk}",))
    here = AccountMember.objects.current().get(account=changhong, user=outsider)
    assert (here.role, here.until, here.since) == ("SUPPORT", date(2027, 3, 31), date(2026, 1, 1))
    undo(entry, actor=manager, now=now)
    here.refresh_from_db()
    assert (here.role, here.until) == ("ANALYST", None)


# --- the tier ---
def test_a_tier_set_by_hand_comes_with_who_set_it_and_why(
    changhong: Account, twin: Account, director: User, manager: User, now: datetime, client_for
) -> None:
    Account.objects.filter(pk=changhong.pk).update(tier="C")
    Account.objects.filter(pk=twin.pk).update(tier="A", tier_fixed_until=date(2027, 6, 30))
    by_hand = {"kind": "OVERRIDE", "actor": director, "reason": "新厂投产", "happened_on": date(2026, 10, 1)}
    TierChange.objects.create(account=twin, before="B", after="A", **by_hand)
    entry = merged(changhong, twin, manager, now, take=("tier",))
    made = TierChange.objects.get(account=changhong)
    assert (made.before, made.after, made.kind) == ("C", "A", TierChangeKind.OVERRIDE)
    assert (made.actor, made.reason) == (director, "新厂投产")
    # The way of the other filing is read there too, and stays its own: nobody counts it twice.
    page = client_for(manager).get(reverse("accounts:tier", args=[changhong.pk]))
    assert len(page.context["changes"]) == 2
    undo(entry, actor=manager, now=now)
    assert list(TierChange.objects.values_list("account", flat=True)) == [twin.pk]


# --- what a rule decides ---
def test_the_newer_answer_of_the_qualification_is_said_to_count(
    changhong: Account, twin: Account, rep: User, today: date
) -> None:
    judge(twin, aspect="NEED", verdict="PASSED", evidence="招标书", actor=rep, on=today)
    judge(changhong, aspect="NEED", verdict="FAILED", evidence="已签别家", actor=rep, on=today)
    [settled] = settled_of(changhong, twin)
    assert settled.label == "qualification: need"
    assert settled.ours.startswith("failed · 已签别家")
    assert settled.rule == "The newer answer counts, that of 长虹精密; both stay readable."


def test_a_protection_goes_with_the_owner_and_keeps_its_days(
    changhong: Account, twin: Account, teammate: User, manager: User, now: datetime, client_for
) -> None:
    ClaimFactory(account=changhong, protected_until=date(2026, 12, 20))
    ClaimFactory(account=twin, protected_until=date(2027, 9, 30))
    page = client_for(manager).get(reverse("accounts:merge", args=[changhong.pk, twin.pk])).content.decode()
    assert "陈思远, until 2026-12-20" in page
    assert "刘婷, until 2027-09-30" in page
    entry = merged(changhong, twin, manager, now, take=("owner",))
    held = Claim.objects.in_force().get(account=changhong)
    assert (held.claimant, held.protected_until, held.granted_until) == (
        teammate,
        date(2027, 9, 30),
        date(2027, 9, 30),
    )
    # A contact meanwhile renews it; that hinders nobody from going back.
    note_contact(Account.objects.get(pk=changhong.pk), on=now.date(), next_on=None, contacts=[], actor=manager)
    Claim.objects.filter(pk=held.pk).update(protected_until=date(2027, 10, 1))
    undo(entry, actor=manager, now=now + timedelta(days=2))
    there = Claim.objects.in_force().order_by("account").values_list("account", "protected_until")
    assert dict(there) == {changhong.pk: date(2026, 12, 20), twin.pk: date(2027, 9, 30)}


def test_a_protection_extended_since_is_named_as_what_hinders_going_back(
    changhong: Account, twin: Account, manager: User, today: date, now: datetime
) -> None:
    ClaimFactory(account=changhong, protected_until=date(2026, 12, 20))
    ClaimFactory(account=twin, protected_until=date(2027, 3, 31))
    entry = merged(changhong, twin, manager, now, take=("owner",))
    held = Claim.objects.in_force().get()
    extend(held, until=date(2027, 6, 30), reason="招标推迟", actor=manager, on=today, now=now)
    with pytest.raises(CannotUndo, match="because it was changed since: 长虹精密"):
        undo(entry, actor=manager, now=now)
    assert Claim.objects.in_force().get() == held


def test_who_keeps_the_customer_keeps_his_own_days(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime
) -> None:
    ClaimFactory(account=changhong, protected_until=date(2026, 12, 20))
    ClaimFactory(account=twin, protected_until=date(2027, 9, 30))
    merged(changhong, twin, manager, now)
    held = Claim.objects.in_force().get()
    assert (held.account, held.claimant, held.protected_until) == (changhong, rep, date(2026, 12, 20))


# --- one person of two ---
def test_a_second_number_of_one_person_is_kept_in_the_notes(changhong: Account) -> None:
    ours = ContactFactory(account=changhong, name="王建国", mobile="13812345678", title="采购经理")
    theirs = ContactFactory(account=changhong, name="王建国", mobile="13987654321", title="采购经理", notes="爱喝茶")
    assert filled_person(ours, theirs)["notes"] == "爱喝茶\n\nmobile 13987654321"
