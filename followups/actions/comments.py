"""Saying something about a thing, so that the people concerned read it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.kinds import kind_named
from followups.actions.messages import notify
from followups.models import Comment
from followups.subjects import address_of
from teams.models import User

COMMENT = "comment"
TEXT_LENGTH = 4000


# Where a row of any room names the person it belongs to, the most telling first.
_PERSON_FIELDS = ("owner_id", "user_id", "recipient_id", "requested_by_id")


def people_concerned(subject: models.Model, subject_kind: str) -> list[User]:
    """Return whose thing it is, and who said something about it before."""
    owner = next((getattr(subject, name) for name in _PERSON_FIELDS if getattr(subject, name, None)), None)
    spoke = Comment.objects.about(subject_kind, subject.pk).order_by().values("author_id")
    return list(User.objects.active().filter(models.Q(pk=owner) | models.Q(pk__in=spoke)).order_by("pk"))


@transaction.atomic
def comment_on(
    subject_kind: str,
    subject_id: int,
    *,
    text: str,
    author: User,
    now: datetime,
    client_id: UUID | None = None,
    recipients: Iterable[User],
) -> Comment:
    """Write a comment and tell `recipients` (the author is left out); the same `client_id` again is the same comment.

    Whether the author may see the thing is for the caller to ask; whether a recipient may is asked when it is sent.
    Raises ValidationError for an empty or overlong text.
    """
    text = text.strip()
    if not text:
        raise ValidationError(_("Write a comment first."))
    if len(text) > TEXT_LENGTH:
        raise ValidationError(_("A comment has at most %(n)s characters.") % {"n": TEXT_LENGTH})
    comment, is_new = Comment.objects.get_or_create(
        client_id=client_id or uuid4(),
        defaults={"subject_kind": subject_kind, "subject_id": subject_id, "author": author, "text": text},
    )
    if not is_new:
        return comment
    record("comment.written", comment, actor=author, changes={"about": [subject_kind, subject_id]})
    kind = kind_named(subject_kind)
    row = kind.model._base_manager.filter(pk=subject_id).first()
    for person in recipients:
        if person.pk != author.pk:
            notify(
                key=f"{COMMENT}:{comment.pk}",
                kind=COMMENT,
                subject=(subject_kind, subject_id),
                recipient=person,
                params={
                    "who": str(author),
                    "text": text[:300],
                    "about": kind.label(row) if row else "",
                    "url": address_of((subject_kind, subject_id)),
                },
                now=now,
            )
    return comment
