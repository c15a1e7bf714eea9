"""Our scripts as they are sent: without the comments and the indentation that are for those who read them.

A phone waits for every byte, and the product is run without Node, so without a minifier. Vendor files come small.
"""

from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "js/"


def squeeze_script(source: str) -> str:
    """Return a script without lines that are only a comment, and without indentation. No text may span lines."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


class SqueezedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, our own scripts squeezed first."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Keep a collected file."""
        if name and name.replace("\\", "/").startswith(OWN_SCRIPTS) and name.endswith(".js"):
            content = ContentFile(squeeze_script(content.read().decode()).encode())
        return str(super().save(name, content, max_length))
