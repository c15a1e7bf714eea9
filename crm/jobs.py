"""Long work on one `Job` row: lease, heartbeat, percent, cancel, resume.

A room registers what a kind of job does; the worker claims the row by a conditional UPDATE, so that two workers never
run one job, and one that dies is taken over when its lease ends.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.audit import record
from crm.models import Job
from crm.models.jobs import JobState

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5

Work = Callable[["Running"], dict[str, Any]]
_work: dict[str, Work] = {}
_refusals: dict[str, tuple[type[Exception], ...]] = {}
_ended: dict[str, Callable[[Job], None]] = {}


class JobCancelled(Exception):
    """Raised inside the work when the owner asked to stop, or another worker has taken the job over."""


def register_job(
    kind: str,
    work: Work,
    *,
    refusals: tuple[type[Exception], ...] = (),
    ended: Callable[[Job], None] | None = None,
) -> None:
    """Make `work(running)` what a job of `kind` does; it returns the result to keep.

    `refusals` are errors whose text is meant for the person who started it. `ended(job)` clears up after a job that
    failed or was cancelled; it is called once, and never while another worker has the job.
    """
    _work[kind] = work
    _refusals[kind] = refusals
    if ended is not None:
        _ended[kind] = ended


class Running:
    """A claimed job, as its work sees it."""

    def __init__(self, job: Job, token: uuid.UUID) -> None:
        self.job = job
        self._token = token

    def step(self, done: int, *, total: int | None = None, progress: dict[str, Any] | None = None) -> None:
        """Tell how far the work is, keep the lease, and remember where to resume.

        Call it in the transaction of the part just done. Raises JobCancelled.
        """
        values: dict[str, Any] = {"done": done, "lease_until": timezone.now() + LEASE}
        if total is not None:
            values["total"] = total
        if progress is not None:
            values["progress"] = progress
        mine = Job.objects.filter(pk=self.job.pk, lease_token=self._token, cancel_asked=False)
        if not mine.update(**values):
            raise JobCancelled
        for name, value in values.items():
            setattr(self.job, name, value)


@transaction.atomic
def start_job(kind: str, *, title: str, actor: Any, params: dict[str, Any], wake: Callable[[int], object]) -> Job:
    """Create a job and wake a worker when the transaction commits (`wake(job.pk)`, a task's `delay`)."""
    if kind not in _work:
        raise ValueError(f"no work is registered for {kind!r}")
    job = Job.objects.create(kind=kind, title=title[:200], owner=actor, params=params)
    record("job.started", job, actor=actor, changes={"kind": kind})
    transaction.on_commit(lambda: wake(job.pk))
    return job


@transaction.atomic
def cancel_job(job: Job, *, actor: Any, now: datetime) -> bool:
    """Ask a job to stop; one that has not begun is over at once. Return False for one that is over already."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    if waiting.update(state=JobState.CANCELLED, finished_at=now):
        _clear_up(job)
    elif not running.update(cancel_asked=True):
        return False
    record("job.cancelled", job, actor=actor)
    return True


def stop_jobs_of(owner: Any, *, actor: Any, now: datetime) -> int:
    """Ask every job of a person that is not over to stop, because he or she works here no more; return how many."""
    unfinished = Job.objects.filter(owner=owner, state__in=[JobState.WAITING, JobState.RUNNING], cancel_asked=False)
    return sum(cancel_job(job, actor=actor, now=now) for job in unfinished.order_by("pk"))


def claim_job(pk: int, *, now: datetime) -> Running | None:
    """Take a waiting or abandoned job; None when somebody else has it or it is over."""
    token = uuid.uuid4()
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)
    claimed = Job.objects.filter(free, pk=pk, attempts__lt=MAX_ATTEMPTS).update(
        state=JobState.RUNNING, lease_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return Running(Job.objects.select_related("owner").get(pk=pk), token) if claimed else None


def _finish(running: Running, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    """Close the job, unless another worker has taken it over; clear up after one that did not end well."""
    mine = Job.objects.filter(pk=running.job.pk, lease_token=running._token).update(
        state=state,
        result=result or {},
        error=error[:2000],
        finished_at=timezone.now(),
        lease_token=None,
        lease_until=None,
    )
    if mine and state != JobState.DONE:
        _clear_up(running.job)


def _clear_up(job: Job) -> None:
    if job.kind in _ended:
        _ended[job.kind](job)


def run_job(pk: int, *, now: datetime) -> None:
    """Claim and run one job to its end. An unexpected error fails the job and is raised for the worker's log."""
    running = claim_job(pk, now=now)
    if running is None:
        logger.info("job %s is taken or over", pk)
        return
    kind = running.job.kind
    try:
        result = _work[kind](running)
    except JobCancelled:
        _finish(running, JobState.CANCELLED)
    except _refusals.get(kind, ()) as refusal:
        _finish(running, JobState.FAILED, error=str(refusal))
    except Exception:
        _finish(running, JobState.FAILED)
        raise
    else:
        _finish(running, JobState.DONE, result=result)


def abandoned_jobs(*, now: datetime) -> list[int]:
    """Return jobs that wait although nobody was woken for them, or whose worker died."""
    late = Q(state=JobState.WAITING, recorded_at__lt=now - LEASE) | Q(state=JobState.RUNNING, lease_until__lt=now)
    for job in Job.objects.filter(late, attempts__gte=MAX_ATTEMPTS):
        if Job.objects.filter(late, pk=job.pk).update(state=JobState.FAILED, finished_at=now, lease_token=None):
            _clear_up(job)
    return list(Job.objects.filter(late).values_list("pk", flat=True))
