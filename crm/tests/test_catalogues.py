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
HAN = r"[\u4e00-\u9fff]"
# A half-width sign beside a Han character, or two dots for three.
HALF_WIDTH = re.compile(rf"{HAN}[,:;?!()\"']|[,:;?!()\"']{HAN}|{HAN}\.\s|{HAN}\.$|\.\.\.")
# Written the same in every language: names of formats.
SAME = {"PDF", "Excel (.xlsx)", "Word (.docx)", "PowerPoint (.pptx)"}
# One word for one thing, addressed to 你, quotation marks of the script. In traditional script the words of those who
# write it, and none of the slips of a converter that knows signs and not sentences.
NOT_WRITTEN = {
    "zh_Hans": ("您", "「", "」", "管道", "步骤未", "缺勤", "非法", "抱歉", "哎呀", "！"),
    "zh_Hant": (
        *("您", "“", "”", "缺勤", "抱歉", "！"),
        *(
            "程式碼",
            "許可權",
            "隻",
            "已籤",
            "待籤",
            "彙報",
            "微訊號",
            "稽核",
            "佔比",
            "單元格",
            "列名",
            "臺裝",
            "瞭解",
            "宏。",
        ),
        *("網絡", "聯系", "數據", "默認", "文件夾", "用戶", "屏幕", "軟件", "信息", "計劃", "模板", "合同"),
    ),
}
# "by means of" is 透過, "to pass" is 通過: a converter takes one for the other.
BY_MEANS_OF = {"This could not reach you by %(channel)s: %(title)s", "Your password was changed by a link from a mail."}


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
def test_every_text_is_translated_unless_it_is_the_same_in_every_language(locale):
    def in_no_han(entry: polib.POEntry) -> bool:
        return bool(re.search("[A-Za-z]{2}", PLACEHOLDER.sub("", entry.msgid))) and not all(
            re.search(HAN, text) for text in texts_of(entry)
        )

    assert {entry.msgid for entry in catalogue(locale) if in_no_han(entry)} == SAME


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_chinese_texts_are_set_with_full_width_punctuation(locale):
    wrong = [text for entry in catalogue(locale) for text in texts_of(entry) if HALF_WIDTH.search(text)]
    assert wrong == []


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_chinese_texts_use_the_words_of_the_field(locale):
    words = NOT_WRITTEN[locale]
    wrong = [(word, text) for entry in catalogue(locale) for text in texts_of(entry) for word in words if word in text]
    assert wrong == []


def test_passing_and_by_means_of_are_two_words_in_traditional_script():
    by_means_of = {entry.msgid for entry in catalogue("zh_Hant") if "透過" in "".join(texts_of(entry))}
    assert by_means_of == BY_MEANS_OF


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
