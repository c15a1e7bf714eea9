"""Whether two people at two customers are one person: the same name, and nothing that speaks against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.matching.normalising import phone_key
from crm.searchtext import fold


@dataclass(frozen=True)
class PersonIdentity:
    """What says who somebody is."""

    key: int
    name: str
    mobile: str = ""
    wechat: str = ""
    email: str = ""

    @property
    def numbers(self) -> tuple[str, str, str]:
        """Return what belongs to one person only."""
        return phone_key(self.mobile), self.wechat.strip().casefold(), self.email.strip().casefold()


@dataclass(frozen=True)
class SamePerson:
    """Two that may be one person; `is_certain` where a number of theirs says so too."""

    one: int
    other: int
    is_certain: bool


def _name(person: PersonIdentity) -> str:
    return "".join(fold(person.name).split())


def _same(one: PersonIdentity, other: PersonIdentity) -> SamePerson | None:
    shared = [mine == theirs for mine, theirs in zip(one.numbers, other.numbers, strict=True) if mine and theirs]
    if _name(one) != _name(other) or not _name(one):
        return None
    return SamePerson(one.key, other.key, any(shared) or not shared)


def same_people(ours: Sequence[PersonIdentity], theirs: Iterable[PersonIdentity]) -> list[SamePerson]:
    """Return who of `theirs` is one of `ours`, each once, the certain ones first."""
    pairs = [found for other in theirs for one in ours if (found := _same(one, other))]
    chosen: list[SamePerson] = []
    for pair in sorted(pairs, key=lambda each: (not each.is_certain, each.one, each.other)):
        if all(pair.one != each.one and pair.other != each.other for each in chosen):
            chosen.append(pair)
    return chosen
