"""A whole address as somebody pastes it, taken apart: place, street, postcode, telephone, name.

“浙江省杭州市西湖区文三路 478 号华星时代广场 A 座 1203 室 张经理 138…” is cut into pieces whose texts joined together
are the text again, so that nothing is ever lost; what nobody understands stays in the street. Levels may be missing
or written short (杭州西湖区); where several places fit (朝阳区) all of them are returned for a person to choose from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from crm.places.divisions import MUNICIPALITIES, Divisions, Place
from crm.traditional import FOLDED

PLACE, STREET, POSTCODE, PHONE, NAME, GAP = "place", "street", "postcode", "phone", "name", "gap"

_PHONE = re.compile(
    r"(?<![\dA-Za-z])(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}"
    r"|(?:\+?86[- ]?)?\(?0\d{2,3}\)?[- ]?\d{7,8}(?:[-转]\d{1,5})?|[48]00[- ]?\d{3}[- ]?\d{4})(?!\d)",
    re.ASCII,
)
_POSTCODE = re.compile(r"(?<![\w.#-])\d{6}(?![\w.#-]|\s*[号室弄栋幢楼座])", re.ASCII)
_WHO = "收货人|收件人|联系人|姓名"
_LABELS = rf"(?:(?:详细|收货|公司|单位)?地址|所在地区|{_WHO}|联系电话|电话|手机号码|手机号|手机|邮政编码|邮编)"
# With a colon, or standing alone between blanks.
_LABEL = re.compile(rf"{_LABELS}\s*[:：]\s*|(?<![^\s,，;；。]){_LABELS}(?=\s|$)|邮编(?=\d)")
_MARKS = " \t\r\n\u3000,，;；。、|"
_BETWEEN = re.compile(f"[{re.escape(_MARKS)}]+")
_TITLE = (
    "先生|女士|小姐|太太|总经理|经理|总监|总裁|主任|主管|部长|科长|处长|局长|院长|厂长|店长|校长|所长|董事长|会计|老师|医生"
    "|师傅|工程师|助理|秘书|采购|老板|总|工"
)
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|皇甫|尉迟|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋"
    "杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤"
    "向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛"
    "曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤穆司卓古吉缪简车项连麦褚窦戚岑景党宫费卜冷席卫米柏宗瞿全佟臧闵苟边卞"
    "姬师仇栾隋刁沙荣巫桑郎甄丛虞敖池查苑郭])"
)
_TITLED = re.compile(
    rf"(?:^|(?<=[室号楼层座厦幢栋]))(?P<name>{_SURNAME}[一-龥]{{0,2}}?(?:{_TITLE})(?:[（(]?收[）)]?)?)$"
)
_PERSON = re.compile(rf"{_SURNAME}[一-龥]{{1,2}}(?:[（(]?收[）)]?)?")
_BUILT = re.compile(r"[省市区县镇乡村路街道巷弄号栋幢座室楼层厦园场厂城里苑庭院校店司站港湾桥门]$")
# A short name before one of these is that of a road or a house: 南京东路, 北京大厦.
_ROAD = re.compile(r"[东南西北中]?[一二三四五六七八九十]?(?:路|街|大道|大厦|广场|大学|银行|酒店|宾馆|湾|桥)")
_COUNTRY = re.compile(r"(?:中华人民共和国|中国)?")
# What the census puts between a municipality and its districts.
_FILLING = re.compile(rf"(?:市辖区)?[{re.escape(_MARKS)}/]*")


@dataclass(frozen=True)
class Piece:
    """A stretch of what was pasted, and what it was understood as."""

    kind: str
    text: str


@dataclass(frozen=True)
class Parsed:
    """What an address says; `places` holds one place, several to choose from, or none."""

    pieces: tuple[Piece, ...] = ()
    places: tuple[Place, ...] = ()

    def _all(self, *kinds: str) -> list[str]:
        """Return the texts understood as one of these, what stands side by side in one."""
        runs = groupby(self.pieces, key=lambda piece: piece.kind in kinds)
        texts = ["".join(piece.text for piece in run) for is_wanted, run in runs if is_wanted]
        return [text.strip(_MARKS) for text in texts if text.strip(_MARKS)]

    @property
    def place(self) -> Place | None:
        """Return the place, where only one fits."""
        return self.places[0] if len(self.places) == 1 else None

    @property
    def street(self) -> str:
        """Return what stays of the address below the place; where the place is not clear, with it as written."""
        return " ".join(self._all(STREET) if self.place else self._all(PLACE, STREET))

    @property
    def postcode(self) -> str:
        """Return the postcode, or ""."""
        return next(iter(self._all(POSTCODE)), "")

    @property
    def phones(self) -> list[str]:
        """Return the telephone numbers, as written."""
        return self._all(PHONE)

    @property
    def name(self) -> str:
        """Return who is to be asked for there, or ""."""
        return next((re.sub(r"[（(]?收[）)]?$", "", name) for name in self._all(NAME)), "")


def parse(text: str, divisions: Divisions) -> Parsed:
    """Take a pasted address apart; the texts of the pieces joined are `text`."""
    pieces = [Piece(STREET, text)]
    for wanted, kind in ((_PHONE, PHONE), (_LABEL, GAP), (_POSTCODE, POSTCODE), (_BETWEEN, GAP)):
        pieces = [part for piece in pieces for part in _cut(piece, wanted, kind)]
    pieces = _joined(_with_name(pieces))
    pieces, places = _with_place(pieces, divisions)
    return Parsed(tuple(piece for piece in pieces if piece.text), places)


def _cut(piece: Piece, wanted: re.Pattern[str], kind: str) -> Iterator[Piece]:
    """Yield a piece with every match of a pattern cut out of it, if it is still street."""
    at = 0
    for match in wanted.finditer(piece.text) if piece.kind == STREET else ():
        if match.start() > at:
            yield Piece(STREET, piece.text[at : match.start()])
        yield Piece(kind, match[0])
        at = match.end()
    if at < len(piece.text):
        yield Piece(piece.kind, piece.text[at:])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with what marks only separate in the street put together again."""
    found: list[Piece] = []
    for piece in pieces:
        found.append(piece)
        if [each.kind for each in found[-3:]] == [STREET, GAP, STREET] and not found[-2].text.strip(_MARKS):
            found[-3:] = [Piece(STREET, "".join(each.text for each in found[-3:]))]
    return found


def _with_name(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with the one that is a person's name marked: after a label, with a title, or beside a number."""
    at = next((number for number in range(len(pieces)) if _is_labelled(pieces, number)), None)
    if at is not None:
        return [*pieces[:at], Piece(NAME, pieces[at].text), *pieces[at + 1 :]]
    has_phone = any(piece.kind == PHONE for piece in pieces)
    for number, piece in reversed(list(enumerate(pieces))):
        titled = _TITLED.search(piece.text) if piece.kind == STREET else None
        if titled and (has_phone or not titled["name"].endswith(("总", "工"))):
            parts = [Piece(STREET, piece.text[: titled.start("name")]), Piece(NAME, titled["name"])]
            return [*pieces[:number], *(part for part in parts if part.text), *pieces[number + 1 :]]
    at = next((number for number in range(len(pieces)) if _stands_by_phone(pieces, number)), None)
    return pieces if at is None else [*pieces[:at], Piece(NAME, pieces[at].text), *pieces[at + 1 :]]


def _is_labelled(pieces: list[Piece], number: int) -> bool:
    """Return whether a piece follows a label that asks for a person."""
    return (
        number > 0
        and pieces[number].kind == STREET
        and pieces[number - 1].kind == GAP
        and bool(re.match(_WHO, pieces[number - 1].text))
    )


def _stands_by_phone(pieces: list[Piece], number: int) -> bool:
    """Return whether a piece reads like a name and only marks lie between it and a telephone number."""
    text = pieces[number].text
    if pieces[number].kind != STREET or not _PERSON.fullmatch(text) or _BUILT.search(text):
        return False
    before = next((piece for piece in reversed(pieces[:number]) if piece.kind != GAP), None)
    after = next((piece for piece in pieces[number + 1 :] if piece.kind != GAP), None)
    return PHONE in (before and before.kind, after and after.kind)


def _with_place(pieces: list[Piece], divisions: Divisions) -> tuple[list[Piece], tuple[Place, ...]]:
    """Return pieces with the place cut out, and which places it can be."""
    best, places = (0, 0, 0, 0), tuple[Place, ...]()
    for number, piece in enumerate(pieces):
        if piece.kind != STREET:
            continue
        text = piece.text.translate(FOLDED)
        for begin in [0, *(match.end() for match in _BETWEEN.finditer(text))]:
            start = _past(_COUNTRY, text, begin)
            end, found = _longest(text, start, divisions)
            if end - start > best[0]:
                best, places = (end - start, number, start, end), found
    if not places:
        return pieces, ()
    _length, number, start, end = best
    text = pieces[number].text
    parts = [Piece(STREET, text[:start]), Piece(PLACE, text[start:end]), Piece(STREET, text[end:])]
    if re.fullmatch(rf"[{re.escape(_MARKS)}]*(?:中华人民共和国|中国|中國)?", text[:start]):
        parts[0] = Piece(GAP, text[:start])
    return [*pieces[:number], *parts, *pieces[number + 1 :]], places


def _past(skipped: re.Pattern[str], text: str, at: int) -> int:
    """Return where a text goes on behind what is skipped."""
    found = skipped.match(text, at)
    return found.end() if found else at


def _longest(text: str, start: int, divisions: Divisions) -> tuple[int, tuple[Place, ...]]:
    """Return how far the names of places reach from `start`, and the places they can mean."""
    readings = list(_readings(text, start, None, divisions))
    if not readings:
        return start, ()
    end = max(reading[0] for reading in readings)
    found = {_as_city(place, divisions) for reached, place in readings if reached == end}
    level = min(place.level for place in found)
    return end, tuple(sorted(place for place in found if place.level == level))


def _as_city(place: Place, divisions: Divisions) -> Place:
    """Return the city where a municipality is named: 北京市 is both."""
    return divisions.by_code[f"{place.code}01"] if place.code in MUNICIPALITIES else place


def _readings(text: str, at: int, above: Place | None, divisions: Divisions) -> Iterator[tuple[int, Place]]:
    """Yield every way to read names of places from `at` on, each below the one before: where it ends, what it means."""
    for level in range(above.level + 1 if above else 0, len(divisions.by_name)):
        for length in range(divisions.longest_name, 1, -1):
            name = text[at : at + length]
            for place in divisions.by_name[level].get(name, ()) if len(name) == length else ():
                if (above is None or _is_in(place, above)) and _may_mean(place, text, at + length, name):
                    yield at + length, place
                    yield from _readings(text, _past(_FILLING, text, at + length), place, divisions)


def _is_in(place: Place, above: Place) -> bool:
    return place.parts[: above.level + 1] == above.parts[: above.level + 1]


def _may_mean(place: Place, text: str, end: int, name: str) -> bool:
    """Return whether a name means the place: a short one may be part of a longer word."""
    if name == place.name.translate(FOLDED):
        return True
    if place.level == 2 and not place.name.endswith("市"):
        return end == len(text) or text[end] in _MARKS
    return not _ROAD.match(text, end)
