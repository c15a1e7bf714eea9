"""A tier policy in force from the first day: the reference numbers of the ABC analysis, and days between contacts."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import migrations

NAME = "ABC"
REFERENCE = {
    "A": {"turnover": 70, "customers": 10, "staff": 15},
    "B": {"turnover": 20, "customers": 20, "staff": 25},
    "C": {"turnover": 10, "customers": 70, "staff": 60},
}
CONTACT_DAYS = {"A": 14, "B": 30, "C": 90}


def make_policy(apps, schema_editor):
    policies = apps.get_model("accounts", "TierPolicy").objects.using(schema_editor.connection.alias)
    if policies.filter(state="ACTIVE").exists():
        return
    policies.create(
        name=NAME,
        state="ACTIVE",
        weight_turnover=60,
        weight_potential=25,
        weight_credit=15,
        cut_a=Decimal(10),
        cut_b=Decimal(30),
        window_months=12,
        reference=REFERENCE,
        contact_days=CONTACT_DAYS,
        applied_at=datetime.now(UTC),
    )


def drop_policy(apps, schema_editor):
    """Take the policy back unless somebody worked with it."""
    policies = apps.get_model("accounts", "TierPolicy").objects.using(schema_editor.connection.alias)
    policies.filter(name=NAME, author=None, version=1, changes=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_search_index")]

    operations = [migrations.RunPython(make_policy, drop_policy, elidable=False)]
