"""Long work: one worker at a time, resumed when that one dies, stopped when asked."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from crm import jobs, tasks
from crm.audit import history_of
from crm.jobs import (
    LEASE,
    MAX_ATTEMPTS,
    JobCancelled,
    Running,
    abandoned_jobs,
    cancel_job,
    claim_job,
    register_job,
    run_job,
)
from crm.models import Job
from crm.models.jobs import JobState

KIND = "test.count"


class Refused(Exception):
    """Something the person who started the work should read."""


def count(running: Running) -> dict[str, Any]:
    """Count to ten, from where the last worker stopped."""
    for number in range(running.job.progress.get("at", 0), 10):
        running.step(number + 1, total=10, progress={"at": number + 1})
    return {"counted": 10}


@pytest.fixture(autouse=True)
def _known_work(monkeypatch):
    """Work that exists for these tests only."""
    monkeypatch.setattr(jobs, "_work", dict(jobs._work))
    monkeypatch.setattr(jobs, "_refusals", dict(jobs._refusals))
    register_job(KIND, count, refusals=(Refused,))


@pytest.fixture
def job(rep) -> Job:
    """A job that waits for a worker."""
    return jobs.start_job(KIND, title="Count", actor=rep, params={"to": 10}, wake=lambda pk: None)


def state_of(job: Job) -> tuple[str, int, dict[str, Any]]:
    job.refresh_from_db()
    return job.state, job.done, job.result


def test_a_worker_is_woken_when_the_start_is_committed(rep, django_capture_on_commit_callbacks):
    woken: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start_job(KIND, title="Count", actor=rep, params={}, wake=woken.append)
        assert woken == []
    assert woken == [job.pk]
    assert history_of(job).get().action == "job.started"


def test_unknown_work_is_refused_before_anything_is_written(rep):
    with pytest.raises(ValueError, match="no work is registered"):
        jobs.start_job("test.unknown", title="x", actor=rep, params={}, wake=print)
    assert not Job.objects.exists()


def test_it_runs_to_its_end_and_keeps_the_result(job, now):
    run_job(job.pk, now=now)

    assert state_of(job) == (JobState.DONE, 10, {"counted": 10})
    assert (job.percent, job.is_over, job.lease_token) == (100, True, None)
    assert job.finished_at is not None


def test_two_workers_never_run_one_job(job, now):
    assert claim_job(job.pk, now=now) is not None
    assert claim_job(job.pk, now=now) is None
    assert claim_job(job.pk, now=now + LEASE) is None


def test_a_job_whose_worker_died_is_taken_over_and_goes_on(job, now):
    first = claim_job(job.pk, now=now)
    first.step(4, total=10, progress={"at": 4})
    late = timezone.now() + LEASE + timedelta(seconds=1)
    counted: list[int] = []
    register_job(KIND, lambda running: counted.append(running.job.progress["at"]) or count(running))

    assert abandoned_jobs(now=late) == [job.pk]
    run_job(job.pk, now=late)

    assert counted == [4]
    assert state_of(job) == (JobState.DONE, 10, {"counted": 10})


def test_a_worker_that_was_given_up_stops_at_its_next_step(job, now):
    first = claim_job(job.pk, now=now)
    second = claim_job(job.pk, now=now + LEASE + timedelta(seconds=1))

    with pytest.raises(JobCancelled):
        first.step(1)
    second.step(2)
    assert state_of(job)[1] == 2


def test_the_part_of_a_worker_that_was_given_up_is_rolled_back(job, now):
    first = claim_job(job.pk, now=now)
    claim_job(job.pk, now=now + LEASE + timedelta(seconds=1))

    @transaction.atomic
    def part() -> None:
        Job.objects.filter(pk=job.pk).update(title="half done")
        first.step(1)

    with pytest.raises(JobCancelled):
        part()
    job.refresh_from_db()
    assert job.title == "Count"


def test_every_step_renews_the_lease(job, now):
    running = claim_job(job.pk, now=now)
    running.step(1)

    job.refresh_from_db()
    assert job.lease_until > timezone.now() + LEASE / 2


def test_a_waiting_job_is_cancelled_at_once(job, rep, now):
    assert cancel_job(job, actor=rep, now=now)
    run_job(job.pk, now=now)

    assert state_of(job) == (JobState.CANCELLED, 0, {})
    assert [entry.action for entry in history_of(job)] == ["job.cancelled", "job.started"]


def test_a_running_job_stops_at_its_next_step(job, rep, now):
    def stop_in_between(running: Running) -> dict[str, Any]:
        running.step(3)
        cancel_job(running.job, actor=rep, now=now)
        return count(running)

    register_job(KIND, stop_in_between)
    run_job(job.pk, now=now)

    assert state_of(job) == (JobState.CANCELLED, 3, {})


def test_what_is_over_cannot_be_cancelled(job, rep, now):
    run_job(job.pk, now=now)

    assert not cancel_job(job, actor=rep, now=now)
    assert state_of(job)[0] == JobState.DONE
    assert history_of(job).count() == 1


def test_a_refusal_is_kept_for_the_person(job, now):
    def refuse(running: Running) -> dict[str, Any]:
        raise Refused("The file has no heading.")

    register_job(KIND, refuse, refusals=(Refused,))
    run_job(job.pk, now=now)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "The file has no heading.")


def test_an_unexpected_error_fails_the_job_and_reaches_the_log(job, now):
    def break_down(running: Running) -> dict[str, Any]:
        raise ZeroDivisionError("secret inner matter")

    register_job(KIND, break_down)
    with pytest.raises(ZeroDivisionError):
        run_job(job.pk, now=now)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "")


def test_a_job_that_kills_its_workers_is_given_up(job, now):
    when = now
    for _ in range(MAX_ATTEMPTS):
        assert claim_job(job.pk, now=when) is not None
        when += LEASE + timedelta(seconds=1)

    assert claim_job(job.pk, now=when) is None
    assert abandoned_jobs(now=when) == []
    assert state_of(job)[0] == JobState.FAILED


def test_a_job_nobody_was_woken_for_is_found(job):
    soon, late = timezone.now(), timezone.now() + LEASE + timedelta(seconds=1)

    assert abandoned_jobs(now=soon) == []
    assert abandoned_jobs(now=late) == [job.pk]


def test_a_running_job_is_not_abandoned(job, now):
    claim_job(job.pk, now=timezone.now())

    assert abandoned_jobs(now=timezone.now()) == []


def test_the_tasks_run_and_resume_jobs(job):
    Job.objects.update(recorded_at=timezone.now() - timedelta(hours=1))
    tasks.resume_jobs()

    assert state_of(job) == (JobState.DONE, 10, {"counted": 10})


def test_percent_never_passes_a_hundred():
    assert Job(done=3, total=0).percent == 0
    assert Job(done=1, total=3).percent == 33
    assert Job(done=5, total=3).percent == 100


def test_a_token_of_another_time_changes_nothing(job, now):
    claim_job(job.pk, now=now)
    stranger = Running(Job.objects.get(pk=job.pk), uuid.uuid4())

    with pytest.raises(JobCancelled):
        stranger.step(9)
    assert state_of(job)[1] == 0
