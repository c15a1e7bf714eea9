"""The field's own words about customers and people. A leaf: imports nothing of ours."""

from collections.abc import Iterable

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


class Relation(models.TextChoices):
    """What a company is to the one it belongs to; empty means nobody said."""

    SUBSIDIARY = "SUBSIDIARY", _("subsidiary")
    BRANCH = "BRANCH", pgettext_lazy("of a company", "branch")


class Source(models.TextChoices):
    """Where a customer came from (growing-key-accounts, six ways; tracking-and-reports)."""

    SWEEP = "SWEEP", _("sweep")
    ESTATE = "ESTATE", _("sweep of an estate")
    ORGANISATION = "ORGANISATION", _("sweep of an organisation")
    INTRODUCTION = "INTRODUCTION", _("introduction")
    CENTRE = "CENTRE", _("centre of influence")
    ASSISTANT = "ASSISTANT", _("delegated assistant")
    ADVERTISING = "ADVERTISING", _("advertising")
    RECORDS = "RECORDS", _("records search")
    KEY_PERSON = "KEY_PERSON", _("through a key person")
    INCOMING = "INCOMING", _("call or walk-in")
    EXHIBITION = "EXHIBITION", _("exhibition")
    IMPORT = "IMPORT", _("imported")


class ProspectKind(models.TextChoices):
    """What a prospect can become (tracking-and-reports); it decides how closely it is followed."""

    DIRECT = "DIRECT", _("direct: needs it and decides")
    INDIRECT = "INDIRECT", _("indirect: brings others")
    POTENTIAL = "POTENTIAL", _("potential: knows us, no need now")


class Aspect(models.TextChoices):
    """What qualification asks (growing-key-accounts)."""

    ABILITY = "ABILITY", _("ability to pay")
    PERSONALITY = "PERSONALITY", _("buying personality")
    NEED = "NEED", _("need")


class Verdict(models.TextChoices):
    """Answer to one of them; empty means not known."""

    PASSED = "PASSED", pgettext_lazy("qualification", "passed")
    FAILED = "FAILED", pgettext_lazy("qualification", "failed")


class Channel(models.TextChoices):
    """How somebody came in."""

    CALL = "CALL", _("called")
    WALK_IN = "WALK_IN", _("walked in")
    EXHIBITION = "EXHIBITION", _("at an exhibition")
    ONLINE = "ONLINE", _("wrote")


class Heard(models.TextChoices):
    """How somebody who came in had heard of us."""

    ADVERTISING = "ADVERTISING", _("advertising")
    INTRODUCTION = "INTRODUCTION", _("introduction")
    EXHIBITION = "EXHIBITION", _("exhibition")
    SEARCH = "SEARCH", _("found us searching")
    BOUGHT = "BOUGHT", _("bought from us before")
    OTHER = "OTHER", _("in another way")


class PlaceKind(models.TextChoices):
    """Where prospects gather (tracking-and-reports); what is to be done there follows from it."""

    ESTATE = "ESTATE", _("estate")
    EMPLOYER = "EMPLOYER", _("employer-built housing")
    ORGANISATION = "ORGANISATION", _("organisation")
    HOUSE = "HOUSE", _("private houses")
    VILLA = "VILLA", _("villas")
    AGAIN = "AGAIN", _("re-renovation")


class UnitState(models.TextChoices):
    """What was found at a door."""

    NOT_YET = "NOT_YET", _("not yet there")
    NOBODY = "NOBODY", _("nobody in")
    TALKED = "TALKED", _("talked")
    WANTS = "WANTS", _("wants it")
    REFUSED = "REFUSED", _("does not want it")
    ORDERED = "ORDERED", _("ordered")


class Renovation(models.TextChoices):
    """How far the renovation of a unit is; the order is that of the work (ours)."""

    NOT_BEGUN = "NOT_BEGUN", _("not begun")
    PIPES = "PIPES", _("water and electricity")
    TILES = "TILES", _("tiling")
    WOOD = "WOOD", _("woodwork")
    PAINT = "PAINT", _("painting")
    FITTING = "FITTING", _("fitting")
    LIVED_IN = "LIVED_IN", _("lived in")


class DeciderPlace(models.TextChoices):
    """Where whoever decides about a unit can be met."""

    HERE = "HERE", _("here")
    HOME = "HOME", _("at home, a spouse")
    WORK = "WORK", _("at work")
    OTHER = "OTHER", _("elsewhere")


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


class BookingSource(models.TextChoices):
    """What a booking of turnover rests on."""

    IMPORT = "IMPORT", _("imported")
    ORDER = "ORDER", _("order")
    HAND = "HAND", _("entered by hand")


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
    """What the cuts of a tier policy are cuts of; the same values as `accounts.tiers.tiering.By`."""

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


class ClaimState(models.TextChoices):
    """Life of a claim."""

    ACTIVE = "ACTIVE", pgettext_lazy("claim", "in force")
    WAITING = "WAITING", _("waiting for a decision")
    REFUSED = "REFUSED", _("refused")
    LAPSED = "LAPSED", _("lapsed")
    RELEASED = "RELEASED", _("released")
    ENDED = "ENDED", _("ended")


class SecondClaim(models.TextChoices):
    """What happens to a claim on a customer somebody else holds."""

    REFUSE = "REFUSE", _("is refused")
    MANAGER = "MANAGER", _("goes to the manager to decide")


class OwnershipKind(models.TextChoices):
    """Why somebody came to hold a customer, or why nobody does."""

    CREATED = "CREATED", _("created")
    IMPORTED = "IMPORTED", _("imported")
    KNOWN = "KNOWN", _("there before this was kept")
    HANDED_OVER = "HANDED_OVER", _("handed over")
    CLAIMED = "CLAIMED", _("claimed")
    DECIDED = "DECIDED", _("claim decided by the manager")
    RELEASED = "RELEASED", _("released to the pool")
    LAPSED = "LAPSED", _("protection lapsed")
    TAKEN_BACK = "TAKEN_BACK", _("taken back")


class KeyScope(models.TextChoices):
    """How far a key account reaches (customer-development); empty means that it is none."""

    GLOBAL = "GLOBAL", pgettext_lazy("key account", "global")
    NATIONAL = "NATIONAL", pgettext_lazy("key account", "national")
    REGIONAL = "REGIONAL", pgettext_lazy("key account", "regional")


class NominationState(models.TextChoices):
    """Life of a proposal to make a customer a key account."""

    SUBMITTED = "SUBMITTED", _("waiting for signature")
    RETURNED = "RETURNED", _("returned")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    APPROVED = "APPROVED", _("approved")
    ENDED = "ENDED", pgettext_lazy("key account", "ended")


class RiskKind(models.TextChoices):
    """Where a risk comes from (sales-manager)."""

    MARKET = "MARKET", pgettext_lazy("risk", "market")
    SUPPLY = "SUPPLY", pgettext_lazy("risk", "supply")
    CREDIT = "CREDIT", pgettext_lazy("risk", "credit")


class HandOverReason(models.TextChoices):
    """Why customers go to somebody else."""

    LEAVES = "LEAVES", _("leaves the firm")
    MOVES = "MOVES", _("moves to another team")
    REBALANCE = "REBALANCE", _("customers are shared out anew")


class HandOverState(models.TextChoices):
    """Life of a hand-over."""

    DRAFT = "DRAFT", _("being planned")
    SCHEDULED = "SCHEDULED", _("waits for its day")
    RUNNING = "RUNNING", _("under way")
    PAUSED = "PAUSED", _("paused")
    DONE = "DONE", _("finished")
    STOPPED = "STOPPED", _("stopped half-way")
    UNDOING = "UNDOING", _("being taken back")
    UNDONE = "UNDONE", _("taken back")


class HandedState(models.TextChoices):
    """What became of one customer of a hand-over."""

    WAITING = "WAITING", _("still to go")
    DONE = "DONE", _("handed over")
    FAILED = "FAILED", _("could not go")
    LEFT_OUT = "LEFT_OUT", _("left where it was")
    BACK = "BACK", _("taken back")
    KEPT = "KEPT", _("stays: changed since")


class Likeness(models.TextChoices):
    """Why two customers may be one company, or may not."""

    CODE = "CODE", _("same credit code")
    NAME = "NAME", _("same name")
    FORM = "FORM", _("same name but for the legal form")
    PLACE = "PLACE", _("same name but for the place in front")
    SOUND = "SOUND", _("names that sound the same")
    CHARACTER = "CHARACTER", _("names that differ by one character")
    SHORT = "SHORT", _("one name is short for the other")
    PHONE = "PHONE", _("same telephone")
    PROVINCE = "PROVINCE", _("same province")
    ELSEWHERE = "ELSEWHERE", _("but another province")


def words_of(reasons: Iterable[str]) -> list[str]:
    """Return reasons in words, in their order."""
    labels = dict(Likeness.choices)
    return [str(labels[reason]) for reason in reasons if reason in labels]


class PairState(models.TextChoices):
    """What was decided about two customers that may be one."""

    OPEN = "OPEN", _("to look at")
    NOT_SAME = "NOT_SAME", _("not the same")
    MERGED = "MERGED", _("merged")
