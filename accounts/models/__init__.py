"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.contact import Contact, StanceChange
from accounts.models.duplicates import DuplicatePair, MatchKey
from accounts.models.look import AccountLook
from accounts.models.tier import TierChange, TierPolicy
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "Contact",
    "DuplicatePair",
    "Industry",
    "MatchKey",
    "StanceChange",
    "TierChange",
    "TierPolicy",
    "Turnover",
]
