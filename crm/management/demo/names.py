"""Parts that names are composed of, each with its reading, so that no pinyin has to be worked out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

# Two neighbouring places are the territory of one rep, eight the region of one team.
PLACES = (
    ("苏州", "su zhou", "江苏", "0512"), ("昆山", "kun shan", "江苏", "0512"), ("无锡", "wu xi", "江苏", "0510"),
    ("常州", "chang zhou", "江苏", "0519"), ("上海", "shang hai", "上海", "021"), ("南通", "nan tong", "江苏", "0513"),
    ("杭州", "hang zhou", "浙江", "0571"), ("嘉兴", "jia xing", "浙江", "0573"), ("宁波", "ning bo", "浙江", "0574"),
    ("台州", "tai zhou", "浙江", "0576"), ("合肥", "he fei", "安徽", "0551"), ("芜湖", "wu hu", "安徽", "0553"),
    ("青岛", "qing dao", "山东", "0532"), ("烟台", "yan tai", "山东", "0535"), ("福州", "fu zhou", "福建", "0591"),
    ("厦门", "xia men", "福建", "0592"), ("武汉", "wu han", "湖北", "027"), ("襄阳", "xiang yang", "湖北", "0710"),
    ("长沙", "chang sha", "湖南", "0731"), ("株洲", "zhu zhou", "湖南", "0731"), ("重庆", "chong qing", "重庆", "023"),
    ("成都", "cheng du", "四川", "028"), ("绵阳", "mian yang", "四川", "0816"), ("西安", "xi an", "陕西", "029"),
)  # fmt: skip
FIRST = (
    ("辰", "chen"), ("恒", "heng"), ("瑞", "rui"), ("启", "qi"), ("凌", "ling"), ("拓", "tuo"), ("泽", "ze"), ("远", "yuan"),
    ("嘉", "jia"), ("景", "jing"), ("朗", "lang"), ("卓", "zhuo"), ("智", "zhi"), ("沃", "wo"), ("鼎", "ding"), ("科", "ke"),
    ("川", "chuan"), ("禾", "he"), ("睿", "rui"), ("骏", "jun"), ("天", "tian"), ("海", "hai"), ("新", "xin"), ("华", "hua"),
    ("振", "zhen"), ("宏", "hong"), ("利", "li"), ("星", "xing"), ("铭", "ming"), ("安", "an"), ("博", "bo"), ("德", "de"),
)  # fmt: skip
SECOND = (
    ("驰", "chi"), ("昇", "sheng"), ("诚", "cheng"), ("达", "da"), ("越", "yue"), ("翔", "xiang"), ("通", "tong"), ("锐", "rui"),
    ("菱", "ling"), ("泰", "tai"), ("和", "he"), ("源", "yuan"), ("盛", "sheng"), ("腾", "teng"), ("峻", "jun"), ("凯", "kai"),
    ("信", "xin"), ("力", "li"), ("丰", "feng"), ("创", "chuang"), ("联", "lian"), ("展", "zhan"), ("航", "hang"), ("维", "wei"),
    ("宇", "yu"), ("特", "te"), ("佳", "jia"), ("益", "yi"), ("隆", "long"), ("欧", "ou"), ("峰", "feng"), ("林", "lin"),
)  # fmt: skip
TRADES = (
    ("精密机械", "jing mi ji xie", "机械加工"), ("汽车部件", "qi che bu jian", "汽车零部件"), ("电子科技", "dian zi ke ji", "电子制造"),
    ("新能源科技", "xin neng yuan ke ji", "新能源"), ("智能装备", "zhi neng zhuang bei", "专用设备"), ("模具", "mu ju", "机械加工"),
    ("医疗器械", "yi liao qi xie", "医疗器械"), ("新材料", "xin cai liao", "化工材料"), ("食品机械", "shi pin ji xie", "专用设备"),
    ("包装材料", "bao zhuang cai liao", "包装印刷"), ("轨道交通设备", "gui dao jiao tong she bei", "轨道交通"),
    ("纺织机械", "fang zhi ji xie", "专用设备"), ("半导体材料", "ban dao ti cai liao", "电子制造"), ("船舶配套", "chuan bo pei tao", "船舶海工"),
)  # fmt: skip
LONGER = {"半导体材料": "半导体", "新能源科技": "新能源"}  # cut to two characters they would say nothing
SURNAMES = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("黄", "huang"), ("赵", "zhao"),
    ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"), ("马", "ma"), ("朱", "zhu"), ("胡", "hu"), ("郭", "guo"),
    ("何", "he"), ("高", "gao"), ("林", "lin"), ("罗", "luo"), ("郑", "zheng"), ("梁", "liang"), ("谢", "xie"), ("宋", "song"),
    ("唐", "tang"), ("许", "xu"), ("韩", "han"), ("冯", "feng"), ("邓", "deng"), ("曹", "cao"), ("彭", "peng"), ("曾", "zeng"),
    ("欧阳", "ou yang"), ("上官", "shang guan"),
)  # fmt: skip
GIVEN = (
    ("建国", "jian guo"), ("志远", "zhi yuan"), ("敏", "min"), ("丽华", "li hua"), ("伟", "wei"), ("晓燕", "xiao yan"),
    ("俊", "jun"), ("海涛", "hai tao"), ("雪梅", "xue mei"), ("立新", "li xin"), ("文博", "wen bo"), ("佳怡", "jia yi"),
    ("国强", "guo qiang"), ("秀英", "xiu ying"), ("明", "ming"), ("思远", "si yuan"), ("婷", "ting"), ("磊", "lei"),
    ("宏伟", "hong wei"), ("春兰", "chun lan"), ("子涵", "zi han"), ("振华", "zhen hua"), ("玉兰", "yu lan"), ("凯", "kai"),
    ("家豪", "jia hao"), ("雨桐", "yu tong"), ("卫东", "wei dong"), ("静", "jing"), ("永强", "yong qiang"), ("慧", "hui"),
)  # fmt: skip
STREETS = ("长江路", "工业园区星湖街", "开发区创新大道", "滨江路", "高新区科技路", "人民东路", "港城大道", "新华路")


@dataclass(frozen=True)
class Company:
    """A composed company name; `place` is the number of its city in PLACES."""

    name: str
    short: str
    reading: str
    place: int
    brand: str
    brand_reading: str
    trade: int

    @property
    def called(self) -> str:
        """Return what a project of theirs begins with: the brand, in a group the name that tells its companies apart."""
        return self.short.removesuffix(trade_word(TRADES[self.trade][0]))

    @property
    def city(self) -> str:
        """Return the city."""
        return PLACES[self.place][0]

    @property
    def province(self) -> str:
        """Return the province."""
        return PLACES[self.place][2]

    @property
    def area_code(self) -> str:
        """Return the dialling code."""
        return PLACES[self.place][3]

    @property
    def industry(self) -> str:
        """Return the industry of its trade."""
        return TRADES[self.trade][2]


def trade_word(what: str) -> str:
    """Return the short form of a trade, for short names."""
    return LONGER.get(what, what[:2])


def _all_companies() -> Iterator[tuple[int, int, int, int]]:
    """Yield every combination once, neighbours far apart, so that any number of names looks mixed."""
    sizes = (len(PLACES), len(FIRST), len(SECOND), len(TRADES))
    total = sizes[0] * sizes[1] * sizes[2] * sizes[3]
    step = 104_729  # a prime that shares no factor with the sizes, so each combination comes exactly once
    for number in range(total):
        rest = number * step % total
        parts = []
        for size in sizes:
            parts.append(rest % size)
            rest //= size
        yield parts[0], parts[1], parts[2], parts[3]


def companies(count: int) -> Iterator[Company]:
    """Yield companies with different names; beyond 344,064 a branch number is added."""
    made = 0
    branch = 1
    while made < count:
        for place, first, second, trade in _all_companies():
            if made == count:
                return
            made += 1
            city, city_reading, _province, _code = PLACES[place]
            brand = FIRST[first][0] + SECOND[second][0]
            brand_reading = f"{FIRST[first][1]} {SECOND[second][1]}"
            what, what_reading, _industry = TRADES[trade]
            tail = "有限公司" if branch == 1 else f"第{branch}分公司"
            tail_reading = "you xian gong si" if branch == 1 else "fen gong si"
            yield Company(
                name=f"{city}{brand}{what}{tail}",
                short=f"{brand}{trade_word(what)}" if branch == 1 else f"{brand}{trade_word(what)}{branch}",
                reading=f"{city_reading} {brand_reading} {what_reading} {tail_reading}",
                place=place,
                brand=brand,
                brand_reading=brand_reading,
                trade=trade,
            )
        branch += 1


def as_head(company: Company) -> Company:
    """Return the company as the head of a group."""
    city, city_reading, _province, _code = PLACES[company.place]
    return replace(
        company,
        name=f"{city}{company.brand}集团有限公司",
        short=f"{company.brand}集团",
        reading=f"{city_reading} {company.brand_reading} ji tuan you xian gong si",
    )


def as_member(company: Company, head: Company) -> Company:
    """Return the company under the name of the group it belongs to; place and trade stay its own."""
    city, city_reading, _province, _code = PLACES[company.place]
    what, what_reading, _industry = TRADES[company.trade]
    return replace(
        company,
        name=f"{head.brand}{what}（{city}）有限公司",
        short=f"{head.brand}{trade_word(what)}（{city}）",
        reading=f"{head.brand_reading} {what_reading} {city_reading} you xian gong si",
        brand=head.brand,
        brand_reading=head.brand_reading,
    )


def person_name(random: Random) -> tuple[str, str]:
    """Return a person's name, family name first, and its reading."""
    surname, surname_reading = random.choice(SURNAMES)
    given, given_reading = random.choice(GIVEN)
    return surname + given, f"{surname_reading} {given_reading}"
