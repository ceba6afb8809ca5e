"""Lines that no deal stands behind, and what a line's pay is multiplied by."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0003_drafts'),
        ('sales', '0004_currency_of_payments'),
    ]

    operations = [
        migrations.AddField(
            model_name='earningline',
            name='kind',
            field=models.CharField(choices=[('credit', 'A deal'), ('carried', 'Carried from before')], default='credit', max_length=7),
        ),
        migrations.AddField(
            model_name='earningline',
            name='multiplier_ppm',
            field=models.BigIntegerField(help_text='What the pay is multiplied by, in millionths.', null=True),
        ),
        migrations.AddField(
            model_name='earningline',
            name='multiplier_value_ppm',
            field=models.BigIntegerField(help_text='What led to it, in millionths.', null=True),
        ),
        migrations.AlterField(
            model_name='earningline',
            name='deal',
            field=models.ForeignKey(db_constraint=False, help_text="Absent unless the line is a credit's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='earning_lines', to='sales.deal'),
        ),
        migrations.AlterField(
            model_name='earningline',
            name='role',
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AddConstraint(
            model_name='earningline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deal__isnull', False), ('kind', 'credit')), models.Q(models.Q(('kind', 'credit'), _negated=True), ('deal__isnull', True)), _connector='OR'), name='commissions_earningline_deal'),
        ),
    ]
