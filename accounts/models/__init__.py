"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.contact import Contact, StanceChange
from accounts.models.look import AccountLook
from accounts.models.tier import AccountRating, RatingScale, TierChange, TierPolicy, TierRound
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "AccountRating",
    "Contact",
    "Industry",
    "RatingScale",
    "StanceChange",
    "TierChange",
    "TierPolicy",
    "TierRound",
    "Turnover",
]
