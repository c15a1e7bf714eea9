"""What two customers both have of which one can have only one, beside its own fields: ratings, plans, memberships.

Each is chosen on the page before the merge. What also follows by a rule (`settled`) is told there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actions.qualification import verdicts_of
from accounts.choices import Aspect
from accounts.merging.values import is_empty
from accounts.models import Account, AccountMember, AccountPlan, AccountRating, Claim, DealerYear
from crm.money import show_amount

BOTH: Final = ":both"
# What somebody knows of a customer in a year, beside the lines of the plan; and what a dealer is to sell.
PLANNED: Final = (
    *("sponsor", "review_on", "budget", "spent", "environment", "policy", "industry_profit", "cost_share", "standing"),
    *("strengths", "weaknesses"),
)
DEALT: Final = ("regions", "target")
MEMBERSHIP: Final = ("role", "until")


@dataclass(frozen=True)
class Contest:
    """A value that both have and say differently; `row` is that of who stays, which gets `values` where theirs win.

    A text can also be kept of both: `joined`.
    """

    key: str
    label: str
    ours: str
    theirs: str
    row: models.Model
    values: dict[str, Any]
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Settled:
    """Something a rule decides, with what each says and the rule in words."""

    label: str
    ours: str
    theirs: str
    rule: str


def contests_of(keep: Account, drop: Account) -> list[Contest]:
    """Return what has to be chosen; four queries."""
    planned = _years(AccountPlan, PLANNED, keep, drop, "sponsor")
    dealt = _years(DealerYear, DEALT, keep, drop)
    return [*_ratings(keep, drop), *planned, *dealt, *_members(keep, drop)]


def chosen(contests: list[Contest], take: Any) -> Iterator[tuple[Contest, dict[str, Any]]]:
    """Yield of these the ones in which something of the other is taken, with the values."""
    for contest in contests:
        if contest.key in take:
            yield contest, contest.values
        elif f"{contest.key}{BOTH}" in take and contest.joined:
            yield contest, contest.joined


# --- ratings by further criteria --------------------------------------------------------------------------------------
def _pairs(model: Any, by: str, keep: Account, drop: Account, *related: str) -> Iterator[tuple[Any, Any]]:
    """Yield the rows of both that have the same value in a column."""
    rows = model._default_manager.filter(account__in=[keep.pk, drop.pk]).select_related(*related).order_by(by, "pk")
    there: dict[tuple[int, Any], Any] = {(row.account_id, getattr(row, by)): row for row in rows}
    for (account, key), row in there.items():
        if account == keep.pk and (drop.pk, key) in there:
            yield row, there[drop.pk, key]


def _ratings(keep: Account, drop: Account) -> Iterator[Contest]:
    for ours, theirs in _pairs(AccountRating, "scale_id", keep, drop, "scale"):
        if ours.value != theirs.value:
            values = {"value": theirs.value}
            yield Contest(f"rating-{ours.scale_id}", ours.scale.name, str(ours.value), str(theirs.value), ours, values)


# --- plans and what a dealer is to sell, a row a year -----------------------------------------------------------------
def _years(model: Any, names: tuple[str, ...], keep: Account, drop: Account, *related: str) -> Iterator[Contest]:
    kind = model._meta.model_name
    for ours, theirs in _pairs(model, "year", keep, drop, *related):
        for name in names:
            said, other = getattr(ours, name), getattr(theirs, name)
            if is_empty(said) or is_empty(other) or said == other:
                continue
            column = model._meta.get_field(name)
            joined = {name: f"{said}\n\n{other}"} if isinstance(column, models.TextField) else {}
            words = {"what": model._meta.verbose_name, "year": ours.year, "field": column.verbose_name}
            label = _("%(what)s %(year)s: %(field)s") % words
            yield Contest(f"{kind}-{ours.year}-{name}", label, _said(said), _said(other), ours, {name: other}, joined)


def _said(value: Any) -> str:
    if isinstance(value, Decimal):
        return show_amount(value, settings.REPORTING_CURRENCY, get_language() or "en")
    return str(value)


# --- who is in both account teams -------------------------------------------------------------------------------------
def _members(keep: Account, drop: Account) -> Iterator[Contest]:
    rows = AccountMember.objects.current().filter(account__in=[keep.pk, drop.pk]).select_related("user")
    there = {(member.account_id, member.user_id): member for member in rows.order_by("pk")}
    for (account, user), ours in there.items():
        theirs = there.get((drop.pk, user))
        if account != keep.pk or theirs is None:
            continue
        values = {name: getattr(theirs, name) for name in MEMBERSHIP}
        if any(getattr(ours, name) != value for name, value in values.items()):
            label = _("%(name)s in the account team") % {"name": ours.user}
            yield Contest(f"member-{user}", label, _membership(ours), _membership(theirs), ours, values)


def _membership(member: AccountMember) -> str:
    until = _("until %(day)s") % {"day": member.until.isoformat()} if member.until else ""
    return " · ".join(filter(None, (member.get_role_display(), until)))


# --- what a rule decides ----------------------------------------------------------------------------------------------
def settled_of(keep: Account, drop: Account) -> list[Settled]:
    """Return what no one chooses but a rule decides, where both say something else."""
    return list(chain(_judged(keep, drop), _protected(keep, drop)))


def _judged(keep: Account, drop: Account) -> Iterator[Settled]:
    ours, theirs = verdicts_of(keep), verdicts_of(drop)
    for aspect, label in Aspect.choices:
        mine, other = ours.get(aspect), theirs.get(aspect)
        if mine is None or other is None or mine.verdict == other.verdict:
            continue
        newer = drop if other.pk > mine.pk else keep
        rule = _("The newer answer counts, that of %(name)s; both stay readable.") % {"name": newer.called}
        yield Settled(_("qualification: %(question)s") % {"question": label}, _verdict(mine), _verdict(other), rule)


def _verdict(check: Any) -> str:
    parts = (check.get_verdict_display() or _("not known"), check.evidence, check.happened_on.isoformat())
    return " · ".join(filter(None, parts))


def _protected(keep: Account, drop: Account) -> Iterator[Settled]:
    rows = Claim.objects.in_force().filter(account__in=[keep.pk, drop.pk]).select_related("claimant")
    there = {claim.account_id: claim for claim in rows}
    if there and (drop.pk in there or keep.owner_id != drop.owner_id):
        ours, theirs = (_claim(there.get(account.pk)) for account in (keep, drop))
        rule = _(
            "It goes with the owner: who holds the customer keeps the days of his own claim; "
            "who has none is protected from today on."
        )
        yield Settled(_("protection"), ours, theirs, rule)


def _claim(claim: Claim | None) -> str:
    if claim is None or claim.protected_until is None:
        return _("not claimed")
    words = {"name": claim.claimant, "day": claim.protected_until.isoformat()}
    return _("%(name)s, until %(day)s") % words
