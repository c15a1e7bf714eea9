from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_booking_source")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="annual_revenue",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                help_text="What the company itself turns over in a year, in the currency of the reports.",
                max_digits=18,
                null=True,
                verbose_name="annual revenue",
            ),
        ),
    ]
