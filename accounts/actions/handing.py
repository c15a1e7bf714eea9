"""Planning a hand-over: who gets which customer of somebody who leaves or moves. Nothing changes until it begins."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import HandOverReason, HandOverState
from accounts.handover.sharing import Shared, Sharing, receiver_of
from accounts.models import Account, HandOver, HandOverItem
from crm.audit import record
from crm.editing import save_edit
from teams.choices import Role
from teams.models import User

BATCH = 500


class CannotHandOver(Exception):
    """The hand-over cannot be planned, started or stopped so; the message says why."""


def may_let_go(actor: User, person: User) -> bool:
    """Return whether somebody may end a person's access by a hand-over: never his own, nor that of who stands above."""
    above = {Role.DIRECTOR, Role.ADMIN, Role.COMPLIANCE, Role.CLERK}
    return actor.pk != person.pk and (actor.role == Role.DIRECTOR or person.role not in above)


@transaction.atomic
def plan_hand_over(
    *, giver: User, reason: str, day: date, actor: User, rest_to: User | None = None, with_first_visits: bool = True
) -> HandOver:
    """Plan the hand-over of what a person keeps; return it as a draft in which everything goes to `rest_to`.

    Raises CannotHandOver when a plan for the person is there already, PermissionDenied when he leaves and the actor may
    not let him go.
    """
    if reason == HandOverReason.LEAVES and not may_let_go(actor, giver):
        raise PermissionDenied
    User.objects.select_for_update().get(pk=giver.pk)  # two plans for one person wait for each other
    over = (HandOverState.DONE, HandOverState.STOPPED, HandOverState.UNDONE)
    if HandOver.objects.filter(giver=giver).exclude(state__in=over).exists():
        raise CannotHandOver(_("A hand-over of %(name)s is being planned already.") % {"name": giver})
    hand_over = HandOver.objects.create(
        giver=giver, reason=reason, day=day, rest_to=rest_to, with_first_visits=with_first_visits, made_by=actor
    )
    _share(hand_over, actor=actor)
    record("hand_over.planned", hand_over, actor=actor, changes={"giver": giver, "reason": reason, "on": day})
    return hand_over


def _locked(hand_over: HandOver) -> HandOver:
    """Return a plan for a change; raises CannotHandOver when it has begun."""
    current = HandOver.objects.select_for_update(of=("self",)).select_related("giver", "rest_to").get(pk=hand_over.pk)
    if not current.is_planned:
        raise CannotHandOver(_("This hand-over has begun already; its plan stays as it is."))
    return current


def _shared_out(hand_over: HandOver, *, actor: User) -> dict[int | None, int | None]:
    """Return customer → who gets it by the rules, of all the giver keeps; None is what belongs to no customer."""
    rules = [Sharing.from_json(kept) for kept in hand_over.rules]
    rows = Account.objects.visible_to(actor).live().filter(owner=hand_over.giver_id).order_by("pk")
    wanted: dict[int | None, int | None] = {None: hand_over.rest_to_id}
    for pk, tier, team, province, city in rows.values_list("pk", "tier", "team_id", "province", "city"):
        wanted[pk] = receiver_of(Shared(tier, str(team or ""), province, city), rules, hand_over.rest_to_id)
    return wanted


def let_join(hand_over: HandOver, *, actor: User) -> None:
    """Let the customers that came to the giver since the plan was made go with the others."""
    kept = set(hand_over.items.values_list("account_id", flat=True))
    wanted = _shared_out(hand_over, actor=actor)
    new = [_item(hand_over, pk, to) for pk, to in wanted.items() if pk not in kept]
    HandOverItem.objects.bulk_create(new, batch_size=BATCH)


def _share(hand_over: HandOver, *, actor: User) -> None:
    """Let the items say what the rules say: a customer chosen one by one keeps who was chosen for it."""
    kept = {item.account_id: item for item in hand_over.items.all()}
    wanted = _shared_out(hand_over, actor=actor)
    new = [_item(hand_over, pk, to) for pk, to in wanted.items() if pk not in kept]
    changed = [item for pk, item in kept.items() if pk in wanted and not item.is_chosen and item.to_id != wanted[pk]]
    for item in changed:
        item.to_id = wanted[item.account_id]
    hand_over.items.filter(pk__in=[item.pk for pk, item in kept.items() if pk not in wanted]).delete()
    HandOverItem.objects.bulk_create(new, batch_size=BATCH)
    HandOverItem.objects.bulk_update(changed, ["to"], batch_size=BATCH)


def _item(hand_over: HandOver, account_id: int | None, to_id: int | None) -> HandOverItem:
    return HandOverItem(hand_over=hand_over, account_id=account_id, giver_id=hand_over.giver_id, to_id=to_id)


@transaction.atomic
def change_plan(hand_over: HandOver, *, changes: Mapping[str, Any], version: int, actor: User) -> HandOver:
    """Change reason, day, rules and who gets the rest, which the form saw as `version`; share out anew.

    Customers that came to the giver meanwhile join, those that went drop out. Raises CannotHandOver, EditConflict.
    """
    current = _locked(hand_over)
    leaves = changes.get("reason", current.reason) == HandOverReason.LEAVES
    if leaves and current.giver and not may_let_go(actor, current.giver):
        raise PermissionDenied
    fresh = save_edit(current, changes=changes, version=version, actor=actor, action="hand_over.changed")
    _share(fresh, actor=actor)
    return fresh


@transaction.atomic
def choose_receivers(hand_over: HandOver, *, chosen: Mapping[int, User | None], actor: User) -> int:
    """Choose who gets single customers (item → person), whatever the rules say; None leaves it to the rules again.

    Returns how many changed.
    """
    current = _locked(hand_over)
    items = {item.pk: item for item in current.items.filter(pk__in=chosen)}
    changed = []
    for pk, item in items.items():
        to = chosen[pk]
        if (item.is_chosen, item.to_id if item.is_chosen else None) != (to is not None, to.pk if to else None):
            item.is_chosen, item.to = to is not None, to
            changed.append(item)
    HandOverItem.objects.bulk_update(changed, ["is_chosen", "to"], batch_size=BATCH)
    if any(not item.is_chosen for item in changed):
        _share(current, actor=actor)
    if changed:
        accounts = [item.account_id for item in changed]
        record("hand_over.receivers_chosen", current, actor=actor, changes={"accounts": accounts})
    return len(changed)


@transaction.atomic
def discard(hand_over: HandOver, *, actor: User) -> None:
    """Throw a plan away. Raises CannotHandOver when it has begun."""
    current = _locked(hand_over)
    record("hand_over.discarded", current, actor=actor, changes={"giver": current.giver})
    current.delete()


@transaction.atomic
def plan_for_many(accounts: Iterable[Account], *, to: User, actor: User, on: date) -> HandOver:
    """Plan to give many customers of any owners to one person, without first visits; what is his already stays out."""
    hand_over = HandOver.objects.create(
        reason=HandOverReason.REBALANCE, day=on, rest_to=to, with_first_visits=False, made_by=actor
    )
    items = [
        HandOverItem(hand_over=hand_over, account=account, giver_id=account.owner_id, to=to)
        for account in accounts
        if account.owner_id != to.pk
    ]
    HandOverItem.objects.bulk_create(items, batch_size=BATCH)
    record("hand_over.planned", hand_over, actor=actor, changes={"on": on, "names": [str(to)]})
    return hand_over
