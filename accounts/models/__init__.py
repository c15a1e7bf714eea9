"""Customers and the people there."""

from accounts.models.account import Account, AccountMember, Industry
from accounts.models.claim import Claim, ClaimPolicy
from accounts.models.contact import Contact, StanceChange
from accounts.models.cost import ServiceCost
from accounts.models.dealer import DealerLogin, DealerYear
from accounts.models.duplicates import DuplicatePair, MatchKey
from accounts.models.duty import DutySheet
from accounts.models.handover import HandOver, HandOverItem
from accounts.models.inquiry import Inquiry, InquiryRule
from accounts.models.key_account import KeyAccountRule, KeyAccountSigner, Nomination
from accounts.models.look import AccountLook
from accounts.models.ownership import Ownership
from accounts.models.plan import AccountPlan, AccountRisk, PlanRow
from accounts.models.qualification import QualificationCheck, Rival
from accounts.models.region import KeyRegion
from accounts.models.sweep import Knock, SweepPlace, SweepUnit
from accounts.models.tier import AccountRating, RatingScale, TierChange, TierPolicy, TierRound
from accounts.models.turnover import Turnover

__all__ = [
    "Account",
    "AccountLook",
    "AccountMember",
    "AccountPlan",
    "AccountRating",
    "AccountRisk",
    "Claim",
    "ClaimPolicy",
    "Contact",
    "DealerLogin",
    "DealerYear",
    "DuplicatePair",
    "DutySheet",
    "HandOver",
    "HandOverItem",
    "Industry",
    "Inquiry",
    "InquiryRule",
    "KeyAccountRule",
    "KeyAccountSigner",
    "KeyRegion",
    "Knock",
    "MatchKey",
    "Nomination",
    "Ownership",
    "PlanRow",
    "QualificationCheck",
    "RatingScale",
    "Rival",
    "ServiceCost",
    "StanceChange",
    "SweepPlace",
    "SweepUnit",
    "TierChange",
    "TierPolicy",
    "TierRound",
    "Turnover",
]
