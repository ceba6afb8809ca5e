"""True-ups: lines about a closed period, in a later statement; and whose facts of one have changed since."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE TRIGGER commissions_line_keeps_about AFTER DELETE ON commissions_period REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_line_is_referred('about_id');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0023_periods'),
        ('sales', '0009_rates_by_file'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Revised',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='earningline',
            name='commissions_earningline_deal',
        ),
        migrations.AddField(
            model_name='earningline',
            name='about',
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text='Of a true-up: the closed period that it is about.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='true_ups', to='commissions.period'),
        ),
        migrations.AddField(
            model_name='earningline',
            name='was_minor',
            field=models.BigIntegerField(help_text='Of a true-up: what had been posted for that period.', null=True),
        ),
        migrations.AlterField(
            model_name='earningline',
            name='kind',
            field=models.CharField(choices=[('credit', 'A deal'), ('carried', 'Carried from before'), ('score', 'Score'), ('true_up', 'True-up')], default='credit', max_length=7),
        ),
        migrations.AddIndex(
            model_name='earningline',
            index=models.Index(condition=models.Q(('about__isnull', False)), fields=['about'], name='commissions_line_about'),
        ),
        migrations.AddConstraint(
            model_name='earningline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deal__isnull', False), ('kind', 'credit')), ('kind', 'true_up'), models.Q(models.Q(('kind', 'credit'), _negated=True), ('deal__isnull', True)), _connector='OR'), name='commissions_earningline_deal'),
        ),
        migrations.AddConstraint(
            model_name='earningline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about__isnull', False), ('kind', 'true_up'), ('was_minor__isnull', False)), models.Q(models.Q(('kind', 'true_up'), _negated=True), ('about__isnull', True), ('was_minor__isnull', True)), _connector='OR'), name='commissions_earningline_true_up'),
        ),
        migrations.AddField(
            model_name='revised',
            name='payee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='revised',
            name='period',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revised', to='commissions.period'),
        ),
        migrations.AddConstraint(
            model_name='revised',
            constraint=models.UniqueConstraint(fields=('period', 'payee'), name='commissions_revised_once'),
        ),
        migrations.RunSQL(KEPT, "DROP TRIGGER commissions_line_keeps_about ON commissions_period;"),
    ]
