"""Key accounts: who decides, one that is marked and planned for the year, one that waits for the group."""

from datetime import time, timedelta
from decimal import Decimal

from accounts.actions.key_accounts import KIND, join_key_group, propose_key_account
from accounts.choices import KeyScope
from accounts.models import Account, AccountPlan, AccountRisk, Nomination, PlanRow
from crm.management.demo.scene import Scene
from followups.actions.approvals import approve
from followups.models import Approval

REASONS = {
    "sales_reason": "近三年采购额年均增长两成，新厂明年投产",
    "innovation_reason": "设有自动化研究院，去年上了两条柔性产线",
    "strength_reason": "细分市场前三，华东设有四个生产基地",
    "finance_reason": "回款准时，银行授信充足",
}
SCORES = (
    {"sales": 5, "innovation": 4, "strength": 4, "finance": 4},
    {"sales": 4, "innovation": 4, "strength": 3, "finance": 2},
)
DAYS_AGO = 150
CHAIN = ("goal", "strategy", "resources", "action", "standard", "method", "feedback")
KNOWN = {
    "environment": "下游扩产放缓，改造项目增多；客户把交付周期压到八周。",
    "policy": "设备更新补贴延续到明年，节能改造优先。",
    "industry_profit": "毛利约两成，近两年下降三个点，对价格更敏感。",
    "cost_share": "控制系统占其整机成本约 12%，技术部比采购部更看重稳定。",
    "standing": "细分市场前三，二线厂家跟随它的选型。",
    "strengths": "一厂装机量最大，服务两小时到场。",
    "weaknesses": "二厂没有样板，伺服交期偏长。",
}
LINES = (
    ("控制系统份额从三成到四成五", "由技术部带入二厂，先试用后招标", "应用工程师每月两天，样机两套", "二厂三号线试用", "连续四周停机率低于 0.5%", "每周五一起看产线数据", "前两周数据达标，工艺主管认可", 12),
    ("签下三年框架协议", "以交期和备件承诺换年度总量", "总监出面，法务一周", "与采购副总谈框架条款", "双方确认价格公式和年度量", "先谈原则，再谈条款", "", 30),
    ("备件与服务收入翻一番", "从一厂的维保合同推到四个基地", "服务部一名专员", "盘点四个基地的在用设备", "清单完整，负责人签字", "随每次拜访带回一个基地的清单", "四个基地已完成三个", -6),
)  # fmt: skip
RISKS = (
    ("SUPPLY", "伺服电机交期十六周，超过客户的八周", 4, 4, "与供应商签安全库存，备两个月用量", 20),
    ("MARKET", "竞品以低两成的价格试用二厂", 3, 4, "用停机率数据算总成本，不跟价", None),
    ("CREDIT", "集团统一结算后付款周期拉长", 2, 3, "", None),
)


def make_key_accounts(scene: Scene) -> None:
    """Propose the first rep's two largest customers; one was signed some months ago, one waits for the group."""
    firm, days = scene.firm, scene.days
    for person in (firm.director, firm.managers[-1]):
        join_key_group(person, actor=firm.admin)
    largest = list(Account.objects.live().tiered("A").filter(owner=firm.reps[0]).order_by("pk")[: len(SCORES)])
    for number, account in enumerate(largest):
        at = days.at(days.yesterday - timedelta(days=DAYS_AGO * (1 - number)), time(10, 20))
        scores = {f"{criterion}_score": score for criterion, score in SCORES[number].items()}
        scope = KeyScope.NATIONAL if number == 0 else KeyScope.REGIONAL
        made = propose_key_account(account, values={"scope": scope, **scores, **REASONS}, actor=firm.reps[0], now=at)
        Nomination.objects.filter(pk=made.pk).update(recorded_at=at)
        Approval.objects.about(KIND, made.pk).update(recorded_at=at)
        signers = [firm.manager_of(0), *([firm.director] if number == 0 else [])]
        for person in signers:
            approve(Approval.objects.about(KIND, made.pk).get(), actor=person, now=at + timedelta(hours=3))
    if largest:
        _make_plan(largest[0], scene)


def _make_plan(account: Account, scene: Scene) -> None:
    """Write the year's plan of a key account: three lines, what is known, the risks; the money is three quarters spent."""
    days, director = scene.days, scene.firm.director
    plan = AccountPlan.objects.create(
        account=account, year=days.on.year, sponsor=director, review_on=days.ahead(20), made_by=account.owner,
        budget=Decimal(120_000), spent=Decimal(92_000), **KNOWN,
    )  # fmt: skip
    for *chain, ahead in LINES:
        values = dict(zip(CHAIN, chain, strict=True))
        due = days.ahead(ahead) if ahead > 0 else None
        done = days.back(-ahead) if ahead < 0 else None
        PlanRow.objects.create(plan=plan, responsible=account.owner, due_on=due, done_on=done, **values)
    for kind, text, likelihood, effect, countermeasure, within in RISKS:
        AccountRisk.objects.create(
            account=account, kind=kind, text=text, likelihood=likelihood, effect=effect,
            countermeasure=countermeasure, due_on=days.ahead(within) if within else None,
        )  # fmt: skip
