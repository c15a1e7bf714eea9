"""How names sound, for search: whole pinyin and initials.

A dictionary of phrases reads companies rightly (重庆 chong qing, 长沙 chang sha) and surnames wrongly (曾 ceng), so
the first character of a name is read in every way it can be, and surnames come from a table of their own.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.seg.mmseg import seg

from crm.traditional import FOLDED_FOR_READING

# Surnames whose sound differs from the usual reading of the character, or that have two.
SURNAMES: Final[dict[str, tuple[str, ...]]] = {
    "单": ("shan",), "仇": ("qiu",), "区": ("ou",), "曾": ("zeng",), "朴": ("piao",), "覃": ("qin", "tan"),
    "盖": ("ge", "gai"), "查": ("zha",), "解": ("xie",), "乐": ("yue", "le"), "翟": ("zhai", "di"), "缪": ("miao",),
    "冼": ("xian",), "种": ("chong",), "逄": ("pang",), "隗": ("wei", "kui"), "员": ("yun",), "黑": ("he",),
    "折": ("she",), "秘": ("bi", "mi"), "祭": ("zhai",), "佴": ("nai",), "洗": ("xian",), "贲": ("ben",),
    "费": ("fei", "bi"), "郇": ("xun", "huan"), "瞿": ("qu",), "葛": ("ge",), "华": ("hua",), "谌": ("chen", "shen"),
    "褚": ("chu",), "阚": ("kan",), "訾": ("zi",), "莘": ("shen", "xin"), "句": ("gou",), "牟": ("mou", "mu"),
    "宓": ("mi", "fu"), "尉": ("wei",), "召": ("shao",), "臧": ("zang",), "任": ("ren",), "宁": ("ning",),
    "纪": ("ji",), "石": ("shi",), "燕": ("yan",), "那": ("na",), "哈": ("ha",), "卜": ("bu",), "车": ("che",),
    "长孙": ("zhang", "sun"), "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"),
    "令狐": ("ling", "hu"), "鲜于": ("xian", "yu"), "单于": ("chan", "yu"), "宿勤": ("su", "qin"),
}  # fmt: skip

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_HAN_RUN: Final = re.compile(rf"[{_HAN}]+")
_PERSON_LENGTH: Final = 4  # longer names are companies: their first character is no surname


class _Sounds(NamedTuple):
    """The syllables of a name; a word in Latin letters counts as one and is never shortened to its initial."""

    syllables: tuple[str, ...]
    heads: frozenset[tuple[str, ...]]  # other readings of the first one or two syllables
    initial_heads: frozenset[str]  # initials the first syllable can have
    is_word: tuple[bool, ...]

    def short(self, start: int = 0) -> str:
        pairs = zip(self.syllables[start:], self.is_word[start:], strict=True)
        return "".join(syllable if whole else syllable[:1] for syllable, whole in pairs)


def initials(name: str) -> set[str]:
    """Return the initials the name can be searched by: `{"zgyd"}` for 中国移动, `{"oxm", "qxm"}` for 区小明."""
    sounds = _sounds(name)
    if not sounds.syllables:
        return set()
    found = {sounds.short()}
    found |= {initial + sounds.short(1) for initial in sounds.initial_heads}
    found |= {"".join(part[0] for part in head) + sounds.short(len(head)) for head in sounds.heads}
    return found


def full_pinyin(name: str) -> str:
    """Return the likeliest pinyin without blanks: `chongqingyinhang`; a short name begins with its surname's sound."""
    sounds = _sounds(name)
    if len(sounds.syllables) > _PERSON_LENGTH or not sounds.heads:
        return "".join(sounds.syllables)
    head = min(sounds.heads, key=lambda each: _surname_rank(name, each))
    return "".join(head + sounds.syllables[len(head) :])


def readings(name: str) -> set[str]:
    """Return every whole pinyin worth an index entry: the dictionary's and those of the surname table."""
    sounds = _sounds(name)
    if not sounds.syllables:
        return set()
    return {"".join(sounds.syllables), *("".join(head + sounds.syllables[len(head) :]) for head in sounds.heads)}


def _surname_rank(name: str, head: tuple[str, ...]) -> int:
    listed = SURNAMES.get(name[:1], ())
    return listed.index(head[0]) if head[0] in listed else 0


def _sounds(name: str) -> _Sounds:
    runs = _RUNS.findall(name.translate(FOLDED_FOR_READING).lower())
    syllables: list[str] = []
    is_word: list[bool] = []
    for run in runs:
        parts = _read(run) if _HAN_RUN.match(run) else (run,)
        syllables += parts
        is_word += [not _HAN_RUN.match(run)] * len(parts)
    first = runs[0] if runs and _HAN_RUN.match(runs[0]) else ""
    return _Sounds(tuple(syllables), _heads(first), _initials_of(first[:1]), tuple(is_word))


def _read(run: str) -> tuple[str, ...]:
    """Return the syllables of Chinese characters, phrase by phrase so that phrases are worked out once."""
    return tuple(syllable for phrase in seg.cut(run) for syllable in _read_phrase(phrase))


@lru_cache(maxsize=60_000)
def _read_phrase(phrase: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(phrase, style=Style.NORMAL, v_to_u=False, errors="ignore"))


@lru_cache(maxsize=10_000)
def sounds_of(character: str) -> frozenset[str]:
    """Return every way one character is read: `{"chang", "zhang"}` for 长; nothing for an empty text."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(reading for options in found for reading in options if reading)


def _initials_of(character: str) -> frozenset[str]:
    """Return the first letters of all readings of one character."""
    return frozenset(reading[0] for reading in sounds_of(character))


def _heads(run: str) -> frozenset[tuple[str, ...]]:
    if run[:2] in SURNAMES:
        return frozenset({SURNAMES[run[:2]]})
    return frozenset((reading,) for reading in SURNAMES.get(run[:1], ()))
