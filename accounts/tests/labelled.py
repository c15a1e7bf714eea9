"""Customers with known duplicates, made from real company names by disturbing them as people do.

The names lie outside the project; here is only how a second filing of the same company differs from the first, and
which companies look alike and are not the same. The same seed always makes the same set. One half of the companies is
for tuning the matcher, the other only tells how good it is.

A branch (…苏州分公司) is no duplicate of its company: it has an address, people and purchases of its own. Neither is a
company of the same group in another business, nor one of the same name in another city.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from pypinyin import lazy_pinyin

from crm.traditional import FOLDED

Pair = tuple[int, int]
TUNING, UNSEEN = "tuning", "unseen"
SEEDS = {TUNING: 20_261, UNSEEN: 77_003}
SPLIT_SEED = 411

FORM = re.compile(r"([(（]?集团[)）]?|控股)*(股份有限公司|有限责任公司|有限公司|公司)$")
PLACE = re.compile(
    r"^(北京|上海|天津|重庆|浙江|江苏|广东|山东|安徽|四川|福建|湖北|湖南|河南|江西|辽宁|河北|陕西|新疆|吉林|广西|山西|云南|黑龙江"
    r"|甘肃|贵州|内蒙古|海南|西藏|宁夏|青海|深圳|杭州|苏州|无锡|南京|广州|宁波|常州|武汉|成都|长沙|青岛|济南|合肥|厦门|福州|西安"
    r"|郑州|大连|东莞|珠海|佛山|南通|绍兴|嘉兴|台州|温州|烟台|潍坊|惠州|中山|昆山|江阴)(省|市)?"
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "（集团）股份有限公司", "控股有限公司")
CITIES = (
    "北京",
    "上海",
    "重庆",
    "天津",
    "深圳",
    "杭州",
    "苏州",
    "成都",
    "武汉",
    "西安",
    "青岛",
    "厦门",
    "长沙",
    "郑州",
)
BUSINESSES = (
    "国际贸易",
    "物流",
    "房地产开发",
    "物业管理",
    "投资管理",
    "小额贷款",
    "餐饮管理",
    "酒店管理",
    "职业培训",
    "融资租赁",
)
BRANCHES = ("{city}分公司", "{city}办事处", "{city}第二分公司")
TELLING = {"东": "西", "南": "北", "一": "二", "第一": "第二", "海": "河", "新": "老", "中": "大"}
SHORT_MARKS = re.compile(r"^\*?(ST|XD|XR|DR|N|C)(?=[\u4e00-\u9fff])|-(U|W|UW|D)$|[ＡＢAB]$")


class Company(NamedTuple):
    """A real company."""

    name: str
    short: str
    region: str


@dataclass(frozen=True)
class Filed:
    """A customer as somebody typed it."""

    name: str
    short_name: str = ""
    phone: str = ""
    province: str = ""
    credit_code: str = ""


@dataclass
class Labelled:
    """Filed customers, and of pairs of them how the second was disturbed, or why it only looks alike."""

    filed: list[Filed] = field(default_factory=list)
    same: dict[Pair, str] = field(default_factory=dict)
    traps: dict[Pair, str] = field(default_factory=dict)

    def add(self, filed: Filed) -> int:
        """File one more and return its number."""
        self.filed.append(filed)
        return len(self.filed) - 1


@dataclass(frozen=True)
class Typist:
    """What a disturbance may draw from: chance, and characters that sound the same."""

    chance: Random
    homophones: dict[str, list[str]]


def read_companies(folder: Path) -> list[Company]:
    """Return the real companies, in the order of the file."""
    with (folder / "ashare_full" / "stock_basic.csv").open(encoding="utf-8-sig", newline="") as file:
        return [Company(row["公司全称"], row["股票名称"], row["地区"]) for row in csv.DictReader(file)]


def half(companies: Sequence[Company], which: str) -> list[Company]:
    """Return one half of the companies; no company is in both."""
    mixed = list(companies)
    Random(SPLIT_SEED).shuffle(mixed)  # noqa: S311 -- chance, not secrets
    middle = len(mixed) // 2
    return mixed[:middle] if which == TUNING else mixed[middle:]


# --- the same company, typed otherwise --------------------------------------------------------------------------------
def _stem(name: str) -> tuple[str, str]:
    """Return a name without its legal form, and the form."""
    found = FORM.search(name)
    return (name[: found.start()], found[0]) if found and found.start() > 1 else (name, "")


def drop_form(name: str, company: Company, by: Typist) -> str:
    """海光信息技术股份有限公司 → 海光信息技术."""
    return _stem(name)[0]


def change_form(name: str, company: Company, by: Typist) -> str:
    """…股份有限公司 → …有限责任公司."""
    stem, form = _stem(name)
    return stem + by.chance.choice([other for other in FORMS if other != form])


def change_place(name: str, company: Company, by: Typist) -> str:
    """Drop the place in front, or put the region there where there is none."""
    found = PLACE.match(name)
    stem = name[found.end() :] if found else ""
    if found and len(_stem(stem)[0]) >= 4:
        return stem
    suffix = by.chance.choice(["", "市" if company.region in CITIES else "省"])
    return name if found or name.startswith("中国") else company.region + suffix + name


def bracket(name: str, company: Company, by: Typist) -> str:
    """Leave brackets out, or put the place into them: 长虹（苏州）有限公司."""
    if re.search("[()（）]", name):
        return (
            name.translate(str.maketrans("()（）", "（）()"))
            if by.chance.random() < 0.5
            else re.sub("[()（）]", "", name)
        )
    found, (stem, form) = PLACE.match(name), _stem(name)
    return f"{stem[found.end() :]}（{found[1]}）{form}" if found and len(stem) - found.end() >= 4 and form else name


def traditional(name: str, company: Company, by: Typist) -> str:
    """Type it in traditional characters."""
    return "".join(_TRADITIONAL.get(character, character) for character in name)


def widen(name: str, company: Company, by: Typist) -> str:
    """Type letters, digits and brackets in full width."""
    return name.translate(_WIDE)


def sound_alike(name: str, company: Company, by: Typist) -> str:
    """Choose the wrong character of the same sound from the input method's list."""
    stem, form = _stem(name)
    places = [at for at, each in enumerate(stem) if by.homophones.get(each)]
    if len(stem) < 4 or not places:
        return name
    at = by.chance.choice(places)
    return stem[:at] + by.chance.choice(by.homophones[stem[at]]) + stem[at + 1 :] + form


def miss_one(name: str, company: Company, by: Typist) -> str:
    """Leave one character out."""
    stem, form = _stem(name)
    at = by.chance.randrange(len(stem))
    return stem[:at] + stem[at + 1 :] + form if len(stem) >= 5 else name


def space_out(name: str, company: Company, by: Typist) -> str:
    """Put a blank or a mark somewhere, as copying from a page or a business card does."""
    at = by.chance.randrange(1, len(name))
    return name[:at] + by.chance.choice([" ", "　", "·", "-", "\u200b", "，"]) + name[at:]


def shorten(name: str, company: Company, by: Typist) -> str:
    """Type what everybody calls it."""
    return SHORT_MARKS.sub("", company.short)


Disturbance = Callable[[str, Company, Typist], str]
DISTURBANCES: dict[Disturbance, int] = {
    drop_form: 6, change_form: 5, change_place: 5, bracket: 3, traditional: 3, widen: 3, sound_alike: 4, miss_one: 3,
    space_out: 3, shorten: 5,
}  # fmt: skip


# --- other companies that look alike ----------------------------------------------------------------------------------
def branch(company: Company, by: Typist) -> str:
    """Return a branch of it."""
    return company.name + by.chance.choice(BRANCHES).format(city=by.chance.choice(CITIES))


def sister(company: Company, by: Typist) -> str:
    """Return a company of the same group in another business: 长虹 → 长虹物业管理有限公司."""
    found = PLACE.match(company.name)
    group = (found[1] if found else "") + SHORT_MARKS.sub("", company.short)[:2]
    return group + by.chance.choice(BUSINESSES) + "有限公司"


def elsewhere(company: Company, by: Typist) -> str:
    """Return a company of the same name in another city."""
    found = PLACE.match(company.name)
    here = found[1] if found else ""
    city = by.chance.choice([city for city in CITIES if city not in (here, company.region)])
    return city + company.name[found.end() :] if found else ""


def told_apart(company: Company, by: Typist) -> str:
    """Return one told apart by a single character that means something: 华东 → 华西, 第一 → 第二."""
    stem, form = _stem(company.name)
    for one, other in TELLING.items():
        if one in stem:
            return stem.replace(one, other, 1) + form
        if other in stem:
            return stem.replace(other, one, 1) + form
    return ""


Trap = Callable[[Company, Typist], str]
TRAPS: tuple[Trap, ...] = (branch, sister, elsewhere, told_apart)


# --- the set ----------------------------------------------------------------------------------------------------------
def _reversed_folding() -> dict[str, str]:
    """Return simplified → traditional; of several the one everybody writes, which stands on the first level of Big5."""
    table: dict[str, str] = {}
    for code, folded in sorted(FOLDED.items(), key=lambda each: chr(each[0]).encode("big5", "ignore") or b"\xff"):
        table.setdefault(chr(folded) if isinstance(folded, int) else str(folded), chr(code))
    return table


_TRADITIONAL = _reversed_folding() | {"苏": "蘇", "发": "發", "台": "臺"}
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


def _homophones(companies: Iterable[Company]) -> dict[str, list[str]]:
    """Return which characters of all the names sound the same."""
    sounds: dict[str, set[str]] = defaultdict(set)
    for company in companies:
        for character in company.name:
            if "\u4e00" <= character <= "\u9fff":
                sounds[lazy_pinyin(character)[0]].add(character)
    return {one: sorted(alike - {one}) for alike in sounds.values() for one in alike if len(alike) > 1}


def _phone(chance: Random) -> str:
    return f"0{chance.randrange(10, 900)}-{chance.randrange(10**7, 10**8)}"


def _phone_again(phone: str, chance: Random) -> str:
    """Return the same number as another person types it."""
    area, number = phone.split("-")
    ways = [phone, area + number, f"+86 {area[1:]} {number}", f"{area} {number}", f"({area}){number}"]
    ways.append(phone.translate(_WIDE))
    return chance.choice(ways)


def _code(chance: Random) -> str:
    """Return a unified social credit code with its check digit (GB 32100-2015)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{chance.randrange(110_000, 660_000)}{''.join(chance.choice(alphabet) for _ in range(9))}"
    return body + alphabet[-sum(alphabet.index(each) * 3**at for at, each in enumerate(body)) % 31]


def _original(company: Company, by: Typist) -> Filed:
    return Filed(
        company.name,
        short_name=SHORT_MARKS.sub("", company.short) if by.chance.random() < 0.6 else "",
        phone=_phone(by.chance) if by.chance.random() < 0.7 else "",
        province=company.region if by.chance.random() < 0.8 else "",
        credit_code=_code(by.chance) if by.chance.random() < 0.4 else "",
    )


def _disturbed(company: Company, original: Filed, by: Typist) -> tuple[Filed, str]:
    """Return a second filing of a company, and by what it differs."""
    chance = by.chance
    wanted = chance.choices((1, 2, 3), (65, 30, 5))[0]
    chosen = dict.fromkeys(chance.choices(list(DISTURBANCES), list(DISTURBANCES.values()), k=wanted))
    name, how = company.name, []
    for disturb in sorted(chosen, key=lambda each: each is not shorten):
        changed = disturb(name, company, by)
        if changed != name and len(changed) > 1:
            name, how = changed, [*how, disturb.__name__]
    filed = Filed(
        name,
        phone=_phone_again(original.phone, chance) if original.phone and chance.random() < 0.35 else "",
        province=original.province if chance.random() < 0.6 else "",
        credit_code=original.credit_code if chance.random() < 0.25 else "",
    )
    if not filed.phone and chance.random() < 0.3:
        filed = replace(filed, phone=_phone(chance))  # another telephone of the same company
    return filed, "+".join(how) or "unchanged"


def _trapped(company: Company, original: Filed, by: Typist) -> tuple[Filed, str] | None:
    """Return a company that looks like this one; one of the same group often answers the same telephone."""
    trap = by.chance.choice(TRAPS)
    name = trap(company, by)
    if not name or name == company.name:
        return None
    of_group = trap in (branch, sister)
    phone = original.phone if of_group and by.chance.random() < 0.4 else _phone(by.chance)
    region = original.province if of_group or trap is told_apart else ""
    return Filed(name, phone=phone, province=region), trap.__name__


def labelled(companies: Sequence[Company], seed: int) -> Labelled:
    """Return the companies as filed, with about 60 disturbed copies and 30 traps a hundred."""
    by = Typist(Random(seed), _homophones(companies))  # noqa: S311 -- chance, not secrets
    known, names = Labelled(), {company.name for company in companies}
    for company in companies:
        original = _original(company, by)
        number, copies = known.add(original), []
        for _copy in range(by.chance.choices((0, 1, 2), (50, 40, 10))[0]):
            filed, how = _disturbed(company, original, by)
            copy = known.add(filed)
            known.same |= {(other, copy): how for other in (number, *copies)}
            copies.append(copy)
        trap = _trapped(company, original, by) if by.chance.random() < 0.35 else None
        if trap and trap[0].name not in names:
            at = known.add(trap[0])
            known.traps |= {(other, at): trap[1] for other in (number, *copies)}
    return known
