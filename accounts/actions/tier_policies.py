"""The policy in force: applying a signed draft to every customer, on its day too, and going back."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.tier_drafts import PolicyRefused, require_signed
from accounts.actions.tier_moves import Cause, Move, Step, move_tiers, moves_of
from accounts.choices import PolicyState, TierChangeKind
from accounts.models import TierChange, TierPolicy
from accounts.tiers.days import back_until
from accounts.tiers.runs import compute_proposals
from crm.editing import write_fields
from followups.actions.approvals import HOLD
from teams.models import User

# Ours: a worker that applies rules to very many customers is given so long before another looks after it.
UNFINISHED = timedelta(minutes=10)


def _enter(current: TierPolicy, present: TierPolicy, values: dict[str, Any], *, actor: User | None) -> TierPolicy:
    """Put one policy into force in the place of another; both are locked."""
    write_fields(present, {"state": PolicyState.RETIRED}, actor=actor, action="tier_policy.retired")
    mark = TierChange.objects.aggregate(last=Max("pk"))["last"] or 0
    values |= {"state": PolicyState.ACTIVE, "apply_on": None, "change_mark": mark, "replaced": present}
    return write_fields(current, values, actor=actor, action="tier_policy.applied")


def _lock_all() -> dict[int, TierPolicy]:
    return {row.pk: row for row in TierPolicy.objects.select_for_update().order_by("pk")}


def _in_force(policies: dict[int, TierPolicy]) -> TierPolicy:
    return next(row for row in policies.values() if row.state == PolicyState.ACTIVE)


@transaction.atomic
def bring_into_force(
    policy: TierPolicy, *, actor: User | None, now: datetime, due_on: date | None = None
) -> TierPolicy:
    """Make a signed draft the policy in force; the one before is kept. Again is no change. Raises PolicyRefused.

    With `due_on` only where its day has come: it may have been called off a moment ago.
    """
    policies = _lock_all()
    current = policies.get(policy.pk)
    if current is None:
        raise PolicyRefused(_("This draft was thrown away meanwhile."))
    if current.state == PolicyState.ACTIVE:
        return current
    require_signed(current)
    if due_on is not None and (current.apply_on is None or current.apply_on > due_on):
        raise PolicyRefused(_("This draft was called off."))
    values = {"applied_at": now, "ran_on": None, "came_back": False}
    return _enter(current, _in_force(policies), values, actor=actor)


@transaction.atomic
def note_run(policy: TierPolicy, *, on: date, actor: User | None) -> None:
    """Note that every customer has had its tier by this policy on a day."""
    current = TierPolicy.objects.select_for_update().get(pk=policy.pk)
    if current.ran_on is None or current.ran_on < on:
        write_fields(current, {"ran_on": on}, actor=actor, action="tier_policy.run")


def apply_policy(policy: TierPolicy, *, actor: User | None, on: date, now: datetime, step: Step | None = None) -> int:
    """Bring a signed draft into force and give every customer the tier it earns; return how many moved.

    The figures are those of the simulation of the same day. Not one transaction: see `move_tiers`; the first part is
    that the policy is in force, the last that it has run. Applied already, it moves nobody. Raises PolicyRefused.
    """
    return _settle(bring_into_force(policy, actor=actor, now=now), actor=actor, on=on, step=step)


def _settle(current: TierPolicy, *, actor: User | None, on: date, step: Step | None = None) -> int:
    """Give every customer the tier it earns by a policy that is in force and has not run yet."""
    if current.ran_on is not None:
        return 0
    run = compute_proposals(current, on=on)
    cause = Cause(current, on, actor, out_of=run.out_of)
    moved = move_tiers(moves_of(run), cause, step=step)
    note_run(current, on=on, actor=actor)
    return moved


def apply_due(*, on: date, now: datetime) -> int:
    """Apply what was signed for this day or an earlier one, and finish what a killed worker began; return how many.

    A signature that can still be taken back is waited for, and so is a worker that may still be at it. Two workers at
    once move nobody twice.
    """
    signed = Q(state=PolicyState.APPROVED, apply_on__lte=on, signed_at__lte=now - HOLD)
    begun = Q(state=PolicyState.ACTIVE, ran_on=None, applied_at__lte=now - UNFINISHED)
    done = 0
    for policy in TierPolicy.objects.filter(signed | begun).order_by("state", "apply_on", "pk"):
        with suppress(PolicyRefused):
            _settle(bring_into_force(policy, actor=None, now=now, due_on=on), actor=None, on=on)
            done += 1
    return done


# --- going back -------------------------------------------------------------------------------------------------------
def last_day_back(policy: TierPolicy) -> date | None:
    """Return until when one can go back from a policy in force."""
    return back_until(timezone.localdate(policy.applied_at)) if policy.applied_at else None


@transaction.atomic
def _step_back(present: TierPolicy, *, actor: User, on: date, now: datetime) -> TierPolicy:
    """Put the policy before into force again, once; return it. Raises PolicyRefused."""
    policies = _lock_all()
    current = _in_force(policies)
    if current.came_back and current.replaced_id == present.pk:
        return current
    if current.pk != present.pk:
        raise PolicyRefused(_("Another policy is in force by now. Look at it, then decide again."))
    retired, until = current.replaced, last_day_back(current)
    if retired is None:
        raise PolicyRefused(_("This is the first policy; there is none to go back to."))
    if until is not None and on > until:
        raise PolicyRefused(
            _("One could go back until %(day)s. Make a draft with the rules you want instead.") % {"day": until}
        )
    values = {"applied_at": now, "ran_on": on, "came_back": True}
    return _enter(policies[retired.pk], current, values, actor=actor)


def roll_back(present: TierPolicy, *, actor: User, on: date, now: datetime, step: Step | None = None) -> int:
    """Put the policy before `present` into force again, and back every tier it computed; return how many moved.

    Tiers that changed since by hand or otherwise stay. Whoever is killed in the middle goes on. Raises PolicyRefused
    where no policy came before, where ninety days have passed, or where another is in force.
    """
    retired = _step_back(present, actor=actor, on=on, now=now)
    reason = _("Back to the policy “%(name)s”") % {"name": retired.name}
    cause = Cause(retired, on, actor, TierChangeKind.ROLLED_BACK, reason)
    return move_tiers(_ways_back(TierPolicy.objects.get(pk=present.pk)), cause, step=step)


def _ways_back(policy: TierPolicy) -> list[Move]:
    """Return the way back for customers whose tier this policy moved since it came into force."""
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    kinds = (TierChangeKind.COMPUTED, TierChangeKind.ROLLED_BACK)
    changes = TierChange.objects.filter(policy=policy, kind__in=kinds, pk__gt=policy.change_mark).order_by("pk")
    for account, before, after in changes.values_list("account_id", "before", "after").iterator():
        first.setdefault(account, before)
        last[account] = after
    return [Move(account, after, first[account]) for account, after in last.items() if after != first[account]]
