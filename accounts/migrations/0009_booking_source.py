from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_group_relation_and_place")]

    operations = [
        migrations.AddField(
            model_name="turnover",
            name="source",
            field=models.CharField(
                choices=[("IMPORT", "imported"), ("ORDER", "order"), ("HAND", "entered by hand")],
                default="IMPORT",
                max_length=8,
                verbose_name="source",
            ),
        ),
    ]
