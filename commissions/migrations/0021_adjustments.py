"""Adjustments, and that nobody changes what was asked, or takes back what a closed period paid, by any client."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


WAY = """
CREATE FUNCTION commissions_adjustment_goes_its_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['status', 'period_id', 'asked_period_id', 'payable_before_minor', 'decided_by_id', 'decided_at',
        'decision_note', 'withdrawn_by_id', 'withdrawn_at', 'withdrawal_note', 'withdrawn_after'];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF coalesce(current_setting('juara.may_truncate', true), '') <> 'on' AND EXISTS (
            SELECT FROM commissions_adjustment
        ) THEN
            RAISE EXCEPTION 'Adjustments are never deleted.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Adjustment % is never deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - moves IS DISTINCT FROM to_jsonb(OLD) - moves THEN
            RAISE EXCEPTION 'What adjustment % asks for never changes.', OLD.id USING ERRCODE = 'restrict_violation';
        ELSIF OLD.status IN ('rejected', 'withdrawn') OR NEW.status = OLD.status
            OR (OLD.status = 'approved' AND NEW.status <> 'withdrawn') THEN
            RAISE EXCEPTION 'Adjustment % is decided and never changes.', OLD.id USING ERRCODE = 'restrict_violation';
        ELSIF NEW.period_id <> OLD.period_id AND NEW.status <> 'approved' THEN
            RAISE EXCEPTION 'Adjustment % keeps its period.', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.status = 'approved' OR (TG_OP = 'UPDATE' AND OLD.status = 'approved') THEN
        PERFORM FROM commissions_period WHERE id = NEW.period_id FOR SHARE;
        PERFORM commissions_refuse_closed((
            SELECT id FROM commissions_period WHERE id = NEW.period_id AND status IN ('closed', 'paid')
        ));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commissions_adjustment_way BEFORE INSERT OR UPDATE OR DELETE ON commissions_adjustment
    FOR EACH ROW EXECUTE FUNCTION commissions_adjustment_goes_its_way();
CREATE TRIGGER commissions_adjustment_no_truncate BEFORE TRUNCATE ON commissions_adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_adjustment_goes_its_way();

CREATE FUNCTION commissions_evidence_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Evidence % never changes.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_evidence_frozen BEFORE UPDATE OR DELETE ON commissions_evidence
    FOR EACH ROW EXECUTE FUNCTION commissions_evidence_is_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0020_revisions'),
        ('sales', '0009_rates_by_file'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AdjustmentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('one', 'One adjustment'), ('split', 'Split'), ('file', 'A list of adjustments')], max_length=5)),
                ('token', models.CharField(max_length=64, unique=True)),
                ('file_name', models.CharField(blank=True, max_length=200)),
                ('content_hash', models.CharField(blank=True, db_index=True, max_length=64)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('uploaded_at', models.DateTimeField()),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('kind', models.CharField(choices=[('correction', 'Correction'), ('bonus', 'Bonus'), ('spiff', 'SPIFF'), ('split', 'Split'), ('clawback', 'Clawback'), ('write_off', 'Write-off'), ('other', 'Other')], max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('reason', models.TextField(help_text='The payee reads it.')),
                ('internal_note', models.TextField(blank=True, help_text="The payee doesn't read it.")),
                ('line', models.IntegerField(help_text='Of the file.', null=True)),
                ('row_hash', models.CharField(blank=True, help_text='Of what a row of a file says.', max_length=64)),
                ('status', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], max_length=9)),
                ('payable_before_minor', models.BigIntegerField(help_text='When it was asked for; since it is decided, then.')),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_note', models.TextField(blank=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawal_note', models.TextField(blank=True)),
                ('withdrawn_after', models.BooleanField(default=False, help_text='It had counted before it was withdrawn.')),
                ('asked_period', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.period')),
                ('deal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='sales.deal')),
                ('decided_by', models.ForeignKey(help_text='Absent of one below the limit, which needed nobody else.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='commissions.period')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='commissions.adjustmentgroup')),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='commissions.evidence')),
            ],
        ),
        migrations.CreateModel(
            name='AdjustmentLimit',
            fields=[
                ('currency', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='currency')),
                ('amount_minor', models.BigIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0)), name='commissions_adjustmentlimit_not_negative'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='commissions_adjustmentlimit_code')],
            },
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('content', b''), _negated=True)), name='commissions_evidence_not_empty'),
        ),
        migrations.AddIndex(
            model_name='adjustment',
            index=models.Index(fields=['period', 'payee'], name='commissions_adjustment_of'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='commissions_adjustment_not_nothing'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='commissions_adjustment_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='commissions_adjustment_currency'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_by', models.F('payee')), _negated=True), name='commissions_adjustment_not_own'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(models.Q(('decided_by', models.F('payee')), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='commissions_adjustment_second_person'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('status', 'proposed'), ('withdrawn_at', None)), models.Q(('decided_at__isnull', False), ('status', 'approved'), ('withdrawn_at', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'rejected'), ('withdrawn_at', None)), models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='commissions_adjustment_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('row_hash', ''), _negated=True), ('status__in', ['proposed', 'approved'])), fields=('row_hash',), name='commissions_adjustment_row_once'),
        ),
        migrations.RunSQL(
            WAY, "DROP FUNCTION commissions_adjustment_goes_its_way(), commissions_evidence_is_frozen() CASCADE;"
        ),
    ]
