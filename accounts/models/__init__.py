"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.claim import Claim, ClaimPolicy
from accounts.models.contact import Contact, StanceChange
from accounts.models.look import AccountLook
from accounts.models.ownership import Ownership
from accounts.models.tier import TierChange, TierPolicy
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "Claim",
    "ClaimPolicy",
    "Contact",
    "Industry",
    "Ownership",
    "StanceChange",
    "TierChange",
    "TierPolicy",
    "Turnover",
]
