"""What a device sends from its outbox, and what it is answered.

A form saved without a connection arrives as JSON, perhaps several times and long after it was written. The identifier
made on the device decides whether it is the same one; the answer to a repetition is the answer of the first time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.audit import plain
from crm.editing import EditConflict

FORMAT = 1
MAX_FIELDS = 500


class BadSubmission(Exception):
    """The request is no submission; the message says why."""


class NotTheSamePerson(Exception):
    """The device sends what another person than the one signed in has written."""


@dataclass(frozen=True)
class Submission:
    """One form from a device. `written_at` is what the device's clock said: a claim, fit for showing only."""

    client_id: UUID
    fields: QueryDict
    written_at: datetime | None


def _clean_text(value: Any) -> str:
    """Return text that every database takes: a half character, cut off by the device, becomes a question mark."""
    if not isinstance(value, str):
        raise BadSubmission(_("The form could not be read."))
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _fields(values: Any) -> QueryDict:
    if not isinstance(values, dict) or len(values) > MAX_FIELDS:
        raise BadSubmission(_("The form could not be read."))
    fields = QueryDict(mutable=True)
    for name, given in values.items():
        fields.setlist(name, [_clean_text(value) for value in (given if isinstance(given, list) else [given])])
    return fields


def _written_at(text: Any) -> datetime | None:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def read_submission(request: HttpRequest) -> Submission:
    """Return the form a device sent; raises BadSubmission, or NotTheSamePerson when it is another person's."""
    try:
        data = json.loads(request.body)
        client_id = UUID(str(data["client_id"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSubmission(_("The form could not be read.")) from error
    if data.get("format") != FORMAT:
        raise BadSubmission(_("This page is older than the server. Reload it, then send again."))
    if data.get("user") != request.user.pk:
        raise NotTheSamePerson
    return Submission(client_id, _fields(data.get("fields")), _written_at(data.get("written_at")))


def _message(text: str, status: int) -> JsonResponse:
    return JsonResponse({"message": text}, status=status)


def accepted(
    submission: Submission,
    *,
    url: str = "",
    title: str = "",
    text: str = "",
    undo: int | None = None,
    more: str = "",
) -> JsonResponse:
    """Answer that the form is kept: where its result is, what to call it, what to say.

    `undo` is how it is taken back, `more` where something can be added to it.
    """
    answer = {"client_id": str(submission.client_id), "url": url, "title": title, "text": text, "undo": undo}
    return JsonResponse(answer | ({"more": more} if more else {}))


def refused(form: BaseForm) -> JsonResponse:
    """Answer with the sentences of a form that needs correcting (422); the device keeps what was typed."""
    errors = {name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()}
    return JsonResponse({"errors": errors, "message": ""}, status=422)


def in_conflict(conflict: EditConflict, *, version: int | None = None) -> JsonResponse:
    """Answer with both values of every field that somebody else changed meanwhile (409)."""
    clashes = [
        {"field": clash.field, "label": clash.label, "theirs": plain(clash.theirs), "ours": plain(clash.ours)}
        for clash in conflict.clashes
    ]
    text = _("Somebody else changed this meanwhile. Compare both values and save again.")
    return JsonResponse({"message": text, "clashes": clashes, "version": version}, status=409)


SubmissionView = Callable[..., HttpResponse]


def takes_submission(view: SubmissionView) -> SubmissionView:
    """Decorate `view(request, submission, ...)`: what goes wrong is answered in JSON the outbox understands."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, read_submission(request), *args, **kwargs)
        except BadSubmission as problem:
            return _message(str(problem), 400)
        except NotTheSamePerson:
            return _message(_("Somebody else is signed in now."), 401)
        except PermissionDenied:
            return _message(_("You may see this, but not change it."), 403)
        except Http404:
            return _message(_("What this belongs to is no longer there, or not yours to see."), 404)
        except EditConflict as conflict:
            return in_conflict(conflict)

    return answered
