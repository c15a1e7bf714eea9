"""Which values and which rows a merged customer has where both filings say something."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from accounts.actions.claims import KIND as CLAIM
from accounts.actions.merging import MergeRefused, merge_accounts
from accounts.actions.qualification import judge
from accounts.choices import Aspect
from accounts.merging.values import LINES, differing_lines, filled_lines
from accounts.merging.words import in_words
from accounts.models import Account, AccountPlan, Claim, Nomination, PlanRow
from accounts.tests.factories import (
    AccountFactory,
    AccountPlanFactory,
    ClaimFactory,
    NominationFactory,
    PlanRowFactory,
)
from crm.models import UndoEntry
from crm.undo import undo
from followups.models import Approval
from followups.tests.factories import ApprovalFactory
from teams.models import User

# Fields of a customer the merge writes without asking, or that stay what they are.
NOT_ASKED = {
    *("id", "recorded_at", "version", "client_id", "origin", "search_text", "matched_as", "archived_at"),
    *("merged_into", "alias", "notes", "last_contact_on", "next_contact_on", "qualification"),
}


@pytest.fixture
def twin(teammate: User, changhong: Account) -> Account:
    """The same company, filed again by a colleague."""
    return AccountFactory(owner=teammate, name="蘇州長虹精密科技股份有限公司", province="浙江省", city="杭州市")


def merged(keep: Account, drop: Account, actor: User, now: datetime, *, take: tuple[str, ...] = ()) -> UndoEntry:
    """Merge the two as they are now."""
    keep, drop = Account.objects.get(pk=keep.pk), Account.objects.get(pk=drop.pk)
    return merge_accounts(keep, drop, take=take, versions=(keep.version, drop.version), actor=actor, now=now)


# --- values -----------------------------------------------------------------------------------------------------------
def test_no_field_of_a_customer_is_forgotten() -> None:
    asked = {name for names in LINES.values() for name in names}
    assert {field.name for field in Account._meta.concrete_fields} == asked | NOT_ASKED


def test_a_place_goes_as_a_whole(changhong: Account, twin: Account, manager: User, now: datetime) -> None:
    Account.objects.filter(pk=changhong.pk).update(
        province="江苏省", city="苏州市", district="吴中区", address="东吴路 1 号"
    )
    Account.objects.filter(pk=twin.pk).update(
        district="西湖区", address="文三路 478 号", latitude=Decimal("30.27"), longitude=Decimal("120.15")
    )
    keep, drop = Account.objects.get(pk=changhong.pk), Account.objects.get(pk=twin.pk)
    assert "place" in differing_lines(keep, drop)
    assert in_words(drop, "place") == "浙江省杭州市西湖区 · 文三路 478 号 · 30.27000, 120.15000"
    merged(changhong, twin, manager, now, take=("place",))
    keep.refresh_from_db()
    assert (keep.district, keep.address, keep.latitude) == ("西湖区", "文三路 478 号", Decimal("30.27"))


def test_the_more_precise_of_two_that_do_not_contradict_each_other_wins(changhong: Account, twin: Account) -> None:
    changhong.province, changhong.city, changhong.district, changhong.address = "浙江省", "", "", ""
    assert [line for line in filled_lines(changhong, twin) if line == "place"] == ["place"]
    assert {"place"} & {*differing_lines(changhong, twin), *differing_lines(twin, changhong)} == set()


def test_what_only_the_one_that_goes_says_is_not_lost(
    changhong: Account, twin: Account, manager: User, now: datetime
) -> None:
    dealer = AccountFactory(name="苏州恒达经销", kind="DEALER")
    only = {
        "dealer": dealer,
        "annual_revenue": Decimal("50000000"),
        "ability": 4,
        "willingness": 5,
        "wallet_share": 0,
        "is_strategic": True,
        "key_scope": "NATIONAL",
        "key_since": date(2026, 3, 1),
        "key_review_on": date(2027, 3, 1),
    }
    Account.objects.filter(pk=twin.pk).update(**only)
    entry = merged(changhong, twin, manager, now)
    changhong.refresh_from_db()
    assert {name: getattr(changhong, name) for name in only} == only
    undo(entry, actor=manager, now=now)
    changhong.refresh_from_db()
    assert (changhong.is_key, changhong.is_strategic, changhong.dealer) == (False, False, None)


def test_the_newest_answers_of_both_say_whether_it_is_qualified(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime
) -> None:
    day = now.date()
    for aspect in Aspect.values:
        judge(twin, aspect=aspect, verdict="PASSED", evidence="合同", actor=rep, on=day)
    entry = merged(changhong, twin, manager, now)
    changhong.refresh_from_db()
    assert changhong.qualification == "PASSED"
    undo(entry, actor=manager, now=now)
    changhong.refresh_from_db()
    assert changhong.qualification == ""


def test_a_dealer_and_its_customer_are_two_companies(
    changhong: Account, twin: Account, manager: User, now: datetime
) -> None:
    Account.objects.filter(pk=changhong.pk).update(dealer=twin)
    for one, other in ((changhong, twin), (twin, changhong)):
        with pytest.raises(MergeRefused, match="is the dealer of"):
            merged(one, other, manager, now)


# --- rows of which there may be one -----------------------------------------------------------------------------------
def test_a_plan_of_the_same_year_gives_its_lines_to_the_other(
    changhong: Account, twin: Account, manager: User, now: datetime
) -> None:
    ours = AccountPlanFactory(account=changhong, strengths="服务快")
    theirs = AccountPlanFactory(account=twin, strengths="价格低", environment="新厂投产", budget=Decimal("90000"))
    lines = [PlanRowFactory(plan=ours), PlanRowFactory(plan=theirs)]
    entry = merged(changhong, twin, manager, now)
    plan = AccountPlan.objects.get(account=changhong)
    assert list(PlanRow.objects.filter(plan=plan).order_by("pk")) == lines
    assert (plan.strengths, plan.environment, plan.budget) == ("服务快", "新厂投产", Decimal("90000"))
    undo(entry, actor=manager, now=now)
    assert [row.plan for row in PlanRow.objects.order_by("pk")] == [ours, theirs]
    assert AccountPlan.objects.get(pk=ours.pk).environment == ""


def test_the_second_proposal_is_withdrawn_and_nobody_is_asked_to_sign_it(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime
) -> None:
    for account in (changhong, twin):
        proposal = NominationFactory(account=account)
        ApprovalFactory(requested_by=rep, subject_kind="nomination", subject_id=proposal.pk)
    entry = merged(changhong, twin, manager, now)
    assert list(Nomination.objects.order_by("pk").values_list("state", flat=True)) == ["SUBMITTED", "WITHDRAWN"]
    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["WAITING", "WITHDRAWN"]
    undo(entry, actor=manager, now=now)
    assert set(Approval.objects.values_list("state", flat=True)) == {"WAITING"}


def test_who_asked_for_both_waits_for_one_decision(
    changhong: Account, twin: Account, director: User, manager: User, now: datetime
) -> None:
    waiting = {"claimant": director, "state": "WAITING", "granted_until": None, "protected_until": None}
    for account in (changhong, twin):
        claim = ClaimFactory(account=account, **waiting)
        ApprovalFactory(kind=CLAIM, requested_by=director, subject_kind=CLAIM, subject_id=claim.pk)
    entry = merged(changhong, twin, manager, now)
    assert list(Claim.objects.order_by("pk").values_list("account", "state")) == [
        (changhong.pk, "WAITING"),
        (changhong.pk, "ENDED"),
    ]
    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["WAITING", "WITHDRAWN"]
    undo(entry, actor=manager, now=now)
    assert list(Claim.objects.order_by("pk").values_list("account", "state")) == [
        (changhong.pk, "WAITING"),
        (twin.pk, "WAITING"),
    ]
