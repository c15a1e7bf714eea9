from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_annual_revenue")]

    operations = [
        migrations.CreateModel(
            name="ServiceCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "hourly",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=12, null=True, verbose_name="cost of an hour"
                    ),
                ),
                (
                    "minutes_a_visit",
                    models.PositiveSmallIntegerField(default=60, verbose_name="minutes of a visit without times"),
                ),
                (
                    "minutes_a_call",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="minutes of a call or message without times"
                    ),
                ),
            ],
            options={"verbose_name": "cost to serve", "verbose_name_plural": "cost to serve"},
        ),
        migrations.AddConstraint(
            model_name="servicecost",
            constraint=models.CheckConstraint(
                condition=models.Q(("hourly", None), ("hourly__gte", Decimal("0")), _connector="OR"),
                name="hourly_cost_not_negative",
                violation_error_message="An hour costs nothing or more.",
            ),
        ),
    ]
