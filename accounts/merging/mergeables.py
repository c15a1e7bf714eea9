"""What becomes of the rows of this room and of the rooms below when two customers, or two people there, become one."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.qualification import write_outcome
from accounts.choices import ClaimState, NominationState
from accounts.merging.contested import DEALT, PLANNED
from accounts.merging.registry import Handling, Moves, Stays, register_mergeable
from accounts.merging.values import is_empty
from accounts.models import (
    Account,
    AccountLook,
    AccountMember,
    AccountPlan,
    AccountRating,
    AccountRisk,
    Claim,
    Contact,
    DealerLogin,
    DealerYear,
    DuplicatePair,
    HandOverItem,
    Inquiry,
    MatchKey,
    Nomination,
    Ownership,
    PlanRow,
    QualificationCheck,
    Rival,
    StanceChange,
    SweepPlace,
    SweepUnit,
    TierChange,
    Turnover,
)
from crm.models import AuditEntry, StoredFile
from followups.choices import ApprovalState, FollowUpState
from followups.models import Approval, ApprovalStep, Comment, Delivery, FollowUp, Notification

Rows = models.QuerySet[Any]


def _withdraw(waiting: Rows, target: int) -> None:  # noqa: ARG001 -- the signature of `left`
    """Set requests aside whose customer waits for the same signature already."""
    waiting.update(state=ApprovalState.WITHDRAWN)


def _asked(kind: str) -> Callable[[Rows], Rows]:
    """Return what finds the requests that wait for a signature under rows of a kind."""
    return lambda rows: Approval.objects.waiting().filter(subject_kind=kind, subject_id__in=rows.values("pk"))


def _steps(kind: str) -> Callable[[Rows], Rows]:
    """Return what finds the signatures these requests wait for."""
    return lambda rows: ApprovalStep.objects.filter(
        approval__in=_asked(kind)(rows).values("pk"), state=ApprovalState.WAITING
    )


def _ask_no_more(kind: str, rows: Rows) -> None:
    """Take back the requests for a signature under rows that are set aside."""
    requests = list(_asked(kind)(rows).values_list("pk", flat=True))
    _steps(kind)(rows).update(state=ApprovalState.WITHDRAWN)
    Approval.objects.filter(pk__in=requests).update(state=ApprovalState.WITHDRAWN)


def _set_proposals_aside(proposed: Rows, target: int) -> None:  # noqa: ARG001 -- the signature of `left`
    """Withdraw proposals of a customer that is proposed already."""
    _ask_no_more("nomination", proposed)
    proposed.update(state=NominationState.WITHDRAWN)


def _set_claims_aside(claimed: Rows, target: int) -> None:  # noqa: ARG001 -- the signature of `left`
    """End claims of who has asked for the other one, too."""
    _ask_no_more("claim", claimed)
    claimed.update(state=ClaimState.ENDED, reason=_gettext("merged"))


def _lines_of(plans: Rows) -> Rows:
    return PlanRow.objects.filter(plan__in=plans.values("pk"))


def _one_plan_a_year(plans: Rows, target: int) -> None:
    """Give the lines of a plan to the plan of the same year, and what that one leaves open."""
    for plan in plans:
        other = AccountPlan.objects.get(account_id=target, year=plan.year)
        plan.rows.update(plan=other)
        Comment.objects.about("account_plan", plan.pk).update(subject_id=other.pk)
        FollowUp.objects.open().about("account_plan", plan.pk).update(state=FollowUpState.CANCELLED)
        _fill(other, plan, PLANNED)


def _fill(row: Any, other: Any, names: tuple[str, ...]) -> None:
    """Give a row what it leaves open and the other says."""
    values = {name: getattr(other, name) for name in names if is_empty(getattr(row, name))}
    type(row)._default_manager.filter(pk=row.pk).update(**values, version=row.version + 1)


def _one_row_a_year(years: Rows, target: int) -> None:
    """Give what a dealer's year leaves open to it from that of the other; what both say was chosen."""
    for year in years:
        _fill(DealerYear.objects.get(account_id=target, year=year.year), year, DEALT)


def _said_of(plans: Rows) -> Rows:
    return Comment.objects.filter(subject_kind="account_plan", subject_id__in=plans.values("pk"))


def _reviews_of(plans: Rows) -> Rows:
    return FollowUp.objects.filter(subject_kind="account_plan", subject_id__in=plans.values("pk"))


def _work_out_qualification(checks: Rows) -> None:
    """Let the newest answers of both say whether the customer is qualified."""
    for account in Account.objects.filter(checks__in=checks).distinct():
        write_outcome(account, actor=None)


HANDLED: dict[type[models.Model], Handling] = {
    AuditEntry: Stays("history is sealed; the customer's page reads that of the merged one too"),
    StoredFile: Moves(),
    FollowUp: Moves(watched=True),
    Delivery: Moves(watched=True, quiet=True),
    Notification: Moves(quiet=True),
    Approval: Moves(left=_withdraw),
    Comment: Moves(),
    Account: Moves(label=_("companies below it")),
    AccountMember: Moves(watched=True),
    AccountLook: Moves(quiet=True),
    Contact: Moves(label=_("people there")),
    StanceChange: Moves(),
    TierChange: Stays("each says from which tier to which its own filing moved; the tier's page reads both"),
    AccountPlan: Moves(
        left=_one_plan_a_year, beside=(_lines_of, _said_of, _reviews_of), watched=True, label=_("account plans")
    ),
    AccountRating: Moves(watched=True, quiet=True),
    AccountRisk: Moves(label=_("risks")),
    Claim: Moves(left=_set_claims_aside, beside=(_asked("claim"), _steps("claim")), watched=True, quiet=True),
    DealerLogin: Moves(),
    DealerYear: Moves(left=_one_row_a_year, watched=True, quiet=True),
    HandOverItem: Stays("a hand-over tells what it did with the filing as it was"),
    Inquiry: Moves(),
    Nomination: Moves(left=_set_proposals_aside, beside=(_asked("nomination"), _steps("nomination"))),
    Ownership: Stays("the customer's page reads that of the merged one too; the merge writes its own"),
    QualificationCheck: Moves(then=_work_out_qualification, quiet=True),
    Rival: Moves(label=_("competitors there")),
    SweepPlace: Moves(quiet=True),
    SweepUnit: Moves(quiet=True),
    Turnover: Moves(label=_("turnover bookings")),
    DuplicatePair: Stays("open ones go with the archive; the merge closes the pair itself"),
    MatchKey: Stays("keys are worked out from the names; the archived one is not found by them"),
}


def register() -> None:
    """Declare it, one line a model."""
    for model, how in HANDLED.items():
        register_mergeable(model, how)
