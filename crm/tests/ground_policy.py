"""Who may open the ground's own URLs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.files import store_file
from crm.models import UndoEntry
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page
from crm.uploads import Upload, UploadKind


def _file(cast: Cast) -> dict[str, UUID]:
    upload = Upload(UploadKind.TEXT, "note.txt", "text/plain", b"words")
    return {"key": store_file(upload, cast.account, actor=cast.rep).key}


def _undo(cast: Cast) -> dict[str, Any]:
    entry = UndoEntry.objects.create(
        actor=cast.rep, action="nothing", label="x", inverse={}, expires_at=timezone.now() + timedelta(days=1)
    )
    return {"pk": entry.pk}


POLICY: dict[str, Policy] = {
    # What a browser asks for before anybody has signed in; none of it holds anything of anybody.
    "crm:service_worker": Policy(get=everyone(), anonymous=200),
    "crm:manifest": Policy(get=everyone(), anonymous=200),
    "crm:offline": Policy(get=everyone(), anonymous=200),
    "crm:session": Policy(get=everyone(), anonymous=401),
    "crm:language": Policy(post=everyone(ALLOWED), data={"language": "en"}, anonymous=405),
    "crm:outbox": Policy(get=everyone()),
    "crm:theme": Policy(post=everyone(ALLOWED), data={"theme": "dark"}),
    "crm:undo": Policy(post=only("rep", allowed=ALLOWED, others=404), kwargs=_undo),
    "crm:file": Policy(get=row_page(), kwargs=_file),
}
