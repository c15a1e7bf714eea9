"""What people say to one another about a thing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import ClientMade, Recorded
from followups.querysets import CommentQuerySet


class Comment(ClientMade, Recorded):
    """A comment on a registered thing; it reaches the people concerned as a delivery."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=4000)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="comment_by_subject")]

    def __str__(self) -> str:
        return self.text[:80]
