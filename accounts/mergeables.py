"""What becomes of the rows of this room and of the rooms below when two customers, or two people there, become one."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import NominationState
from accounts.merging import Handling, Moves, Stays, register_mergeable
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
    QualificationCheck,
    Rival,
    StanceChange,
    SweepPlace,
    SweepUnit,
    TierChange,
    Turnover,
)
from crm.models import AuditEntry, StoredFile
from followups.choices import ApprovalState
from followups.models import Approval, Comment, Delivery, FollowUp, Notification


def _withdraw(waiting: models.QuerySet[Any]) -> None:
    """Set requests aside whose customer waits for the same signature already."""
    waiting.update(state=ApprovalState.WITHDRAWN)


def _set_aside(proposed: models.QuerySet[Any]) -> None:
    """Withdraw proposals of a customer that is proposed, or marked, already."""
    proposed.update(state=NominationState.WITHDRAWN)


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
    TierChange: Moves(),
    AccountPlan: Moves(label=_("account plans")),
    AccountRating: Moves(quiet=True),
    AccountRisk: Moves(label=_("risks")),
    Claim: Moves(watched=True, quiet=True),
    DealerLogin: Moves(),
    DealerYear: Moves(quiet=True),
    HandOverItem: Stays("a hand-over tells what it did with the filing as it was"),
    Inquiry: Moves(),
    Nomination: Moves(left=_set_aside),
    Ownership: Stays("its own page tells who held the merged one; the merge writes the other's"),
    QualificationCheck: Moves(quiet=True),
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
