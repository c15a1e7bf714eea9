"""The three weights of landed policies become criteria; what is in force counts as run on the day it came into force.

The first policy, where nobody has touched it, gets the margin that keeps customers from flipping between two runs.
Backwards, other criteria than the first three count with turnover, and a cut by score becomes the one by customers.
"""

from decimal import Decimal

from django.db import migrations
from django.utils import timezone

FIRST = ("turnover", "potential", "credit")
MARGIN = Decimal(2)


def _policies(apps, schema_editor):
    return apps.get_model("accounts", "TierPolicy").objects.using(schema_editor.connection.alias)


def to_criteria(apps, schema_editor):
    policies = _policies(apps, schema_editor)
    for policy in policies.all():
        weights = {name: getattr(policy, f"weight_{name}") for name in FIRST}
        policy.weights = {name: weight for name, weight in weights.items() if weight}
        policy.ran_on = timezone.localdate(policy.applied_at) if policy.applied_at else None
        policy.save(update_fields=["weights", "ran_on"])
    before = policies.filter(state="RETIRED").order_by("-applied_at", "-pk").first()
    policies.filter(state="ACTIVE").update(replaced=before)
    untouched = policies.filter(name="ABC", state="ACTIVE", author=None, version=1, changes=None)
    untouched.filter(cut_a__gt=MARGIN, cut_b__lt=100 - MARGIN).update(margin=MARGIN)


def to_columns(apps, schema_editor):
    policies = _policies(apps, schema_editor)
    for policy in policies.all():
        weights = {name: policy.weights.get(name, 0) for name in FIRST}
        weights["turnover"] += 100 - sum(weights.values())
        for name, weight in weights.items():
            setattr(policy, f"weight_{name}", weight)
        policy.save(update_fields=[f"weight_{name}" for name in FIRST])
    policies.filter(cut_by="SCORE").update(cut_by="CUSTOMERS", cut_a=Decimal(10), cut_b=Decimal(30))
    policies.filter(state__in=["ASKED", "APPROVED"]).update(state="DRAFT")
    changes = apps.get_model("accounts", "TierChange").objects.using(schema_editor.connection.alias)
    changes.filter(kind="ROLLED_BACK").update(kind="COMPUTED")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_tier_criteria'),
    ]

    operations = [migrations.RunPython(to_criteria, to_columns, elidable=False)]
