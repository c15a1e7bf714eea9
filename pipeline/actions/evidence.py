"""What a step is passed on: shown, and taken back when it no longer holds."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact
from crm.audit import record
from crm.files import store_file
from crm.models.abstract import Origin
from crm.uploads import Upload
from pipeline.actions.guards import CannotChange, lock_open, said_day
from pipeline.actions.progress import note_progress
from pipeline.choices import ProgressKind
from pipeline.models import Criterion, Evidence, Opportunity
from teams.models import User


def _refuse_foreign(current: Opportunity, criterion: Criterion, contact: Contact | None, text: str) -> None:
    """Raise CannotChange for a criterion or a person of something else, or where nothing is written."""
    if criterion.step.pipeline_id != current.pipeline_id:
        raise CannotChange(_("This criterion belongs to another pipeline."))
    if contact and contact.account_id != current.account_id:
        raise CannotChange(_("%(name)s does not belong to this customer.") % {"name": contact.name})
    if not text.strip():
        raise CannotChange(_("Write down what shows it."))


@transaction.atomic
def add_evidence(
    opportunity: Opportunity,
    *,
    criterion: Criterion,
    kind: str,
    text: str,
    on: date,
    actor: User,
    now: datetime,
    contact: Contact | None = None,
    source: tuple[str, int] | None = None,
    client_id: UUID | None = None,
    origin: str = Origin.WEB,
    document: Upload | None = None,
) -> Evidence:
    """Say what shows that a criterion is fulfilled; the same `client_id` again returns the same row.

    `contact` is who said it, `source` the (kind, id) it was learnt from, `document` a checked
    file, which whoever sees the opportunity may read. Raises CannotChange when the criterion or the
    person belongs elsewhere or the opportunity is not open, WrongDay for a day in the future, QuotaExceeded.
    """
    current = lock_open(opportunity)
    _refuse_foreign(current, criterion, contact, text)
    source_kind, source_id = source or ("", None)
    evidence, is_new = Evidence.objects.get_or_create(
        client_id=client_id or uuid4(),
        defaults={
            "opportunity": current,
            "criterion": criterion,
            "kind": kind,
            "text": text.strip()[:500],
            "contact": contact,
            "happened_on": said_day(on, actor=actor, now=now),
            "actor": actor,
            "source_kind": source_kind,
            "source_id": source_id,
            "origin": origin,
        },
    )
    if is_new:
        _keep(evidence, document, actor=actor, now=now)
    return evidence


def _keep(evidence: Evidence, document: Upload | None, *, actor: User, now: datetime) -> None:
    """Store the document, let the stall clock begin anew, and write it down."""
    current = evidence.opportunity
    if document:
        evidence.document = store_file(document, current, actor=actor)
        evidence.save(update_fields=["document"])
    note_progress(current, kind=ProgressKind.EVIDENCE, now=now)
    changes = {"criterion": evidence.criterion.text, "evidence": evidence.text, "on": evidence.happened_on}
    record("opportunity.evidence_added", current, actor=actor, changes=changes, origin=evidence.origin)


@transaction.atomic
def withdraw_evidence(evidence: Evidence, *, reason: str, actor: User, now: datetime) -> Evidence:
    """Say that evidence no longer holds, and why; it stays readable. A step passed on it stays passed.

    Raises CannotChange without a reason, or when the opportunity is not open. Withdrawing twice changes nothing.
    """
    current = lock_open(evidence.opportunity)
    if not reason.strip():
        raise CannotChange(_("Say why it no longer holds."))
    rows = Evidence.objects.filter(pk=evidence.pk, withdrawn_at=None)
    if rows.update(withdrawn_at=now, withdrawn_why=reason.strip()[:250]):
        changes = {"evidence": evidence.text, "reason": reason.strip()}
        record("opportunity.evidence_withdrawn", current, actor=actor, changes=changes)
    evidence.refresh_from_db(fields=["withdrawn_at", "withdrawn_why"])
    return evidence
