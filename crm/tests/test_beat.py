"""What the scheduler wakes the worker for."""

import inspect

from django.conf import settings

from crm.celery import app

# Woken by whoever has something for them: a job by its page, the dispatcher by its own process.
WOKEN = {"crm.run_job", "followups.dispatch"}


def test_every_task_is_scheduled_or_woken_and_nothing_else_is_scheduled() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    scheduled = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]

    assert sorted(scheduled) == sorted(ours - WOKEN)


def test_what_is_scheduled_needs_nothing_said() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert not inspect.signature(app.tasks[entry["task"]].run).parameters
