"""Imports: what was uploaded, what was decided, what came of it."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Job
from crm.models.abstract import Recorded
from imports.choices import Existing, RunState, Shape

if TYPE_CHECKING:
    from teams.models import User


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Imports."""

    def visible_to(self, user: "User") -> Self:
        """Return one's own imports."""
        return self.filter(owner=user)


class ImportRun(Recorded):
    """One import of one or several files that belong together."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.COLUMNS)
    existing = models.CharField(
        _("rows that are there already"), max_length=10, choices=Existing, default=Existing.FILL
    )
    answers = models.JSONField(default=dict, help_text=_("Question → answer."))
    report = models.JSONField(default=dict, help_text=_("What the check found."))
    result = models.JSONField(default=dict, help_text=_("What was loaded."))
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["owner", "-id"], name="import_by_owner")]

    def __str__(self) -> str:
        return ", ".join(self.files.order_by("position").values_list("name", flat=True)) or str(self.key)


class ImportFile(models.Model):
    """One uploaded file: what it holds and which column is which field."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    shape = models.CharField(_("holds"), max_length=14, choices=Shape)
    encoding = models.CharField(max_length=20, blank=True)
    headers = models.JSONField(default=list)
    samples = models.JSONField(default=list)
    columns = models.JSONField(default=dict, help_text=_("Field → heading."))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    warnings = models.JSONField(default=list)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    sheets = models.JSONField(default=list, help_text=_("The sheets to choose from."))

    class Meta:
        verbose_name = _("import file")
        verbose_name_plural = _("import files")
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_file_position_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Return where the storage keeps the upload."""
        return f"imports/{self.key.hex}"


class ImportedRow(models.Model):
    """A row an import made (no `before`) or changed; taking the import back needs it as the import left it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="made")
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True, help_text=_("Fields as they were; none for a row the import made."))
    after = models.JSONField(null=True, help_text=_("The same fields as the import left them."))

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [models.UniqueConstraint(fields=["run", "model", "object_id"], name="imported_row_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class RefusedRow(models.Model):
    """A row that is not loaded: as it was read, with the reason, to be handed back."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="refused")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=list)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="refused_row_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"[:80]


class Remembered(models.Model):
    """What a person decided at an earlier import: which heading is which field, what an unknown name means."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about = models.CharField(max_length=20, help_text=_("“answer”, or what the rows were."))
    key = models.CharField(max_length=300, help_text=_("A question, or a heading."))
    value = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("remembered choice")
        verbose_name_plural = _("remembered choices")
        constraints = [models.UniqueConstraint(fields=["owner", "about", "key"], name="remembered_once")]

    def __str__(self) -> str:
        return f"{self.key} → {self.value}"
