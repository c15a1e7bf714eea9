"""Our scripts as they are sent: without what is there only for those who read them. A phone waits for every byte."""

from typing import Any

import rjsmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "js/"


def squeeze_script(source: str) -> str:
    """Return a script without comments and needless space."""
    return str(rjsmin.jsmin(source))


class SqueezedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, our own scripts squeezed first. Vendor files come small."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Keep a collected file."""
        if name and name.replace("\\", "/").startswith(OWN_SCRIPTS) and name.endswith(".js"):
            content = ContentFile(squeeze_script(content.read().decode()).encode())
        return str(super().save(name, content, max_length))
