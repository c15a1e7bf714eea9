"""A company's name in its parts: place, mark, trade, form, branch (苏州 · 长虹 · 精密科技 · 有限公司 · 无锡分公司)."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from stdnum.cn import uscc

from accounts.matching.places import leading_place
from crm.pinyin import full_pinyin
from crm.searchtext import fold

# The shortest text that says anything by itself.
TELLING: Final = 2

_FORMS: Final = re.compile(
    r"(股份|集团|控股)*(有限责任公司|有限公司|股份公司|公司)$|(股份|集团|控股)+$"
    r"|[\s,.]*\b(co|company|corp|corporation|inc|ltd|limited|llc|gmbh|ag|plc|sa)\b[\s,.]*$"
)
_BRACKETS: Final = re.compile(r"[()（）【】\[\]〔〕]")
_BRACKETED: Final = re.compile(r"[(（【\[〔]([^()（）【】\[\]〔〕]*)[)）】\]〕]")
_MARKS: Final = re.compile(r"[^\w]+|_")
_SUFFIX: Final = re.compile("^(特别行政区|自治区|省|市)")
_BRANCH: Final = re.compile(
    r"(?:(公司|集团|银行|厂|院)(?P<of>.{0,14}?))?(?P<kind>分公司|分行|支行|分厂|分院|分店|办事处|营业部|代表处|项目部|联络处)$"
)
# What firms do; stands behind the mark. Two firms of one mark and different trades are two firms.
_TRADES: Final = re.compile(
    "(科技|高科|技术|信息|电子|微电子|半导体|集成电路|电路|光电|通信|通讯|网络|软件|数据|数字|数码|智能|控制|自动化|系统|"
    "材料|新材料|新材|复合|高分子|化学|化工|塑料|橡胶|塑胶|涂料|合金|金属|钢铁|特钢|铝业|铜业|锌业|矿业|煤业|煤炭|黄金|稀土|玻璃|水泥|建材|陶瓷|"
    "药业|医药|制药|生物|医疗|器械|健康|诊断|基因|疫苗|机械|精密|精工|精机|重工|装备|设备|仪器|仪表|机床|液压|轴承|阀门|泵业|模具|"
    "部件|零部件|配件|元件|汽车|轮胎|船舶|航空|航天|轨道|交通|高速|公路|港口|机场|铁路|物流|航运|供应链|快递|"
    "电气|电器|电力|电机|电缆|电源|电池|动力|能源|新能源|热电|燃气|天然气|石油|石化|光伏|风电|核电|水电|水务|环保|环境|生态|节能|"
    "食品|乳业|酒业|饮料|粮油|农业|种业|牧业|渔业|林业|饲料|茶业|纺织|服饰|服装|鞋业|家居|家具|用品|纸业|包装|印刷|珠宝|玩具|文具|日化|"
    "银行|农村商业|商业|证券|保险|信托|期货|基金|租赁|融资|资本|投资|金融|资产|地产|房地产|置业|物业|酒店|旅游|餐饮|百货|超市|连锁|"
    "零售|贸易|国际|进出口|实业|工业|产业|工贸|企业|发展|开发|建设|建筑|工程|设计|装饰|园林|市政|管理|运营|咨询|服务|"
    "传媒|文化|出版|影视|广告|教育|体育|检测|认证|安全|股份|集团|控股|制造|制品|研究院|人工|工艺|设施)$"
)
_MOBILE_OR_LINE: Final = 7


@dataclass(frozen=True)
class CompanyName:
    """A name taken apart.

    `core` is all but place, form and branch; `mark` is what is left of it without the trade. A full name ends like the
    licence: …公司.
    """

    whole: str
    place: str
    core: str
    mark: str
    branch: str
    is_full: bool

    @property
    def stem(self) -> str:
        """Return place and core: the name without its legal form."""
        return self.place + self.core

    @property
    def trade(self) -> str:
        """Return what the firm does, as far as its name says so."""
        return self.core[len(self.mark) :]

    @property
    def is_marked(self) -> bool:
        """Return whether the mark is a word of its own, not again a trade (the 电气 of 上海电气)."""
        return len(self.mark) >= TELLING and _TRADES.fullmatch(self.mark) is None

    @cached_property
    def sound(self) -> str:
        """Return how the core is read."""
        return full_pinyin(self.core)

    @cached_property
    def whole_sound(self) -> str:
        """Return how place and core are read."""
        return full_pinyin(self.stem)


def _without_marks(text: str) -> str:
    return _MARKS.sub("", text)


def _without_form(text: str) -> str:
    """Return a name without its legal form, brackets and marks; one that is nothing else stays."""
    rest = text.strip()
    while (shorter := _FORMS.sub("", rest).strip()) != rest and shorter:
        rest = shorter
    return rest


def heart_of(name: str) -> str:
    """Return what is left of a company's name without its legal form, blanks and brackets, in one spelling."""
    return _without_form(_without_marks(_without_form(_BRACKETS.sub("", fold(name)))))


def _take_place(text: str) -> tuple[str, str]:
    """Return the narrowest place a name begins with, and the rest; a name that is only a place keeps it."""
    place, rest = "", text
    while found := leading_place(rest):
        after = _SUFFIX.sub("", rest[len(found) :])
        if len(after) < TELLING:
            break
        place, rest = found, after
    return place, rest


def _mark_of(core: str) -> str:
    mark = core
    while (shorter := _TRADES.sub("", mark)) != mark and len(shorter) >= TELLING:
        mark = shorter
    return mark


def _is_place(text: str) -> bool:
    place = leading_place(text)
    return place != "" and _SUFFIX.sub("", text[len(place) :]) == ""


@lru_cache(maxsize=60_000)
def read_name(name: str) -> CompanyName:
    """Take a name apart. A place in brackets counts as one in front: 长虹（苏州）有限公司 is 苏州长虹有限公司."""
    folded = fold(name)
    bracketed = [part for part in map(_without_marks, _BRACKETED.findall(folded)) if _is_place(part)]
    plain = _BRACKETED.sub(lambda part: "" if _is_place(_without_marks(part[1])) else part[1], folded)
    plain = _BRACKETS.sub("", plain)
    found = _BRANCH.search(plain.strip())
    branch = (found["of"] or "") + found["kind"] if found else ""
    full = plain[: len(plain) - len(branch)]
    stem = _without_form(_without_marks(_without_form(full)))
    place, core = _take_place(stem)
    if not place and bracketed:
        place = leading_place(bracketed[0])
    is_full = _without_marks(full).endswith("公司")
    return CompanyName(_without_marks(folded), place, core, _mark_of(core), branch, is_full)


def phone_key(phone: str) -> str:
    """Return a telephone number as it is compared: its last digits without country code and extension; "" for none."""
    digits = re.sub(r"\D", "", re.split(r"(?i)ext|转|#|x", fold(phone))[0])
    if len(digits) < _MOBILE_OR_LINE:
        return ""
    return re.sub("^(00)?86", "", digits).lstrip("0")


def code_key(code: str) -> str:
    """Return a unified social credit code as it is compared; "" for one that is not valid."""
    if not code:
        return ""
    plain = uscc.compact(fold(code).upper())
    return plain if uscc.is_valid(plain) else ""
