"""Looking for duplicates takes long where there are many customers: a worker does it, the page shows how far it is."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.duplicates import find_duplicates
from crm.jobs import Running, register_job, start_job
from crm.models import Job
from crm.tasks import run_job
from teams.models import User

FIND = "accounts.find_duplicates"


def find_work(running: Running) -> dict[str, Any]:
    """Compare what is new or changed; a killed job goes on with the rest."""
    return {"pairs": find_duplicates(step=lambda done, total: running.step(done, total=total))}


def find_soon(*, actor: User) -> Job:
    """Let a worker look for duplicates."""
    return start_job(FIND, title=_("Look for duplicate customers"), actor=actor, params={}, wake=run_job.delay)


def last_search(user: User) -> Job | None:
    """Return the last search this person asked for, where there is one."""
    return Job.objects.filter(owner=user, kind=FIND).order_by("-id").first()


def register() -> None:
    """Tell the worker what this job does."""
    register_job(FIND, find_work)
