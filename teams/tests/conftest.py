"""What the tests of this room share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Read the sentences of actions in their source language, whatever the installation speaks."""
    with translation.override("en"):
        yield
