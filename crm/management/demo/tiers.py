"""Tier rules being thought about: two drafts to compare, and a further criterion by which some customers are rated."""

from collections.abc import Sequence
from decimal import Decimal

from accounts.models import AccountRating, RatingScale, TierPolicy
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer
from crm.management.demo.scene import Scene

WIDER = {"turnover": 50, "margin": 20, "potential": 20, "credit": 10}


def make_drafts(scene: Scene) -> RatingScale:
    """Write two drafts of the admin; return the further criterion that one of them weighs."""
    scale = RatingScale.objects.create(name="创新意愿", hint="0 观望，5 率先尝试新产品")
    weights = {"turnover": 50, "potential": 20, "credit": 10, "strategic": 10, f"rating:{scale.pk}": 10}
    usual = {"author": scene.firm.admin, "margin": Decimal(2), "run_every": "QUARTERLY"}
    TierPolicy.objects.create(name="明年：看毛利", weights=WIDER, cut_a=Decimal(12), **usual)
    TierPolicy.objects.create(name="明年：看创新", weights=weights, **usual)
    return scale


def rate(customers: Sequence[Customer], scale: RatingScale, scene: Scene) -> None:
    """Rate the better customers by the further criterion."""
    wanted = [customer.account for customer in customers if customer.tier != "C"]
    write([AccountRating(account=account, scale=scale, value=scene.random.randrange(1, 6)) for account in wanted])
