"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.contact import Contact, StanceChange
from accounts.models.cost import ServiceCost
from accounts.models.look import AccountLook
from accounts.models.tier import TierChange, TierPolicy
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "Contact",
    "Industry",
    "ServiceCost",
    "StanceChange",
    "TierChange",
    "TierPolicy",
    "Turnover",
]
