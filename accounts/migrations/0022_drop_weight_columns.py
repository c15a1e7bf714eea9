"""The columns of the three first weights go; `weights` says it now."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_move_tier_weights'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='tierpolicy',
            name='tier_weights_add_up',
        ),
        migrations.RemoveField(
            model_name='tierpolicy',
            name='weight_credit',
        ),
        migrations.RemoveField(
            model_name='tierpolicy',
            name='weight_potential',
        ),
        migrations.RemoveField(
            model_name='tierpolicy',
            name='weight_turnover',
        ),
    ]
