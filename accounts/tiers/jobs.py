"""Tiers of very many customers are simulated and changed by a worker; the page shows how far it is."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.tier_drafts import PolicyRefused
from accounts.actions.tier_policies import apply_policy, roll_back
from accounts.actions.tier_rounds import run_again
from accounts.choices import TierChangeKind
from accounts.models import TierChange, TierPolicy
from accounts.tiers.runs import compute_proposals
from accounts.tiers.simulation import (
    KEPT_OF_CELL,
    as_json,
    compare,
    comparison_as_json,
    kept_rules,
    read_rules,
    simulate,
)
from crm.jobs import Running, register_job, start_job
from crm.models import Job
from crm.models.jobs import JobState
from crm.tasks import run_job
from teams.models import User

APPLY = "accounts.apply_tiers"
RUN = "accounts.run_tiers"
ROLL_BACK = "accounts.roll_back_tiers"
SIMULATE = "accounts.simulate_tiers"
CHANGING = (APPLY, RUN, ROLL_BACK)
BY_HAND = (TierChangeKind.OVERRIDE, TierChangeKind.OVERRIDE_ENDED)


def _steps(running: Running) -> Any:
    return lambda done, total: running.step(done, total=total)


def _day(running: Running) -> date:
    return date.fromisoformat(running.job.params["on"])


def _policy(running: Running) -> TierPolicy:
    return TierPolicy.objects.get(pk=running.job.params["policy"])


# --- what a worker does -----------------------------------------------------------------------------------------------
def apply_work(running: Running) -> dict[str, Any]:
    """Apply the policy of a job; a killed one goes on with those who have not moved yet."""
    actor, on = running.job.owner, _day(running)
    return {"moved": apply_policy(_policy(running), actor=actor, on=on, now=timezone.now(), step=_steps(running))}


def run_work(running: Running) -> dict[str, Any]:
    """Run the rules in force anew."""
    outcome = run_again(actor=running.job.owner, on=_day(running), now=timezone.now(), step=_steps(running))
    return {"moved": outcome.moved, "waiting": len(outcome.waiting.moves) if outcome.waiting else 0}


def roll_back_work(running: Running) -> dict[str, Any]:
    """Go back to the policy before."""
    actor, on = running.job.owner, _day(running)
    return {"moved": roll_back(_policy(running), actor=actor, on=on, now=timezone.now(), step=_steps(running))}


def simulate_work(running: Running) -> dict[str, Any]:
    """Work out what one set of rules would do, or what two would do differently, and keep it."""
    runs = []
    kept = running.job.params["rules"]
    running.step(0, total=len(kept) + 1)
    for done, rules in enumerate(kept, start=1):
        runs.append(compute_proposals(read_rules(rules), on=_day(running)))
        running.step(done, total=len(kept) + 1)
    if running.job.params["after"] != _last_move():
        raise PolicyRefused(_("Tiers moved while this was worked out. Simulate it once more."))
    if len(runs) == 1:
        return {"simulation": as_json(simulate(runs[0], shown=KEPT_OF_CELL))}
    return {"comparison": comparison_as_json(compare(runs[0], runs[1], shown=KEPT_OF_CELL))}


def _last_move() -> int:
    """Return the last change of a tier that rules made: figures from before it are of customers as they were."""
    moves = TierChange.objects.exclude(kind__in=BY_HAND).order_by("-pk")
    return moves.values_list("pk", flat=True).first() or 0


def _asked(policies: tuple[TierPolicy, ...], on: date) -> dict[str, Any]:
    return {"rules": [kept_rules(policy) for policy in policies], "on": on.isoformat(), "after": _last_move()}


# --- who asks for it --------------------------------------------------------------------------------------------------
def _start(kind: str, title: str, actor: User, params: dict[str, Any]) -> Job:
    return start_job(kind, title=title, actor=actor, params=params, wake=run_job.delay)


def apply_soon(policy: TierPolicy, *, actor: User, on: date) -> Job:
    """Let a worker apply a policy."""
    title = _("Apply the tier policy “%(name)s”") % {"name": policy.name}
    return _start(APPLY, title, actor, {"policy": policy.pk, "on": on.isoformat()})


def run_soon(*, actor: User, on: date) -> Job:
    """Let a worker run the rules in force anew."""
    return _start(RUN, _("Run the tier rules anew"), actor, {"on": on.isoformat()})


def roll_back_soon(policy: TierPolicy, *, actor: User, on: date) -> Job:
    """Let a worker go back to the policy before this one."""
    return _start(ROLL_BACK, _("Go back to the tier policy before"), actor, {"policy": policy.pk, "on": on.isoformat()})


def simulate_soon(*policies: TierPolicy, actor: User, on: date) -> Job:
    """Let a worker simulate rules, or compare two; the same question of the same day is asked once."""
    kept = kept_simulation(*policies, actor=actor, on=on)
    if kept is not None:
        return kept
    names = _(", ").join(policy.name for policy in policies)
    return _start(SIMULATE, _("Simulate “%(name)s”") % {"name": names}, actor, _asked(policies, on))


def kept_simulation(*policies: TierPolicy, actor: User, on: date) -> Job | None:
    """Return this person's last simulation of just these rules on a day, done or under way; None: there is none.

    What was worked out before rules moved tiers is none: it tells of customers as they were.
    """
    wanted = _asked(policies, on)
    jobs = Job.objects.filter(owner=actor, kind=SIMULATE).exclude(state__in=[JobState.FAILED, JobState.CANCELLED])
    return next((job for job in jobs.order_by("-pk")[:20] if job.params == wanted), None)


def register() -> None:
    """Tell the worker what these jobs do."""
    for kind, work in ((APPLY, apply_work), (RUN, run_work), (ROLL_BACK, roll_back_work), (SIMULATE, simulate_work)):
        register_job(kind, work, refusals=(PolicyRefused,))
