"""From a proposal to the mark of a key account, back again, and to its end."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actions.accounts import archive_account
from accounts.actions.key_accounts import (
    CannotNominate,
    end_key_account,
    hand_in_again,
    join_key_group,
    leave_key_group,
    propose_key_account,
    set_key_rule,
    withdraw_nomination,
)
from accounts.choices import NominationState
from accounts.key_accounts.reads import key_group, key_rule
from accounts.key_accounts.rules import KEY_REVIEW
from accounts.models import Account, KeyAccountSigner, Nomination
from accounts.tests.factories import AccountFactory, NominationFactory
from crm.audit import history_of
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from crm.workdays import WorkCalendar
from followups.actions.approvals import CannotSign, approve, send_back
from followups.approval_kinds import describe_all
from followups.models import Approval
from followups.rules import RuleContext, all_rules
from teams.models import User

pytestmark = pytest.mark.django_db

VALUES = {
    "scope": "NATIONAL",
    "sales_score": 5,
    "sales_reason": "近三年成交额年均增长三成",
    "innovation_score": 4,
    "innovation_reason": "设有自动化研究院",
    "strength_score": 4,
    "strength_reason": "华东市场份额第一",
    "finance_score": 3,
    "finance_reason": "回款及时",
}


@pytest.fixture
def group(director: User, other_manager: User, admin: User) -> list[User]:
    """He Yun and Qian Wei decide about key accounts."""
    for person in (director, other_manager):
        join_key_group(person, actor=admin)
    return [director, other_manager]


@pytest.fixture
def proposed(changhong: Account, group, rep: User, manager: User, now: datetime) -> Nomination:
    """Chen Siyuan proposes Changhong; Zhao Min is asked first."""
    return propose_key_account(changhong, values=VALUES, actor=rep, now=now)


def waiting(nomination: Nomination) -> Approval:
    return Approval.objects.about("nomination", nomination.pk).waiting().get()


def sign(nomination: Nomination, *people: User, now: datetime):
    """Let these sign one after the other; return how the last one can be taken back."""
    return [approve(waiting(nomination), actor=person, now=now) for person in people][-1]


def mark(account: Account) -> tuple[str, date | None, date | None]:
    account.refresh_from_db()
    return account.key_scope, account.key_since, account.key_review_on


def test_the_department_manager_signs_then_one_of_the_group(proposed, changhong, manager, director, today, now):
    assert [step.signers for step in waiting(proposed).steps.order_by("position")] == [
        [manager],
        key_group(),
    ]
    sign(proposed, manager, now=now)
    assert mark(changhong) == ("", None, None)
    sign(proposed, director, now=now)
    assert mark(changhong) == ("NATIONAL", today, date(2027, 11, 24))
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decided_on) == (NominationState.APPROVED, today)


def test_a_manager_of_the_group_signs_for_both(changhong, rep, manager, admin, now):
    join_key_group(manager, actor=admin)
    proposed = propose_key_account(changhong, values=VALUES, actor=rep, now=now)
    assert [step.signers for step in waiting(proposed).steps.all()] == [[manager]]


def test_who_proposes_does_not_decide_as_one_of_the_group(changhong, group, director, other_manager, now):
    proposed = propose_key_account(changhong, values=VALUES, actor=director, now=now)
    assert [step.signers for step in waiting(proposed).steps.all()] == [[other_manager]]


def test_without_a_group_nothing_can_be_handed_in(changhong, rep, manager, director, admin, now):
    with pytest.raises(CannotNominate, match="Ask an admin to name its members"):
        propose_key_account(changhong, values=VALUES, actor=rep, now=now)
    join_key_group(director, actor=admin)
    with pytest.raises(CannotNominate, match="Nobody else is in the key-account group"):
        propose_key_account(changhong, values=VALUES, actor=director, now=now)
    assert not Nomination.objects.exists()


def test_one_proposal_is_under_way_at_a_time_and_a_repeated_post_is_the_same(proposed, changhong, rep, manager, now):
    again = propose_key_account(changhong, values=VALUES, actor=rep, now=now, client_id=proposed.client_id)
    assert again == proposed
    with pytest.raises(CannotNominate, match="under way already"):
        propose_key_account(changhong, values=VALUES, actor=manager, now=now)


def test_an_archived_customer_is_brought_back_first(changhong, group, rep, manager, now):
    archive_account(changhong, actor=rep, now=now)
    with pytest.raises(CannotNominate, match="Bring it back first"):
        propose_key_account(changhong, values=VALUES, actor=rep, now=now)


def test_a_returned_proposal_is_handed_in_again_and_everything_said_stays(proposed, rep, manager, director, now):
    send_back(waiting(proposed), actor=manager, now=now, comment="财务状况要有依据")
    proposed.refresh_from_db()
    assert proposed.state == NominationState.RETURNED
    changes = {"finance_reason": "2025 年审计报告，负债率四成"}
    hand_in_again(proposed, changes=changes, version=proposed.version, actor=rep, now=now)
    sign(proposed, manager, now=now)
    send_back(waiting(proposed), actor=director, now=now, comment="范围应为地区性")
    proposed.refresh_from_db()
    hand_in_again(proposed, changes={"scope": "REGIONAL"}, version=proposed.version, actor=rep, now=now)
    sign(proposed, manager, director, now=now)
    rounds = Approval.objects.about("nomination", proposed.pk).order_by("pk")
    assert [asked.state for asked in rounds] == ["RETURNED", "RETURNED", "APPROVED"]
    assert [step.comment for asked in rounds for step in asked.steps.order_by("position") if step.comment] == [
        "财务状况要有依据",
        "范围应为地区性",
    ]
    assert [entry.action for entry in history_of(proposed).order_by("pk")] == [
        "nomination.handed_in",
        *("nomination.returned", "nomination.edited", "nomination.handed_in_again"),
        *("nomination.returned", "nomination.edited", "nomination.handed_in_again"),
        "nomination.approved",
    ]


def test_what_waits_or_is_decided_is_not_changed(proposed, rep, now):
    with pytest.raises(CannotNominate, match="decided meanwhile"):
        hand_in_again(proposed, changes={"scope": "GLOBAL"}, version=1, actor=rep, now=now)


def test_two_people_changing_the_same_of_a_returned_one_are_asked(proposed, rep, manager, now):
    send_back(waiting(proposed), actor=manager, now=now, comment="范围？")
    proposed.refresh_from_db()
    seen = proposed.version
    first = hand_in_again(proposed, changes={"scope": "REGIONAL"}, version=seen, actor=rep, now=now)
    send_back(waiting(first), actor=manager, now=now, comment="再想想")
    with pytest.raises(EditConflict):
        hand_in_again(first, changes={"scope": "GLOBAL"}, version=seen, actor=manager, now=now)
    first.refresh_from_db()
    assert (first.scope, first.state) == ("REGIONAL", NominationState.RETURNED)


def test_a_proposal_is_withdrawn_by_who_handed_it_in(proposed, rep, manager, now):
    with pytest.raises(PermissionDenied):
        withdraw_nomination(proposed, actor=manager, now=now)
    withdraw_nomination(proposed, actor=rep, now=now)
    assert not Approval.objects.waiting().exists()
    assert propose_key_account(proposed.account, values=VALUES, actor=rep, now=now).state == NominationState.SUBMITTED


def test_an_archived_customer_is_neither_signed_for_nor_handed_in_again(
    proposed, changhong, rep, manager, director, now
):
    sign(proposed, manager, now=now)
    put_away = archive_account(changhong, actor=rep, now=now)
    with pytest.raises(CannotSign, match="Bring it back first"):
        sign(proposed, director, now=now)
    assert mark(changhong) == ("", None, None)
    send_back(waiting(proposed), actor=director, now=now, comment="已归档")
    proposed.refresh_from_db()
    with pytest.raises(CannotNominate, match="Bring it back first"):
        hand_in_again(proposed, changes={"scope": "REGIONAL"}, version=proposed.version, actor=rep, now=now)
    undo(put_away, actor=rep, now=now)
    hand_in_again(proposed, changes={"scope": "REGIONAL"}, version=proposed.version, actor=rep, now=now)


def test_a_signature_stays_where_the_customer_was_proposed_anew_since(proposed, changhong, rep, manager, director, now):
    entry = sign(proposed, manager, director, now=now)
    anew = propose_key_account(changhong, values=VALUES | {"scope": "GLOBAL"}, actor=rep, now=now)
    with pytest.raises(CannotUndo, match="ended or proposed anew"):
        undo(entry, actor=director, now=now)
    proposed.refresh_from_db()
    assert (proposed.state, anew.state) == (NominationState.APPROVED, NominationState.SUBMITTED)


def test_a_signature_stays_where_the_mark_was_ended_since(proposed, changhong, manager, director, now):
    entry = sign(proposed, manager, director, now=now)
    end_key_account(changhong, reason="产线迁往越南", actor=manager, now=now)
    with pytest.raises(CannotUndo, match="ended or proposed anew"):
        undo(entry, actor=director, now=now)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.end_reason) == (NominationState.ENDED, "产线迁往越南")


def test_the_last_signature_can_be_taken_back_with_the_mark(proposed, changhong, manager, director, now):
    entry = sign(proposed, manager, director, now=now)
    undo(entry, actor=director, now=now)
    assert mark(changhong) == ("", None, None)
    proposed.refresh_from_db()
    assert proposed.state == NominationState.SUBMITTED
    assert list(Approval.objects.to_sign(director)) == [waiting(proposed)]


def test_a_key_account_proposed_anew_keeps_since_when_it_is_one(changhong, group, rep, manager, director, today, now):
    Account.objects.filter(pk=changhong.pk).update(
        key_scope="REGIONAL", key_since=date(2024, 3, 1), key_review_on=date(2026, 12, 1)
    )
    proposed = propose_key_account(changhong, values=VALUES, actor=rep, now=now)
    entry = sign(proposed, manager, director, now=now)
    assert mark(changhong) == ("NATIONAL", date(2024, 3, 1), date(2027, 11, 24))
    undo(entry, actor=director, now=now)
    assert mark(changhong) == ("REGIONAL", date(2024, 3, 1), date(2026, 12, 1))


def test_who_leads_ends_it_with_a_reason_that_stays(proposed, changhong, rep, manager, director, today, now):
    sign(proposed, manager, director, now=now)
    with pytest.raises(PermissionDenied):
        end_key_account(changhong, reason="产线迁走", actor=rep, now=now)
    with pytest.raises(CannotNominate, match="Say why"):
        end_key_account(changhong, reason="  ", actor=manager, now=now)
    entry = end_key_account(changhong, reason="产线迁往越南", actor=manager, now=now)
    assert mark(changhong) == ("", None, None)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.ended_by, proposed.ended_on) == (NominationState.ENDED, manager, today)
    assert proposed.end_reason == "产线迁往越南"
    with pytest.raises(CannotNominate, match="no key account any more"):
        end_key_account(changhong, reason="再说一次", actor=manager, now=now)
    undo(entry, actor=manager, now=now)
    assert mark(changhong)[0] == "NATIONAL"
    proposed.refresh_from_db()
    assert (proposed.state, proposed.end_reason) == (NominationState.APPROVED, "")


def test_an_end_is_not_taken_back_over_what_was_changed_since(proposed, changhong, manager, director, now):
    sign(proposed, manager, director, now=now)
    entry = end_key_account(changhong, reason="产线迁走", actor=manager, now=now)
    Account.objects.filter(pk=changhong.pk).update(version=99)
    with pytest.raises(CannotUndo):
        undo(entry, actor=manager, now=now)


def test_who_signs_sees_the_four_scores_and_what_is_lacking(proposed, changhong, admin, group, rep, now):
    (seen,) = describe_all([waiting(proposed)]).values()
    assert (seen.title, seen.exceptions) == ("Key account: 长虹精密", [])
    assert [(str(label), str(value)) for label, value in seen.facts] == [
        ("Scope", "national"),
        ("Points", "16 / 20"),
        ("Owner", "陈思远"),
    ]
    assert seen.rows[3] == ["in good financial health", 3, "回款及时"]
    set_key_rule(changes={"total_wanted": 17, "each_wanted": 4}, version=1, actor=admin)
    (seen,) = describe_all([waiting(proposed)]).values()
    assert seen.exceptions == ["16 points of 20, 17 are wanted", "in good financial health: 3, 4 wanted"]


@pytest.mark.parametrize("count", [1, 3])
def test_describing_costs_the_same_for_many(count, group, rep, manager, now, django_assert_num_queries):
    for _number in range(count):
        propose_key_account(AccountFactory(owner=rep), values=VALUES, actor=rep, now=now)
    approvals = list(Approval.objects.waiting())
    with django_assert_num_queries(2):
        describe_all(approvals)


def test_an_admin_names_the_group_and_sets_the_numbers(admin, manager, director, now):
    with pytest.raises(PermissionDenied):
        join_key_group(director, actor=manager)
    with pytest.raises(PermissionDenied):
        set_key_rule(changes={"total_wanted": 1}, version=1, actor=director)
    join_key_group(director, actor=admin)
    join_key_group(director, actor=admin)
    entry = leave_key_group(KeyAccountSigner.objects.get(), actor=admin, now=now)
    assert key_group() == []
    undo(entry, actor=admin, now=now)
    assert key_group() == [director]
    set_key_rule(changes={"review_months": 6}, version=1, actor=admin)
    assert key_rule().review_months == 6


def test_the_owner_is_reminded_before_the_review(changhong, rep, today):
    def due(on: date) -> list[tuple[tuple[str, int], int, date]]:
        rows = KEY_REVIEW.plan(RuleContext(on, WorkCalendar(), {"lead_days": 14}))
        return [(row.subject, row.recipient_id, row.due_on) for row in rows]

    assert KEY_REVIEW in all_rules()
    Account.objects.filter(pk=changhong.pk).update(key_scope="NATIONAL", key_review_on=date(2026, 12, 9))
    assert due(today) == []
    assert due(date(2026, 11, 25)) == [(("account", changhong.pk), rep.pk, date(2026, 12, 9))]
    Account.objects.filter(pk=changhong.pk).update(key_scope="")
    assert due(date(2026, 12, 9)) == []


def test_a_dealer_sees_no_proposal_though_he_sees_the_customer(rep, dealer):
    own = AccountFactory(owner=dealer)
    NominationFactory(account=own, requested_by=rep)
    assert Account.objects.visible_to(dealer).get() == own
    assert not Nomination.objects.visible_to(dealer).exists()
