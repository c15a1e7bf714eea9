"""Follow-ups and signatures go along when a customer gets another owner."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.handover.carried import Carried, Ends, Moved, Thing
from accounts.handover.rules import FIRST_VISIT
from accounts.models import Account
from followups.actions.approvals import pass_signatures
from followups.actions.passing import pass_back, pass_on
from followups.approval_kinds import describe_all
from followups.models import Approval, FollowUp
from followups.planning import cancel_items, revive_items
from followups.rules import all_rules
from followups.wording import wording
from teams.access import may
from teams.choices import Right
from teams.models import User

# What a rule yields about these follows their owner by itself within a minute; it is passed on at once all the same.
ABOUT = ("account", "contact", "opportunity")


def _of_customers() -> QuerySet[FollowUp]:
    """Return open follow-ups that people made, and those about a customer, a person there or an opportunity."""
    by_people = [rule.kind for rule in all_rules() if rule.plan is None]
    return FollowUp.objects.open().filter(Q(kind__in=by_people) | Q(subject_kind__in=ABOUT))


def _beside(giver: User) -> QuerySet[FollowUp]:
    """Return those of a person that are about no customer of his; what he promised himself stays with him."""
    own = Account.objects.filter(owner=giver).order_by().values("pk")
    found = _of_customers().filter(recipient=giver).exclude(subject_kind="user")
    return found.exclude(Q(account_id__isnull=False) & Q(account_id__in=own))


def _thing(item: FollowUp, account_id: int | None) -> Thing:
    return Thing(account_id, f"{item.due_on:%m-%d} {wording(item.kind, item.params).title}")


def preview(account_ids: Collection[int]) -> Iterator[Thing]:
    """Yield the follow-ups that the owners of customers have about them; two queries."""
    owners = dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "owner_id"))
    for item in _of_customers().filter(account_id__in=account_ids).order_by("due_on", "pk"):
        if item.account_id and owners.get(item.account_id) == item.recipient_id:
            yield _thing(item, item.account_id)


def loose(giver: User) -> Iterator[Thing]:
    """Yield the follow-ups of a person that are about no customer of his."""
    for item in _beside(giver).order_by("due_on", "pk"):
        yield _thing(item, None)


def move(account_id: int | None, *, giver: User, to: User, actor: User, now: datetime) -> Moved | None:
    """Pass on the open follow-ups about one customer, or those beside his own."""
    found = _of_customers().filter(recipient=giver, account_id=account_id) if account_id else _beside(giver)
    passed = pass_on(found, to=to, actor=actor, now=now)
    return Moved([item.pk for item in passed], [*passed], len(passed)) if passed else None


def end(account_id: int, *, giver: User, actor: User | None, now: datetime) -> Moved | None:  # noqa: ARG001
    """End what rules ask of a customer's owner; what people promised there is left, for somebody has to keep it."""
    promised = [rule.kind for rule in all_rules() if rule.plan is None and rule.kind != FIRST_VISIT]
    found = _of_customers().filter(recipient=giver, account_id=account_id).exclude(kind__in=promised)
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    cancel_items(keys, now=now)
    return Moved(keys) if keys else None


def end_back(data: Any, *, giver: User, to: User | None, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Let them be due again."""
    revive_items(data, now=now)


def move_back(data: Any, *, giver: User, to: User, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give them back."""
    pass_back(data, to=giver, actor=actor, now=now)


def _to_sign(giver: User) -> QuerySet[Approval]:
    waiting = Approval.objects.waiting().filter(steps__approver=giver, steps__state="WAITING")
    return waiting.select_related("requested_by").order_by("pk").distinct()


def signatures(giver: User) -> Iterable[Thing]:
    """Return what waits for a person's signature."""
    found = list(_to_sign(giver))
    return [Thing(None, described.title) for described in describe_all(found).values()]


def pass_to_sign(account_id: int | None, *, giver: User, to: User, actor: User, now: datetime) -> Moved | None:
    """Pass on what waits for a signature, to somebody who may sign; it belongs to no customer."""
    if account_id is not None or not may(to, Right.LEAD):
        return None
    passed = pass_signatures(_to_sign(giver), giver=giver, to=to, actor=actor, now=now)
    return Moved([approval.pk for approval in passed], [*passed], len(passed)) if passed else None


def pass_to_sign_back(data: Any, *, giver: User, to: User, actor: User, now: datetime) -> None:
    """Let the giver sign again what still waits."""
    waiting = Approval.objects.waiting().filter(pk__in=data).order_by("pk")
    pass_signatures(waiting, giver=to, to=giver, actor=actor, now=now)


FOLLOW_UPS = Carried("follow_ups", _("follow-ups"), preview, move, move_back, loose, order=90, ends=Ends(end, end_back))
SIGNATURES = Carried(
    "approvals", _("signatures wanted"), lambda _ids: (), pass_to_sign, pass_to_sign_back, signatures, 95
)
