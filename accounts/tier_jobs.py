"""Tiers of very many customers are changed by a worker; the page shows how far it is."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.tiers import PolicyRefused, apply_policy, roll_back
from accounts.models import TierPolicy
from accounts.tier_runs import tiered_accounts
from crm.jobs import Running, register_job, start_job
from crm.models import Job
from crm.paging import bounded_count
from crm.tasks import run_job
from teams.models import User

APPLY = "accounts.apply_tiers"
ROLL_BACK = "accounts.roll_back_tiers"
# Ours: a page waits for a few thousand customers, more are left to a worker.
AT_ONCE = 5_000


def _steps(running: Running) -> Any:
    return lambda done, total: running.step(done, total=total)


def apply_work(running: Running) -> dict[str, Any]:
    """Apply the policy of a job; a killed one goes on with those who have not moved yet."""
    params, actor = running.job.params, running.job.owner
    policy = TierPolicy.objects.get(pk=params["policy"])
    on = date.fromisoformat(params["on"])
    moved = apply_policy(policy, actor=actor, on=on, now=timezone.now(), step=_steps(running))
    return {"moved": moved}


def roll_back_work(running: Running) -> dict[str, Any]:
    """Go back to the policy before."""
    on = date.fromisoformat(running.job.params["on"])
    moved = roll_back(actor=running.job.owner, on=on, now=timezone.now(), step=_steps(running))
    return {"moved": moved}


def is_long() -> bool:
    """Return whether a run takes longer than a page may."""
    return bounded_count(tiered_accounts(), AT_ONCE) > AT_ONCE


def apply_soon(policy: TierPolicy, *, actor: User, on: date) -> Job:
    """Let a worker apply a policy."""
    title = _("Apply the tier policy “%(name)s”") % {"name": policy.name}
    return start_job(
        APPLY, title=title, actor=actor, params={"policy": policy.pk, "on": on.isoformat()}, wake=run_job.delay
    )


def roll_back_soon(*, actor: User, on: date) -> Job:
    """Let a worker go back to the policy before."""
    title = _("Go back to the tier policy before")
    return start_job(ROLL_BACK, title=title, actor=actor, params={"on": on.isoformat()}, wake=run_job.delay)


def register() -> None:
    """Tell the worker what these jobs do."""
    register_job(APPLY, apply_work, refusals=(PolicyRefused,))
    register_job(ROLL_BACK, roll_back_work, refusals=(PolicyRefused,))
