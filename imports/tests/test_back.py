"""Nothing half done, and the way back: what was made goes, what was changed returns, what was worked on is named."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from crm import jobs
from crm.models import Job
from followups.models import Comment
from imports.actions import runs
from imports.actions.back import CannotImport, take_back
from imports.choices import RunState
from imports.models import ImportedRow, ImportRun, RefusedRow
from pipeline.models import Opportunity, StageChange

MANY = "客户名称,员工人数\n" + "".join(
    f"客户{number}有限公司,{number if number % 2 else '很多'}\n" for number in range(7)
)


@pytest.fixture
def imported(load, rep) -> ImportRun:
    """An import that made one customer and filled and overwrote another's fields."""
    AccountFactory(name="苏州启明电子有限公司", owner=rep, city="昆山", phone="", founded=None, search_text="old")
    return load(
        existing="OVERWRITE",
        accounts="客户名称,城市,电话,成立年份\n苏州启明电子有限公司,苏州,0512,1996\n无锡远川机械有限公司,无锡,,\n",
    )


def facts(account):
    return account.city, account.phone, account.founded, account.search_text


def test_what_was_changed_returns(imported, director):
    account = Account.objects.get(name="苏州启明电子有限公司")
    assert facts(account)[:3] == ("苏州", "0512", 1996)
    assert account.version == 2
    take_back(imported, actor=director, now=imported.finished_at)
    account.refresh_from_db()
    assert facts(account) == ("昆山", "", None, "old")
    assert account.version == 3
    assert not Account.objects.filter(name="无锡远川机械有限公司").exists()


def test_a_field_somebody_changed_since_stops_the_way_back_and_is_named(imported, director):
    Account.objects.filter(name="苏州启明电子有限公司").update(city="上海")
    with pytest.raises(CannotImport, match="苏州启明电子有限公司"):
        take_back(imported, actor=director, now=imported.finished_at)
    assert Account.objects.filter(name="无锡远川机械有限公司").exists()


def test_another_field_of_the_same_row_may_have_changed(imported, director):
    Account.objects.filter(name="苏州启明电子有限公司").update(notes="上海见")
    take_back(imported, actor=director, now=imported.finished_at)
    account = Account.objects.get()
    assert (account.city, account.notes) == ("昆山", "上海见")


@pytest.mark.parametrize("work", ["edit", "contact", "comment", "subsidiary"])
def test_work_on_what_was_made_stops_the_way_back(imported, director, rep, work):
    made = Account.objects.get(name="无锡远川机械有限公司")
    if work == "edit":
        Account.objects.filter(pk=made.pk).update(version=2)
    elif work == "contact":
        ContactFactory(account=made, name="李敏")
    elif work == "comment":
        Comment.objects.create(subject_kind="account", subject_id=made.pk, author=rep, text="看过")
    else:
        AccountFactory(name="子公司", owner=rep, parent=made)
    with pytest.raises(CannotImport, match="无锡远川机械有限公司"):
        take_back(imported, actor=director, now=imported.finished_at)
    assert Account.objects.filter(pk=made.pk).exists()


def test_an_opportunity_that_moved_stays(load, director, rep):
    run = load(deals="opportunity_id,sales_agent,deal_stage,engage_date\nA1,陈思远,Engaging,2026-01-05\n")
    deal = Opportunity.objects.get()
    StageChange.objects.create(
        opportunity=deal, track="OURS", kind="FORWARD", after=deal.our_step, happened_on=deal.opened_on, actor=rep
    )
    with pytest.raises(CannotImport, match=deal.name):
        take_back(run, actor=director, now=run.finished_at)
    assert Opportunity.objects.count() == 1


def test_a_refused_way_back_says_so_on_the_page(imported, director, client_for, django_capture_on_commit_callbacks):
    ContactFactory(account=Account.objects.get(name="无锡远川机械有限公司"), name="李敏")
    with django_capture_on_commit_callbacks(execute=True):
        runs.start_taking_back(imported, actor=director)
    page = client_for(director).get(f"/import/{imported.key}/").content.decode()
    assert "Work has begun on what was imported (无锡远川机械有限公司" in page
    assert ImportRun.objects.get().state == RunState.DONE


def dying(run, director, monkeypatch, after: int):
    """Claim the job of loading as a worker that is killed after so many signs of life."""
    runs.answer(run, answers={}, existing="FILL", actor=director)
    run = runs.start_load(run, actor=director, wake=lambda _pk: None)
    running = jobs.claim_job(run.job.pk, now=datetime.now(UTC))
    original, lives = running.step, []

    def step(*args, **kwargs):
        original(*args, **kwargs)
        lives.append(1)
        if len(lives) == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "step", step)
    with pytest.raises(KeyboardInterrupt):
        runs.load(running)
    return run


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_a_killed_worker_loses_no_row_no_count_and_no_reason(load, director, monkeypatch, after, reasons):
    monkeypatch.setattr("imports.loading.PORTION", 2)
    run = dying(load.checked(accounts=MANY), director, monkeypatch, after)
    jobs.run_job(run.job.pk, now=datetime.now(UTC) + timedelta(minutes=2))
    run.refresh_from_db()
    assert (run.state, run.result["created"], run.result["failed"]) == (RunState.DONE, {"ACCOUNTS": 3}, 4)
    assert [row for row, _reason in reasons(run)] == [2, 4, 6, 8]
    assert sorted(Account.objects.values_list("employees", flat=True)) == [1, 3, 5]
    assert run.result["problems"][0]["count"] == 4
    assert ImportedRow.objects.filter(run=run).count() == 3
    take_back(run, actor=director, now=run.finished_at)
    assert Account.objects.count() == 0


def test_a_worker_that_lost_its_job_clears_nothing_up(load, director, monkeypatch):
    monkeypatch.setattr("imports.loading.PORTION", 2)
    run = load.checked(accounts=MANY)
    runs.answer(run, answers={}, existing="FILL", actor=director)
    run = runs.start_load(run, actor=director, wake=lambda _pk: None)
    slow = jobs.claim_job(run.job.pk, now=datetime.now(UTC))
    jobs.run_job(run.job.pk, now=datetime.now(UTC) + timedelta(minutes=2))
    with pytest.raises(jobs.JobCancelled):
        runs.load(slow)
    run.refresh_from_db()
    assert (run.state, Account.objects.count()) == (RunState.DONE, 3)


def test_an_import_that_is_stopped_keeps_nothing(load, director, monkeypatch):
    monkeypatch.setattr("imports.loading.PORTION", 2)
    run = dying(load.checked(accounts=MANY), director, monkeypatch, 3)
    assert Account.objects.count() == 1
    jobs.cancel_job(run.job, actor=director, now=datetime.now(UTC))
    jobs.run_job(run.job.pk, now=datetime.now(UTC) + timedelta(minutes=2))
    run.refresh_from_db()
    assert (run.state, Account.objects.count(), Job.objects.get(pk=run.job.pk).state) == ("STOPPED", 0, "CANCELLED")


def test_a_check_stopped_before_a_worker_took_it_goes_back_to_the_columns(load, director):
    run = runs.upload([("a.csv", MANY.encode())], actor=director)
    run = runs.start_check(run, actor=director, wake=lambda _pk: None)
    jobs.cancel_job(run.job, actor=director, now=datetime.now(UTC))
    run.refresh_from_db()
    assert run.state == RunState.COLUMNS


def test_a_fault_of_ours_leaves_nothing_half_done(load, director, monkeypatch):
    monkeypatch.setattr("imports.loading.PORTION", 2)
    run = dying(load.checked(accounts=MANY), director, monkeypatch, 4)
    assert Account.objects.count() == 2
    file = run.files.get()
    file.columns = {"name": "no such heading"}
    file.save()
    with pytest.raises(ValueError, match="no such heading"):
        jobs.run_job(run.job.pk, now=datetime.now(UTC) + timedelta(minutes=2))
    run.refresh_from_db()
    assert (run.state, Account.objects.count(), run.job.state) == ("STOPPED", 0, "FAILED")


def test_what_is_kept_of_a_pass_is_plain_data(load):
    run = load(accounts=MANY)
    assert json.loads(json.dumps(run.result)) == run.result
    assert RefusedRow.objects.filter(file__run=run).count() == run.result["failed"] == 4
