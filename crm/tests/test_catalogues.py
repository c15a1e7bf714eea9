"""Every text is there in three languages, and the compiled catalogues are those of the sources."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

LOCALES = ["zh_Hans", "zh_Hant", "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
ASCII_BETWEEN_HAN = re.compile(r"[\u4e00-\u9fff][,:;?!()][\u4e00-\u9fff]")
# The same in every language: names, codes.
UNTRANSLATED = {"A", "B", "C", "PDF", "Excel", "CSV", "QR"}


def catalogue(locale: str) -> polib.POFile:
    return polib.pofile(str(Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"))


def texts_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_missing_or_uncertain(locale):
    entries = catalogue(locale)
    assert [entry.msgid for entry in entries.untranslated_entries()] == []
    assert [entry.msgid for entry in entries.fuzzy_entries()] == []
    assert [entry.msgid for entry in entries.obsolete_entries()] == []


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_chinese_texts_are_chinese_and_set_with_full_width_punctuation(locale):
    for entry in catalogue(locale):
        for text in texts_of(entry):
            assert not ASCII_BETWEEN_HAN.search(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_survive_translation(locale):
    for entry in catalogue(locale):
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
        for text in texts_of(entry):
            found = set(PLACEHOLDER.findall(text))
            assert found <= wanted, (entry.msgid, text)
            if not entry.msgid_plural:
                assert found == wanted, (entry.msgid, text)


@pytest.mark.parametrize("locale", LOCALES)
def test_compiled_catalogue_is_up_to_date(locale):
    source = catalogue(locale)
    compiled = polib.mofile(str(Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.mo"))
    assert {(e.msgctxt, e.msgid): texts_of(e) for e in compiled} == {(e.msgctxt, e.msgid): texts_of(e) for e in source}


def test_every_text_of_the_source_is_in_the_catalogues(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed, so the texts of the source cannot be collected")
    copy = tmp_path / "project"
    skip = shutil.ignore_patterns(".venv", ".git", "node_modules", "var", "static", "tests", "*.sqlite3*")
    shutil.copytree(settings.BASE_DIR, copy, ignore=skip)
    command = [
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "makemessages",
        "--no-location",
        "--no-wrap",
        "-v",
        "0",
    ]
    subprocess.run([*command, "-l", "zh_Hans", "-i", "scripts", "-i", "conftest.py"], cwd=copy, check=True)
    collected = polib.pofile(str(copy / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    assert [entry.msgid for entry in collected.untranslated_entries() + collected.fuzzy_entries()] == []
