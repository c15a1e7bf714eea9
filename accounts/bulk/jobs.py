"""Very many customers are changed by a worker, some hundred at a time; the page shows how far it is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.bulk_edits import ARCHIVED, EDITED, UNDO, bulk_edit_accounts, offer_bulk_undo, undo_bulk_edit
from accounts.actions.tier_hands import ByHand, OverrideRefused
from accounts.listed import PAGE
from crm.jobs import Running, register_job, start_job
from crm.models import Job
from crm.tasks import run_job
from crm.undo import register_undo
from teams.access import may
from teams.choices import Right
from teams.models import User
from teams.presence import be_there
from teams.refusals import Refusal

KIND = "accounts.bulk_edit"
# Ours: a page waits for some hundred customers, more are left to a worker.
AT_ONCE = 500
Pairs = Sequence[tuple[int, int]]


def change_soon(
    chosen: Pairs, *, wanted: Mapping[str, Any], archive: bool, actor: User, on: date, why: str = ""
) -> Job:
    """Let a worker change the customers (key and version seen of each); `why` is the reason of a tier set by hand."""
    sentence = (
        ngettext("Archive %(n)s customer", "Archive %(n)s customers", len(chosen))
        if archive
        else ngettext("Change %(n)s customer", "Change %(n)s customers", len(chosen))
    )
    params = {
        "list": PAGE,
        "chosen": [list(pair) for pair in chosen],
        "wanted": dict(wanted),
        "action": ARCHIVED if archive else EDITED,
        "batch": uuid4().hex,
        "on": on.isoformat(),
        "why": why,
        "language": translation.get_language(),
    }
    return start_job(KIND, title=sentence % {"n": len(chosen)}, actor=actor, params=params, wake=run_job.delay)


def work(running: Running) -> dict[str, Any]:
    """Change the customers of a job, a portion at a time; a killed one goes on behind the last whole portion."""
    params, total = running.job.params, len(running.job.params["chosen"])
    actor = be_there(running.job.owner, on=date.fromisoformat(params["on"]))
    if not (actor.is_active and may(actor, Right.EDIT_CUSTOMERS)):
        raise Refusal(_("Your role changes no customers any more."))
    if "tier" in params["wanted"] and not may(actor, Right.LEAD):
        raise Refusal(_("Your role sets no tiers by hand any more."))
    done: dict[str, Any] = running.job.progress or {"at": 0, "written": [], "left": 0}
    while done["at"] < total:
        portion = dict(params["chosen"][done["at"] : done["at"] + AT_ONCE])
        with transaction.atomic():
            outcome = bulk_edit_accounts(
                portion,
                wanted=params["wanted"],
                actor=actor,
                batch=params["batch"],
                action=params["action"],
                hand=ByHand(params.get("why", ""), date.fromisoformat(params["on"]), timezone.now()),
            )
            done = {
                "at": done["at"] + len(portion),
                "written": done["written"] + outcome.written,
                "left": done["left"] + len(outcome.skipped),
            }
            running.step(done["at"], total=total, progress=done)
    with translation.override(params["language"]):
        return _told(running.job, done)


def _told(job: Job, done: dict[str, Any]) -> dict[str, Any]:
    """Offer the way back, and return what the page says."""
    batch, action = job.params["batch"], job.params["action"]
    entry = offer_bulk_undo(done["written"], actor=job.owner, now=timezone.now(), batch=batch, action=action)
    left = ngettext("%(n)s customer was left as it was.", "%(n)s customers were left as they were.", done["left"])
    return {
        "text": entry.label if entry else _("Nothing had to be changed."),
        "left": left % {"n": done["left"]} if done["left"] else "",
        "undo": entry.pk if entry else None,
    }


def keep_the_way_back(job: Job) -> None:
    """Offer to take back what a stopped or failed job had changed already, and say how much that is."""
    if not job.progress:
        return
    with translation.override(job.params["language"]):
        result = _told(job, job.progress)
    Job.objects.filter(pk=job.pk).update(result=result)


def register() -> None:
    """Tell the worker what this job does, and how a bulk change is taken back."""
    register_job(KIND, work, refusals=(Refusal, OverrideRefused), ended=keep_the_way_back)
    register_undo(UNDO, undo_bulk_edit)
