"""What closed statements follow from is kept with them, and never changes: no client changes or deletes it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION commissions_snapshot_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'Snapshot % never changes.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM commissions_refuse_closed((
        SELECT period.id FROM commissions_period period
        WHERE period.status IN ('closed', 'paid') AND period.id = coalesce(NEW.period_id, OLD.period_id)
    ));
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER commissions_snapshot_frozen BEFORE INSERT OR UPDATE OR DELETE ON commissions_snapshot
    FOR EACH ROW EXECUTE FUNCTION commissions_snapshot_is_frozen();
CREATE TRIGGER commissions_snapshot_no_truncate BEFORE TRUNCATE ON commissions_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_closed_is_not_truncated();
-- what is compressed already isn't compressed again
ALTER TABLE commissions_snapshot ALTER COLUMN content SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0027_frozen_periods'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='kind',
            field=models.CharField(choices=[('calculate', 'Calculation'), ('close', 'Closing')], db_default='calculate', default='calculate', max_length=9),
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payees', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('statements', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('revisions', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='Of the statements, in their order.', size=None)),
                ('content', models.BinaryField()),
                ('inputs_hash', models.CharField(help_text='Of the files: see `bundles.files.inputs_hash`.', max_length=64)),
                ('made_at', models.DateTimeField()),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='commissions.period')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='commissions.run')),
            ],
        ),
        migrations.RunSQL(FROZEN, "DROP FUNCTION commissions_snapshot_is_frozen() CASCADE;"),
    ]
