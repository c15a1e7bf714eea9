"""Collect the texts of the product into the catalogues and compile them.

Collecting needs GNU gettext; compiling is done here, and the compiled files are committed, so that a machine without
gettext shows every language. `--compile` only compiles.
"""

import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("zh_Hans", "zh_Hant", "en")
IGNORED = (".venv", "node_modules", "var", "static", "*/tests/*", "scripts", "conftest.py")


def collect() -> None:
    """Run makemessages for every language."""
    command = [sys.executable, "manage.py", "makemessages", "--no-location", "--no-obsolete", "--no-wrap", "-v", "0"]
    for locale in LOCALES:
        command += ["-l", locale]
    for pattern in IGNORED:
        command += ["-i", pattern]
    subprocess.run(command, cwd=ROOT, check=True)


def drop_guesses() -> None:
    """Empty what gettext guessed from a similar text: a missing text is found by the tests, a wrong one is not."""
    for locale in LOCALES:
        path = ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"
        catalogue = polib.pofile(str(path), wrapwidth=0)
        for entry in catalogue.fuzzy_entries():
            entry.flags.remove("fuzzy")
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
        catalogue.save()


def fill_english() -> None:
    """The source is English: its catalogue says what the source says."""
    path = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path), wrapwidth=0)
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    catalogue.save()


def tidy_and_compile() -> None:
    """Drop the dates that differ at every run, sort, and write the compiled files."""
    for locale in LOCALES:
        path = ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"
        catalogue = polib.pofile(str(path), wrapwidth=0)
        for name in (
            "POT-Creation-Date",
            "PO-Revision-Date",
            "Last-Translator",
            "Language-Team",
            "Report-Msgid-Bugs-To",
        ):
            catalogue.metadata.pop(name, None)
        catalogue.metadata["Project-Id-Version"] = "Key Accounts"
        catalogue.metadata["Language"] = locale
        catalogue.metadata["Plural-Forms"] = (
            "nplurals=2; plural=(n != 1);" if locale == "en" else "nplurals=1; plural=0;"
        )
        catalogue.header = ""
        for entry in catalogue:
            entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
        catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
        catalogue.save()
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))


def main() -> None:
    """Collect unless told only to compile."""
    if "--compile" not in sys.argv:
        collect()
        drop_guesses()
        fill_english()
    tidy_and_compile()


if __name__ == "__main__":
    main()
