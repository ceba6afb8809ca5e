"""What a calculation changed is only ever added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


ADDED = """
CREATE TRIGGER commissions_statementchange_only_added BEFORE UPDATE OR DELETE ON commissions_statementchange
    FOR EACH ROW EXECUTE FUNCTION commissions_only_added();
CREATE TRIGGER commissions_statementchange_no_truncate BEFORE TRUNCATE ON commissions_statementchange
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_only_added();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0024_true_ups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StatementChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('at', models.DateTimeField()),
                ('revision', models.IntegerField()),
                ('was_total_minor', models.BigIntegerField(null=True)),
                ('was_payable_minor', models.BigIntegerField(null=True)),
                ('total_minor', models.BigIntegerField(null=True)),
                ('payable_minor', models.BigIntegerField(null=True)),
                ('causes', models.JSONField(default=list)),
                ('more', models.IntegerField(default=0)),
                ('payee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='commissions.period')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='commissions.run')),
            ],
            options={
                'indexes': [models.Index(fields=['period', '-id'], name='commissions_change_latest')],
            },
        ),
        migrations.RunSQL(ADDED, migrations.RunSQL.noop),
    ]
