"""The scripts as they are sent are still scripts."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from crm.static_storage import squeeze_script

SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_squeezed_script_is_understood(script: Path, browser: Browser) -> None:
    squeezed = squeeze_script(script.read_text(encoding="utf-8"))
    page = browser.new_page()
    problem = page.evaluate("text => { try { new Function(text); } catch (error) { return String(error); } }", squeezed)
    page.close()
    assert problem is None
    assert len(squeezed) < len(script.read_text(encoding="utf-8"))
