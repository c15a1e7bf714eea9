"""Writes of qualification and of competitors at a customer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, QualificationCheck, Rival
from accounts.qualifying import outcome
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from teams.models import User


def verdicts_of(account: Account) -> dict[str, QualificationCheck]:
    """Return the newest judgement of each question; one query."""
    return {check.aspect: check for check in account.checks.select_related("actor").order_by("pk")}


def write_outcome(account: Account, *, actor: User | None) -> None:
    """Keep what the three questions together say on the customer, for lists and warnings."""
    found = outcome({aspect: check.verdict for aspect, check in verdicts_of(account).items()})
    if account.qualification != found:
        write_fields(account, {"qualification": found}, actor=actor, action="account.qualified")


@transaction.atomic
def judge(account: Account, *, aspect: str, verdict: str, evidence: str, actor: User, on: date) -> QualificationCheck:
    """Answer one question of the qualification; the newest answer counts.

    Raises ValidationError where a verdict is given without evidence.
    """
    if verdict and not evidence.strip():
        raise ValidationError(_("Say what it rests on: a document, an answer, what was seen."))
    current = Account.objects.select_for_update().get(pk=account.pk)
    check = QualificationCheck.objects.create(
        account=current, aspect=aspect, verdict=verdict, evidence=evidence.strip(), happened_on=on, actor=actor
    )
    changes = {"question": aspect, "verdict": verdict, "evidence": evidence.strip()}
    record("account.judged", current, actor=actor, changes=changes)
    write_outcome(current, actor=actor)
    return check


@transaction.atomic
def add_rival(account: Account, *, name: str, actor: User, **fields: Any) -> Rival:
    """Note a competitor at a customer."""
    rival = Rival.objects.create(account=account, name=name, **fields)
    record("rival.added", account, actor=actor, changes={"name": name})
    return rival


@transaction.atomic
def edit_rival(rival: Rival, *, changes: Mapping[str, Any], version: int, actor: User) -> Rival:
    """Change what is known of a competitor, which the form saw as `version`; return it fresh. Raises EditConflict."""
    return save_edit(rival, changes=changes, version=version, actor=actor, action="rival.edited")


@transaction.atomic
def archive_rival(rival: Rival, *, actor: User, now: datetime) -> UndoEntry:
    """Put a competitor away who is no longer there; return what takes it back."""
    current = Rival.objects.select_for_update().get(pk=rival.pk)
    current = write_fields(current, {"archived_at": now}, actor=actor, action="rival.archived")
    label = _("%(name)s archived") % {"name": current.name}
    inverse = {"rival": current.pk}
    return offer_undo("accounts.archive_rival", actor=actor, label=label, inverse=inverse, rows=[current], now=now)


def undo_archive_rival(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Bring back what was archived."""
    current = Rival.objects.select_for_update().get(pk=data["rival"])
    write_fields(current, {"archived_at": None}, actor=actor, action="rival.restored")
