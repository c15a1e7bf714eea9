"""What the fictional firm sells, and what its customers mean to do with it."""

from dataclasses import dataclass

PRODUCTS = (
    ("HX-100 伺服驱动", "HX1", 8_600), ("HX-300 多轴控制", "HX3", 26_000), ("RW-6 焊接工作站", "RW", 480_000),
    ("VI-2 视觉检测", "VI", 168_000), ("WS 立体仓库", "WS", 1_250_000), ("SV 年度服务", "SV", 60_000),
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """A project: its name and reading, what is sold for it, and for how much (lowest and highest, in 万元)."""

    name: str
    reading: str
    series: str
    low: int
    high: int


CUSTOM = (
    Work("二期产线改造", "er qi chan xian gai zao", "HX3", 120, 380),
    Work("涂装线升级", "tu zhuang xian sheng ji", "HX3", 80, 260),
    Work("立体仓库", "li ti cang ku", "WS", 180, 620),
    Work("伺服系统更换", "si fu xi tong geng huan", "HX1", 18, 90),
    Work("机器人焊接工作站", "ji qi ren han jie gong zuo zhan", "RW", 60, 220),
    Work("视觉检测线", "shi jue jian ce xian", "VI", 26, 120),
    Work("装配线自动化", "zhuang pei xian zi dong hua", "HX3", 70, 240),
    Work("节能改造", "jie neng gai zao", "HX1", 15, 80),
    Work("新厂自动化", "xin chang zi dong hua", "WS", 240, 680),
    Work("码垛机器人", "ma duo ji qi ren", "RW", 45, 150),
)
SERVICES = (
    Work("年度维保", "nian du wei bao", "SV", 6, 32),
    Work("备件框架协议", "bei jian kuang jia xie yi", "HX1", 12, 60),
    Work("控制柜翻新", "kong zhi gui fan xin", "SV", 8, 40),
)
# Where one without a customer came from; the place stands between.
SOURCES = (
    ("老客户介绍", "lao ke hu jie shao"),
    ("展会线索", "zhan hui xian suo"),
    ("设计院介绍", "she ji yuan jie shao"),
    ("来电咨询", "lai dian zi xun"),
)
LEADS = (
    Work("锂电涂布线", "li dian tu bu xian", "HX3", 90, 260),
    Work("光伏组件线", "guang fu zu jian xian", "RW", 60, 200),
    Work("冷链仓库", "leng lian cang ku", "WS", 150, 400),
    Work("瓶盖视觉检测", "ping gai shi jue jian ce", "VI", 20, 60),
    Work("医药包装线", "yi yao bao zhuang xian", "HX3", 50, 160),
)
# One line a point, from the first on.
NEXT_STEPS = (
    ("了解明年设备预算", "约设备主管看现场", "问清项目由谁发起"),
    ("弄清预算和审批流程", "拜访总经理", "收集现有设备清单"),
    ("确认项目组成员", "提交方案初稿", "安排样品测试"),
    ("约样板工厂参观", "组织技术交流会", "确认评标标准"),
    ("递交二轮报价", "确认技术协议", "补充付款方式说明"),
    ("催合同审批进度", "约签约时间", "落实预付款"),
)
RIVALS = ("华东自控", "德力泰克", "三禾机电", "汇研智能", "")
