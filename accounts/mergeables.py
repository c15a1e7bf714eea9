"""What becomes of the rows of this room and of the rooms below when two customers, or two people there, become one."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import NominationState
from accounts.merging import Moves, Stays, register_mergeable
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


def register() -> None:
    """Declare it, one line a model."""
    register_mergeable(AuditEntry, Stays("history is sealed; the customer's page reads that of the merged one too"))
    register_mergeable(StoredFile, Moves())
    register_mergeable(FollowUp, Moves(watched=True))
    register_mergeable(Delivery, Moves(watched=True, quiet=True))
    register_mergeable(Notification, Moves(quiet=True))
    register_mergeable(Approval, Moves(left=_withdraw))
    register_mergeable(Comment, Moves())
    register_mergeable(Account, Moves(label=_("companies below it")))
    register_mergeable(AccountMember, Moves(watched=True))
    register_mergeable(AccountLook, Moves(quiet=True))
    register_mergeable(Contact, Moves(label=_("people there")))
    register_mergeable(StanceChange, Moves())
    register_mergeable(TierChange, Moves())
    register_mergeable(AccountPlan, Moves(label=_("account plans")))
    register_mergeable(AccountRating, Moves(quiet=True))
    register_mergeable(AccountRisk, Moves(label=_("risks")))
    register_mergeable(Claim, Moves(watched=True, quiet=True))
    register_mergeable(DealerLogin, Moves())
    register_mergeable(DealerYear, Moves(quiet=True))
    register_mergeable(HandOverItem, Stays("a hand-over tells what it did with the filing as it was"))
    register_mergeable(Inquiry, Moves())
    register_mergeable(Nomination, Moves(left=_set_aside))
    register_mergeable(Ownership, Stays("its own page tells who held the merged one; the merge writes the other's"))
    register_mergeable(QualificationCheck, Moves(quiet=True))
    register_mergeable(Rival, Moves(label=_("competitors there")))
    register_mergeable(SweepPlace, Moves(quiet=True))
    register_mergeable(SweepUnit, Moves(quiet=True))
    register_mergeable(Turnover, Moves(label=_("turnover bookings")))
    register_mergeable(DuplicatePair, Stays("open ones go with the archive; the merge closes the pair itself"))
    register_mergeable(MatchKey, Stays("keys are worked out from the names; the archived one is not found by them"))
