"""Tables every app stands on. None of them knows an app."""

from crm.models.audit import AuditEntry, AuditSeal
from crm.models.calendar import CalendarDay
from crm.models.files import StoredFile
from crm.models.jobs import Job
from crm.models.undo import UndoEntry

__all__ = ["AuditEntry", "AuditSeal", "CalendarDay", "Job", "StoredFile", "UndoEntry"]
