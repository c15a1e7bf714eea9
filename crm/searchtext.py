"""One search text a row, built so that two Chinese characters, pinyin, initials and a phone's end all use one index.

A name is cut into overlapping pairs of characters with blanks around them (` 中国 国移 移动 `), because the trigram
index of PostgreSQL finds ` 移动 ` in under a millisecond but reads the whole table for `移动`. The text also holds
pinyin and initials of names, the words and pairs of Latin names, codes and phone numbers. Queries use `contains`,
never `icontains`: that one loses the index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_
from typing import Final

from django.db.models import Q

from crm.pinyin import initials, readings
from crm.traditional import FOLDED

MAX_QUERY: Final = 200  # characters of a query that are looked at
MAX_PIECES: Final = 24  # conditions one query may put; more would only narrow what `recheck` narrows anyway

_CJK: Final = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS: Final = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_CJK_RUN: Final = re.compile(rf"[{_CJK}]+")
_INNER_MARKS: Final = re.compile(rf"(?<=[{_CJK}])[^\w\s]+(?=[{_CJK}])")
_LATIN_MARKS: Final = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_PHONE: Final = re.compile(r"\s*\+?[0-9][0-9\s()./-]{6,}")
_SHORT_NUMBER: Final = 4  # up to here a number is looked for at the ends of numbers only, else it would hit too much
_MOBILE_DIGITS: Final = 11
_PAIR: Final = 2


def fold(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, without Latin accents, traditional written simplified."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(FOLDED)
    if plain.isascii():
        return plain
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", plain)))


def search_text(
    *names: str, pinyin: Iterable[str] | None = None, phones: Iterable[str] = (), codes: Iterable[str] = ()
) -> str:
    """Return the search text of a row with these names, phone numbers and codes.

    `pinyin` gives readings that are already known, syllables separated by blanks ("zhong guo yi dong"); then none is
    worked out, which is what filling many rows needs.
    """
    tokens: dict[str, None] = {}
    for name in names:
        tokens.update(dict.fromkeys(_name_tokens(name)))
        if pinyin is None:
            tokens.update(dict.fromkeys(fold(sound) for sound in sorted(initials(name) | readings(name))))
    for reading in pinyin or ():
        syllables = reading.lower().split()
        tokens.update(dict.fromkeys(("".join(part[0] for part in syllables), "".join(syllables))))
    for phone in phones:
        tokens.update(dict.fromkeys(_phone_tokens(phone)))
    for code in codes:
        tokens.update(dict.fromkeys(_code_tokens(code)))
    tokens.pop("", None)
    return f" {' '.join(tokens)} " if tokens else ""


def search_filter(field: str, query: str) -> Q:
    """Return the condition on a search text field; a blank query keeps all rows, one without any letter none.

    Every blank-separated term must hit. Chinese terms hit by their pairs in any order, so pass what was found through
    `recheck` where that matters.
    """
    if not query.strip():
        return Q()
    query = query[:MAX_QUERY]
    conditions = [_piece_filter(field, piece) for piece in _query_pieces(query)]
    if not conditions:
        return Q(pk__in=())
    found = reduce(and_, conditions[:MAX_PIECES])
    whole = _whole_phone(query)
    return found | Q(**{f"{field}__contains": whole}) if whole else found


def recheck(names: Iterable[str], query: str) -> bool:
    """Return whether every Chinese part of the query stands in one of the names as written, its pairs in order."""
    wanted = [run for run in _runs(query[:MAX_QUERY]) if _CJK_RUN.match(run)]
    if not wanted:
        return True
    there = [run for name in names for run in _runs(name)]
    return all(any(part in run for run in there) for part in wanted)


def _runs(text: str) -> list[str]:
    """Return the stretches of Chinese characters and the Latin words; brackets inside Chinese do not separate."""
    return _RUNS.findall(_INNER_MARKS.sub("", fold(text)))


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _name_tokens(name: str) -> Iterator[str]:
    for run in _runs(name):
        yield from _pairs(run)
        yield run[-1]  # so that every single character begins a token, which the index finds
        if not _CJK_RUN.match(run):
            yield run


def _phone_tokens(phone: str) -> Iterator[str]:
    """Yield the groups of a number and all its digits, so that its beginning and its end can be found."""
    groups = _DIGITS.findall(unicodedata.normalize("NFKC", phone))
    yield _national("".join(groups))
    if len(groups) > 1:
        yield from (group for group in groups if len(group) >= _SHORT_NUMBER - 1)


def _national(digits: str) -> str:
    """Return the digits without the country code of a Chinese mobile number."""
    return digits[-_MOBILE_DIGITS:] if re.fullmatch(r"(00)?861[0-9]{10}", digits) else digits


def _code_tokens(code: str) -> Iterator[str]:
    runs = _runs(code)
    yield "".join(runs)
    yield from runs


def _whole_phone(query: str) -> str:
    """Return the digits of a query that is one phone number with separators, else nothing."""
    plain = unicodedata.normalize("NFKC", query)
    return _national("".join(_DIGITS.findall(plain))) if _PHONE.fullmatch(plain) else ""


def _query_pieces(query: str) -> Iterator[str]:
    """Yield what must be contained; a piece in blanks is a whole token."""
    for run in _runs(query):
        if len(run) == 1 or not _CJK_RUN.match(run):
            yield run
        else:
            yield from (f" {pair} " for pair in _pairs(run))


def _piece_filter(field: str, piece: str) -> Q:
    contains = f"{field}__contains"
    if piece.startswith(" "):
        return Q(**{contains: piece})
    if len(piece) == 1:  # every character of a name begins a token, if only the last one
        return Q(**{contains: f" {piece}"})
    if _DIGITS.fullmatch(piece) and len(piece) <= _SHORT_NUMBER:
        return Q(**{contains: f" {piece}"}) | Q(**{contains: f"{piece} "})
    if len(piece) == _PAIR:  # two letters begin a token; every pair of a Latin name is a token
        return Q(**{contains: f" {piece}"})
    return Q(**{contains: piece})
