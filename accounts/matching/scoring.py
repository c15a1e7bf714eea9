"""How alike two customers are, from 0 to 100, and why.

The best of all pairs of their names counts, then what supports or contradicts it. The weights are ours, tuned on one
half of a labelled set and measured on the other (`accounts/tests/test_matching_answers.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from accounts.choices import Likeness
from accounts.matching.blocking import Identity
from accounts.matching.normalising import CompanyName
from accounts.matching.places import PROVINCE_OF, are_one_place, province_of
from crm.pinyin import sounds_of

# From here on two customers are shown as likely the same.
LIKELY: Final = 70
CERTAIN: Final = 95

# A character that tells companies apart and is no slip: 第一 and 第二, 华东 and 华西.
_TELLING_APART: Final = frozenset("0123456789〇一二三四五六七八九十甲乙丙丁东西南北中上下左右新老大小海河江湖")


@dataclass(frozen=True)
class Verdict:
    """How likely two customers are one, and the reasons in the order of their weight."""

    score: int
    reasons: tuple[str, ...] = ()

    @property
    def is_likely(self) -> bool:
        """Return whether they should be looked at."""
        return self.score >= LIKELY


NOTHING: Final = Verdict(0)
# A group answers one telephone for all its companies.
ONE_PHONE: Final = Verdict(40, (Likeness.PHONE,))


def _missing_at(longer: str, shorter: str) -> int | None:
    """Return where `longer` has the one character that `shorter` lacks; None where they differ otherwise."""
    if len(longer) != len(shorter) + 1:
        return None
    at = next((at for at, each in enumerate(shorter) if each != longer[at]), len(shorter))
    return at if longer[:at] + longer[at + 1 :] == shorter else None


def _differing(one: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of characters in which two texts of one length differ."""
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def _is_within(short: str, long: str) -> bool:
    """Return whether the characters of `short` stand in `long` in their order, the first two together in front."""
    rest = iter(long)
    return short[:2] == long[:2] and all(character in rest for character in short)


def _slip_of(one: str, other: str, *, front: int = 0) -> Verdict:
    """Return what a slip of the hand explains: one character left out, or one of the same sound.

    Within the first `front` characters, the place, every character may be one.
    """
    if len(one) == len(other) > 2:
        pairs = _differing(one, other)
        if len(pairs) == 1 and _sounds_alike(*pairs[0]):
            return Verdict(84 if len(one) > 3 else 74, (Likeness.SOUND,))
        return NOTHING
    longer, shorter = sorted((one, other), key=len, reverse=True)
    at = _missing_at(longer, shorter)
    if len(longer) > 4 and at is not None and (at < front or longer[at] not in _TELLING_APART):
        return Verdict(76, (Likeness.CHARACTER,))
    return NOTHING


def _sounds_alike(one: str, other: str) -> bool:
    return not {one, other} <= _TELLING_APART and not sounds_of(one).isdisjoint(sounds_of(other))


def _short_of(one: CompanyName, other: CompanyName) -> Verdict:
    """Return what a short name explains: 长虹精密 for 长虹精密科技. A full name is no short one."""
    short, long = sorted((one, other), key=lambda name: len(name.core))
    if len(short.core) == len(long.core) or short.is_full or not long.is_marked:
        return NOTHING
    if short.core == long.mark:
        is_telling = len(short.core) > 2 or short.place
        return Verdict(76 if is_telling else 62, (Likeness.SHORT,))
    if len(short.core) > 2 and _is_within(short.core, long.core):
        return Verdict(74, (Likeness.SHORT,))
    return NOTHING


def _names_alike(one: CompanyName, other: CompanyName) -> Verdict:
    """Return what two names say. A branch is not its company."""
    if one.branch != other.branch:
        return NOTHING
    if one.whole == other.whole:
        return Verdict(98, (Likeness.NAME,))
    if one.stem == other.stem:
        return Verdict(96, (Likeness.FORM,))
    if one.core == other.core:
        told = one.is_marked and len(one.core) > 2
        return Verdict(90 if told else 72 if one.is_marked else 58, (Likeness.PLACE,))
    front = max(len(one.place), len(other.place))
    guesses = (_slip_of(one.stem, other.stem, front=front), _slip_of(one.core, other.core), _short_of(one, other))
    return max(guesses, key=lambda verdict: verdict.score)


def _are_apart(one: Identity, other: Identity) -> bool:
    """Return whether the places in their names tell them apart: 苏州长虹 is not 上海长虹."""
    pairs = [(mine, theirs) for mine in one.places for theirs in other.places]
    return bool(pairs) and not any(are_one_place(*pair) for pair in pairs)


def _provinces(identity: Identity) -> set[str]:
    """Return where a customer is by its own word, else by its names."""
    said = province_of(identity.province)
    return {said} if said else {PROVINCE_OF[place] for place in identity.places} - {"中国"}


def _answer_one_phone(one: Identity, other: Identity) -> bool:
    return one.number != "" and one.number == other.number


def _supports(one: Identity, other: Identity) -> Iterator[tuple[int, str]]:
    """Yield what else speaks for it or against it."""
    if _answer_one_phone(one, other):
        yield 15, Likeness.PHONE
    here, there = _provinces(one), _provinces(other)
    if here and there and here.isdisjoint(there):
        yield -26, Likeness.ELSEWHERE
    elif here == there and one.province and other.province:
        yield 4, Likeness.PROVINCE


def compare(one: Identity, other: Identity) -> Verdict:
    """Return how likely two customers are one company."""
    if one.code and other.code:
        return Verdict(100, (Likeness.CODE,)) if one.code == other.code else NOTHING
    pairs = ((mine, theirs) for mine in one.read for theirs in other.read)
    names = max((_names_alike(*pair) for pair in pairs), key=lambda verdict: verdict.score, default=NOTHING)
    if not names.score or _are_apart(one, other):
        return ONE_PHONE if _answer_one_phone(one, other) else NOTHING
    supports = list(_supports(one, other))
    score = names.score + sum(weight for weight, _reason in supports)
    return Verdict(max(0, min(99, score)), (*names.reasons, *(reason for _weight, reason in supports)))
