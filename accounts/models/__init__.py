"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.contact import Contact, StanceChange
from accounts.models.dealer import DealerLogin, DealerYear
from accounts.models.duty import DutySheet
from accounts.models.key_account import KeyAccountRule, KeyAccountSigner, Nomination
from accounts.models.look import AccountLook
from accounts.models.plan import AccountPlan, AccountRisk, PlanRow
from accounts.models.tier import TierChange, TierPolicy
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "AccountPlan",
    "AccountRisk",
    "Contact",
    "DealerLogin",
    "DealerYear",
    "DutySheet",
    "Industry",
    "KeyAccountRule",
    "KeyAccountSigner",
    "Nomination",
    "PlanRow",
    "StanceChange",
    "TierChange",
    "TierPolicy",
    "Turnover",
]
