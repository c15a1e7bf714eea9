"""Which encoding a text file has. Guessing wrongly would store wrong names, so what is not certain is asked for."""

import codecs
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.tabular.parts import UnreadableFile

# What a person can choose when the file does not say.
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030 / GBK",
    "big5": "Big5",
    "utf-16": "UTF-16",
    "cp1252": gettext_lazy("Western European (Windows)"),
    "cp850": gettext_lazy("Western European (DOS)"),
    "cp932": gettext_lazy("Japanese"),
    "cp949": gettext_lazy("Korean"),
}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 20_000
_PLAUSIBLE: Final = 0.7  # share of frequent characters; real Chinese tables have more than 0.95
_BIG5_FREQUENT: Final = range(0xA1, 0xC7)


def encoding_of(data: bytes, chosen: str | None = None) -> str:
    """Return the name of the encoding the bytes are in, checked to the last byte; raises UnreadableFile."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked or chosen:
        return _checked(data, marked or _listed(chosen or ""))
    if b"\0" in data:
        raise UnreadableFile(
            "binary", _("This is no table of text. Save it as .xlsx or as CSV (UTF-8) and upload that.")
        )
    wrong_at = _first_wrong_byte(data, "utf-8")
    if wrong_at is None:
        return "utf-8"
    scores = {name: _score(data, name) for name in ("gb18030", "big5")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _PLAUSIBLE:
        return best
    raise UnreadableFile("encoding", _unknown(data, wrong_at))


def _listed(chosen: str) -> str:
    if chosen not in ENCODINGS:
        raise UnreadableFile("encoding", _("Choose one of the listed encodings."))
    return chosen


def _checked(data: bytes, name: str) -> str:
    wrong_at = _first_wrong_byte(data, name)
    if wrong_at is not None:
        raise UnreadableFile("encoding", _unknown(data, wrong_at))
    return name


def _unknown(data: bytes, wrong_at: int) -> str:
    return _("The encoding of row %(row)s is not certain. Choose the encoding, or save the file as CSV UTF-8.") % {
        "row": data.count(b"\n", 0, wrong_at) + 1
    }


def _first_wrong_byte(data: bytes, name: str) -> int | None:
    """Return where decoding fails, None where it does not; raises UnreadableFile for zero characters.

    The text is decoded in pieces and thrown away.
    """
    decoder = codecs.getincrementaldecoder(name)()
    step = 1 << 20
    for start in range(0, max(1, len(data)), step):
        try:
            text = decoder.decode(data[start : start + step], final=start + step >= len(data))
        except UnicodeError as error:
            return start + max(0, getattr(error, "start", 0))
        if "\0" in text:
            raise UnreadableFile(
                "binary", _("This is no table of text. Save it as .xlsx or as CSV (UTF-8) and upload that.")
            )
    return None


def _score(data: bytes, name: str) -> float:
    """Return which share of the foreign characters are frequent ones in this encoding; 0 if it does not decode.

    A stray accent of a Western file decodes as some rare Chinese character, and Big5 as many of them.
    """
    if _first_wrong_byte(data, name) is not None:
        return 0.0
    foreign = [character for character in data.decode(name) if character > "\x7f"][:_SAMPLE]
    frequent = _is_frequent_big5 if name == "big5" else _is_frequent_gb
    return sum(map(frequent, foreign)) / len(foreign)


def _is_frequent_gb(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _is_frequent_big5(character: str) -> bool:
    return character.encode("big5")[0] in _BIG5_FREQUENT
