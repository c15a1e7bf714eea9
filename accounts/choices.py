"""The field's own words about customers and people. A leaf: imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(models.TextChoices):
    """ABC tier; empty means not yet tiered."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class AccountKind(models.TextChoices):
    """What the company is to us."""

    CUSTOMER = "CUSTOMER", _("customer")
    PROSPECT = "PROSPECT", _("prospect")
    DEALER = "DEALER", _("dealer")


class Source(models.TextChoices):
    """Where a customer came from (growing-key-accounts, six ways; tracking-and-reports)."""

    SWEEP = "SWEEP", _("sweep")
    INTRODUCTION = "INTRODUCTION", _("introduction")
    CENTRE = "CENTRE", _("centre of influence")
    ASSISTANT = "ASSISTANT", _("delegated assistant")
    ADVERTISING = "ADVERTISING", _("advertising")
    RECORDS = "RECORDS", _("records search")
    KEY_PERSON = "KEY_PERSON", _("through a key person")
    INCOMING = "INCOMING", _("call or walk-in")
    EXHIBITION = "EXHIBITION", _("exhibition")
    IMPORT = "IMPORT", _("imported")


class TeamRole(models.TextChoices):
    """Roles in an account team (sales-manager)."""

    SALES_MANAGER = "SALES_MANAGER", _("sales manager")
    ACCOUNT_MANAGER = "ACCOUNT_MANAGER", _("account manager")
    ANALYST = "ANALYST", _("data analyst")
    MARKETING = "MARKETING", _("marketing specialist")
    SUPPORT = "SUPPORT", _("technical support engineer")
    DEVELOPMENT = "DEVELOPMENT", _("business development manager")


class BuyingRole(models.TextChoices):
    """Part a person plays in purchases (growing-key-accounts)."""

    INITIATOR = "INITIATOR", _("initiator")
    INFLUENCER = "INFLUENCER", _("influencer")
    GATEKEEPER = "GATEKEEPER", _("gatekeeper")
    DECIDER = "DECIDER", _("decider")
    PURCHASER = "PURCHASER", _("purchaser")
    USER = "USER", pgettext_lazy("buying role", "user")


class Stance(models.TextChoices):
    """Where a person stands towards us (synchronised-selling), best first; empty means not known."""

    POWER_SPONSOR = "PS", _("power sponsor")
    SPONSOR = "SN", _("sponsor")
    SUPPORTER = "SP", _("supporter")
    NEUTRAL = "N", _("neutral")
    NON_SUPPORTER = "NS", _("non-supporter")
    HOSTILE = "H", _("hostile")


SPONSORS = (Stance.POWER_SPONSOR, Stance.SPONSOR)
AGAINST = (Stance.NON_SUPPORTER, Stance.HOSTILE)


class Treatment(models.TextChoices):
    """What we do about a non-supporter (synchronised-selling)."""

    IGNORE = "IGNORE", _("ignore")
    ISOLATE = "ISOLATE", _("isolate or neutralise")
    CONVERT = "CONVERT", _("convert")
    WATCH = "WATCH", _("watch")


class Level(models.TextChoices):
    """Level of the position."""

    TOP = "TOP", _("top management")
    MIDDLE = "MIDDLE", _("middle management")
    DEPARTMENT = "DEPARTMENT", _("department manager")
    EMPLOYEE = "EMPLOYEE", _("employee")


class RelationshipStage(models.TextChoices):
    """Stages of a relationship (customer-development); raised only on evidence."""

    ACQUAINTED = "ACQUAINTED", _("acquainted")
    DATING = "DATING", _("dating")
    TRUST = "TRUST", _("trust")
    ALLIANCE = "ALLIANCE", _("alliance")


class PolicyState(models.TextChoices):
    """Life of a tier policy."""

    DRAFT = "DRAFT", _("draft")
    ASKED = "ASKED", _("waiting for a signature")
    APPROVED = "APPROVED", pgettext_lazy("tier rules", "signed")
    ACTIVE = "ACTIVE", _("in force")
    RETIRED = "RETIRED", _("replaced")


# What can still be changed, simulated and compared.
DRAFTS = (PolicyState.DRAFT, PolicyState.ASKED, PolicyState.APPROVED)


class CutBy(models.TextChoices):
    """What the cuts of a tier policy are cuts of; the same values as `accounts.tiering.By`."""

    CUSTOMERS = "CUSTOMERS", _("share of customers")
    TURNOVER = "TURNOVER", _("cumulated share of turnover")
    SCORE = "SCORE", _("score")


class RunEvery(models.TextChoices):
    """How often the rules in force are run anew."""

    NEVER = "NEVER", _("only when somebody asks")
    MONTHLY = "MONTHLY", _("every month")
    QUARTERLY = "QUARTERLY", _("every quarter")


class RoundState(models.TextChoices):
    """Life of the proposals of a run."""

    WAITING = "WAITING", _("waiting for a signature")
    SIGNED = "SIGNED", pgettext_lazy("tier rules", "signed")
    APPLIED = "APPLIED", _("applied")
    RETURNED = "RETURNED", _("returned")
    REPLACED = "REPLACED", _("replaced by a later run")


class TierChangeKind(models.TextChoices):
    """Why a tier changed."""

    COMPUTED = "COMPUTED", _("computed")
    OVERRIDE = "OVERRIDE", _("set by hand")
    OVERRIDE_ENDED = "OVERRIDE_ENDED", _("hand setting ended")
    ROLLED_BACK = "ROLLED_BACK", _("rules taken back")
    IMPORTED = "IMPORTED", _("imported")
