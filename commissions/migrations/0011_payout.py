"""What statements hold back and release; a closed one keeps that too."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


CHANGES = {
    "insert": ("INSERT", "new"),
    "update": ("UPDATE", "old"),
    "moved": ("UPDATE", "new"),
    "delete": ("DELETE", "old"),
}


def triggers() -> str:
    made = [
        f"CREATE TRIGGER commissions_release_frozen_{name} AFTER {event} ON commissions_release "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION commissions_closed_line_is_frozen('{rows}');"
        for name, (event, rows) in CHANGES.items()
    ]
    made.append(
        "CREATE TRIGGER commissions_release_no_truncate BEFORE TRUNCATE ON commissions_release "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_closed_is_not_truncated();"
    )
    return "\n".join(made)


def dropped() -> str:
    names = [*(f"frozen_{name}" for name in CHANGES), "no_truncate"]
    return "\n".join(f"DROP TRIGGER commissions_release_{name} ON commissions_release;" for name in names)


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0010_exchange_rates'),
        ('sales', '0004_currency_of_payments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('component', models.CharField(max_length=100)),
                ('role', models.CharField(blank=True, max_length=50)),
                ('earned_on', models.DateField(help_text='By the first of the lines.')),
                ('earned_minor', models.BigIntegerField(help_text='By lines of this statement.')),
                ('held_minor', models.BigIntegerField(help_text='What of that is not due yet; below zero: no longer held.')),
                ('released_minor', models.BigIntegerField(help_text='Of what earlier statements earned: due now.')),
                ('held_after_minor', models.BigIntegerField(help_text='Of all that was earned with it so far: not paid yet.')),
                ('due', models.TextField(help_text='Which share is due, such as 7/10.')),
                ('states', models.TextField(blank=True, help_text='How far each part of the payout is due, such as 1 2/5.')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='settlement',
            name='commissions_settlement_adds_up',
        ),
        migrations.AddField(
            model_name='settlement',
            name='held_after_minor',
            field=models.BigIntegerField(default=0, help_text='Of all that was earned so far: not paid yet.'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='held_minor',
            field=models.BigIntegerField(default=0, help_text='Of what was earned: not due yet.'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='released_minor',
            field=models.BigIntegerField(default=0, help_text='Of what was earned before: due now.'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('payable_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('earned_minor'), '-', models.F('held_minor')), '+', models.F('released_minor')), '+', models.F('advanced_minor')), '-', models.F('recovered_minor')), '+', models.F('carried_minor')))), name='commissions_settlement_adds_up'),
        ),
        migrations.AddField(
            model_name='release',
            name='deal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='sales.deal'),
        ),
        migrations.AddField(
            model_name='release',
            name='plan_version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.planversion'),
        ),
        migrations.AddField(
            model_name='release',
            name='statement',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='releases', to='commissions.statement'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('deal__isnull', False)), fields=('statement', 'plan_version', 'component', 'deal', 'role'), name='commissions_release_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('deal__isnull', True)), fields=('statement', 'plan_version', 'component', 'role', 'earned_on'), name='commissions_release_once_without_deal'),
        ),
        migrations.RunSQL(triggers(), dropped()),
    ]
