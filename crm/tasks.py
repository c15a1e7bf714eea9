"""Background work of the ground."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm import jobs
from crm.audit import seal_entries
from crm.files import expire_files


@shared_task(name="crm.run_job")
def run_job(pk: int) -> None:
    """Run one job."""
    jobs.run_job(pk, now=timezone.now())


@shared_task(name="crm.resume_jobs")
def resume_jobs() -> None:
    """Wake workers for jobs nobody is working on."""
    for pk in jobs.abandoned_jobs(now=timezone.now()):
        run_job.delay(pk)


@shared_task(name="crm.seal_history")
def seal_history() -> int:
    """Seal what was committed more than five minutes ago."""
    return seal_entries(before=timezone.now() - timedelta(minutes=5))


@shared_task(name="crm.expire_files")
def remove_expired_files() -> int:
    """Remove files that were kept for a time only."""
    return expire_files(now=timezone.now())
