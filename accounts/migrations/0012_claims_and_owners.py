"""Claims with the rules the firm has settled, and the history of who held a customer."""

import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_service_cost'),
        ('teams', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('client_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('region', models.CharField(blank=True, max_length=60, verbose_name='region')),
                ('month', models.DateField(verbose_name='month')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='notes')),
                ('filed_at', models.DateTimeField(verbose_name='filed at')),
                ('state', models.CharField(choices=[('ACTIVE', 'in force'), ('WAITING', 'waiting for a decision'), ('REFUSED', 'refused'), ('LAPSED', 'lapsed'), ('RELEASED', 'released'), ('ENDED', 'ended')], max_length=8, verbose_name='state')),
                ('granted_until', models.DateField(null=True, verbose_name='protected at least until')),
                ('protected_until', models.DateField(null=True, verbose_name='protected until')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
            },
        ),
        migrations.CreateModel(
            name='ClaimPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('days_a', models.PositiveSmallIntegerField(default=45, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(730)], verbose_name='A: days of protection')),
                ('days_b', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(730)], verbose_name='B: days of protection')),
                ('days_c', models.PositiveSmallIntegerField(default=120, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(730)], verbose_name='C: days of protection')),
                ('days_none', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(730)], verbose_name='No tier yet: days of protection')),
                ('warning_days', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='working days before the lapse that the owner is warned')),
                ('contact_counts', models.BooleanField(default=True, verbose_name='a visit or another contact renews the protection')),
                ('progress_counts', models.BooleanField(default=True, verbose_name='a step of an opportunity renews the protection')),
                ('deals_exempt', models.BooleanField(default=True, verbose_name='customers with open opportunities do not lapse')),
                ('limit_total', models.PositiveSmallIntegerField(blank=True, default=None, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='customers a person may hold')),
                ('limit_a', models.PositiveSmallIntegerField(blank=True, default=None, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='of them A')),
                ('limit_b', models.PositiveSmallIntegerField(blank=True, default=None, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='of them B')),
                ('limit_c', models.PositiveSmallIntegerField(blank=True, default=None, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='of them C')),
                ('limit_none', models.PositiveSmallIntegerField(blank=True, default=None, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='of them without a tier')),
                ('cooling_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(365)], verbose_name='days before the same person may claim it again')),
                ('second_claim', models.CharField(choices=[('REFUSE', 'is refused'), ('MANAGER', 'goes to the manager to decide')], default='MANAGER', max_length=8, verbose_name='a claim on a customer somebody holds')),
            ],
            options={
                'verbose_name': 'rules of claims',
                'verbose_name_plural': 'rules of claims',
            },
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CREATED', 'created'), ('IMPORTED', 'imported'), ('KNOWN', 'there before this was kept'), ('HANDED_OVER', 'handed over'), ('CLAIMED', 'claimed'), ('DECIDED', 'claim decided by the manager'), ('RELEASED', 'released to the pool'), ('LAPSED', 'protection lapsed'), ('TAKEN_BACK', 'taken back')], max_length=12, verbose_name='why')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                ('started_at', models.DateTimeField(verbose_name='since')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'stretch of ownership',
                'verbose_name_plural': 'history of owners',
            },
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('archived_at', None), ('owner', None)), fields=['name', 'id'], name='account_pool'),
        ),
        migrations.AddField(
            model_name='claim',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='accounts.account', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='claim',
            name='claimant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to=settings.AUTH_USER_MODEL, verbose_name='responsible'),
        ),
        migrations.AddField(
            model_name='claim',
            name='replaces',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.claim'),
        ),
        migrations.AddConstraint(
            model_name='claimpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('contact_counts', True), ('progress_counts', True), _connector='OR'), name='claim_policy_something_counts', violation_error_message='Something must renew a protection: choose contacts, steps or both.'),
        ),
        migrations.AddField(
            model_name='ownership',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='ownership',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownership',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='ownership',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team', verbose_name='team'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['claimant', 'state', 'protected_until'], name='claim_by_claimant'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('state', 'ACTIVE')), fields=['protected_until', 'id'], name='claim_to_lapse'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ACTIVE')), fields=('account',), name='claim_one_in_force', violation_error_message='Somebody holds this customer already.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'WAITING')), fields=('account', 'claimant'), name='claim_asked_once', violation_error_message='You have asked for this customer already.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ACTIVE'), _negated=True), models.Q(('granted_until__isnull', False), ('protected_until__isnull', False)), _connector='OR'), name='claim_in_force_has_a_day'),
        ),
        migrations.AddIndex(
            model_name='ownership',
            index=models.Index(fields=['account', '-started_at'], name='ownership_by_account'),
        ),
        migrations.AddConstraint(
            model_name='ownership',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('account',), name='ownership_one_open'),
        ),
        migrations.AddConstraint(
            model_name='ownership',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='ownership_in_order'),
        ),
    ]
