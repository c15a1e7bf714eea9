"""Key accounts: who decides, one that is marked, one that waits for the group."""

from datetime import time, timedelta

from accounts.actions.key_accounts import KIND, join_key_group, propose_key_account
from accounts.choices import KeyScope
from accounts.models import Account, Nomination
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
MONTHS_AGO = 150


def make_key_accounts(scene: Scene) -> None:
    """Propose the first rep's two largest customers; one was signed some months ago, one waits for the group."""
    firm, days = scene.firm, scene.days
    for person in (firm.director, firm.managers[-1]):
        join_key_group(person, actor=firm.admin)
    largest = Account.objects.live().tiered("A").filter(owner=firm.reps[0]).order_by("pk")[: len(SCORES)]
    for number, account in enumerate(largest):
        at = days.at(days.yesterday - timedelta(days=MONTHS_AGO * (1 - number)), time(10, 20))
        scores = {f"{criterion}_score": score for criterion, score in SCORES[number].items()}
        scope = KeyScope.NATIONAL if number == 0 else KeyScope.REGIONAL
        made = propose_key_account(account, values={"scope": scope, **scores, **REASONS}, actor=firm.reps[0], now=at)
        Nomination.objects.filter(pk=made.pk).update(recorded_at=at)
        Approval.objects.about(KIND, made.pk).update(recorded_at=at)
        signers = [firm.manager_of(0), *([firm.director] if number == 0 else [])]
        for person in signers:
            approve(Approval.objects.about(KIND, made.pk).get(), actor=person, now=at + timedelta(hours=3))
