"""The stylesheet of the first view: small, allowed by its hash, the same dark by choice and by device."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.template import engines

from crm.critical_css import CSS_DIR, critical_css, squeeze, style_hashes

KILOBYTE = 1024


def weight(path: Path) -> int:
    return len(brotli.compress(path.read_bytes()))


def declarations(css: str, selector: str) -> list[str]:
    start = css.index(selector + "{") + len(selector) + 1
    return css[start : css.index("}", start)].split(";")


def test_squeezing_drops_comments_and_idle_white_space_only():
    assert squeeze("/* why */\n.a > .b,\n.c { margin: 0 calc(1px + 2px); color: red; }\n") == (
        ".a > .b,.c{margin:0 calc(1px + 2px);color:red}"
    )


def test_the_page_carries_exactly_the_text_that_the_policy_allows():
    rendered = engines["django"].from_string("{% critical_css %}").render({})
    expected = f"'sha256-{b64encode(sha256(rendered.encode()).digest()).decode()}'"
    assert style_hashes() == [expected]
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["style-src"][-1] == expected


def test_nothing_in_it_can_end_the_style_element_or_load_a_file():
    assert not re.search(r"<|url\(|@import", critical_css())


def test_dark_by_choice_and_dark_by_device_are_the_same():
    css = critical_css()
    assert declarations(css, "[data-bs-theme=dark]") == declarations(css, "[data-bs-theme=auto]")


def test_every_colour_name_of_the_light_theme_that_is_a_colour_has_a_dark_one():
    def names(selector: str) -> set[str]:
        return {line.split(":")[0] for line in declarations(critical_css(), selector) if ":#" in line}

    same_in_both = {"--tier-a", "--tier-b", "--tier-c-ink"}
    assert names(":root") - names("[data-bs-theme=dark]") == same_in_both


@pytest.mark.parametrize(
    ("name", "limit"),
    [("css/app.css", 20 * KILOBYTE), ("js/app.js", 6 * KILOBYTE), ("vendor/icons/sprite.svg", 8 * KILOBYTE)],
)
def test_files_of_every_page_stay_small(name: str, limit: int):
    assert weight(CSS_DIR.parent / name) <= limit


def test_the_inlined_stylesheet_stays_below_six_kilobytes():
    assert len(brotli.compress(critical_css().encode())) <= 6 * KILOBYTE
