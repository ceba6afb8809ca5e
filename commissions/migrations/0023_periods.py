"""The moves of a period and the ticks of its checklist are only ever added; what closed without approval stays named."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


ADDED_ONLY = """
CREATE FUNCTION commissions_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF coalesce(current_setting('juara.may_truncate', true), '') = 'on' THEN
            RETURN NULL;
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_TABLE_NAME) INTO found;
        IF NOT found THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION 'Rows of % are only ever added: they say who did what.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
ADDED = ("periodmove", "checklisttick")
EXCEPTIONS = """
CREATE FUNCTION commissions_exception_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM commissions_refuse_closed((
        SELECT period.id FROM commissions_period period
        WHERE period.status IN ('closed', 'paid') AND period.id IN (OLD.period_id, NEW.period_id) LIMIT 1
    ));
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER commissions_approvalexception_frozen BEFORE INSERT OR UPDATE OR DELETE ON commissions_approvalexception
    FOR EACH ROW EXECUTE FUNCTION commissions_exception_is_frozen();
CREATE TRIGGER commissions_approvalexception_no_truncate BEFORE TRUNCATE ON commissions_approvalexception
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_closed_is_not_truncated();
"""


def triggers() -> str:
    return ADDED_ONLY + "".join(
        f"""
CREATE TRIGGER commissions_{table}_only_added BEFORE UPDATE OR DELETE ON commissions_{table}
    FOR EACH ROW EXECUTE FUNCTION commissions_only_added();
CREATE TRIGGER commissions_{table}_no_truncate BEFORE TRUNCATE ON commissions_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_only_added();
"""
        for table in ADDED
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_leave"),
        ("commissions", "0022_approvals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ChecklistTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=20)),
                (
                    "figure",
                    models.CharField(
                        help_text="What the item said then: a tick of another is out of date.", max_length=64
                    ),
                ),
                ("is_done", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PeriodMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("review", "In review"),
                            ("approved", "Approved"),
                            ("closed", "Closed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("review", "In review"),
                            ("approved", "Approved"),
                            ("closed", "Closed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True, verbose_name="reason")),
            ],
        ),
        migrations.AddField(
            model_name="run",
            name="inputs_hash",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="run",
            name="payee",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="payees",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="scope",
            field=models.CharField(
                choices=[("all", "Everybody"), ("team", "A team"), ("payee", "One payee")],
                db_default="all",
                default="all",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="statements",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="team",
            field=models.ForeignKey(
                help_text="With those below it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.team",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="totals",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="runchunk",
            name="inputs_hash",
            field=models.CharField(blank=True, db_default="", help_text="Of all that it read.", max_length=64),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("payee", None), ("scope", "all"), ("team", None)),
                    models.Q(("payee", None), ("scope", "team"), ("team__isnull", False)),
                    models.Q(("payee__isnull", False), ("scope", "payee"), ("team", None)),
                    _connector="OR",
                ),
                name="commissions_run_scope",
            ),
        ),
        migrations.AddField(
            model_name="approvalexception",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approvalexception",
            name="payee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approvalexception",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exceptions",
                to="commissions.period",
            ),
        ),
        migrations.AddField(
            model_name="checklisttick",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="checklisttick",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticks",
                to="commissions.period",
            ),
        ),
        migrations.AddField(
            model_name="periodmove",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="periodmove",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="commissions.period"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalexception",
            constraint=models.UniqueConstraint(
                fields=("period", "payee", "currency"), name="commissions_approvalexception_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="commissions_approvalexception_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="checklisttick",
            index=models.Index(fields=["period", "item", "-id"], name="commissions_tick_latest"),
        ),
        migrations.AddConstraint(
            model_name="periodmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("before", models.F("after")), _negated=True), name="commissions_periodmove_moves"
            ),
        ),
        migrations.RunSQL(triggers(), "DROP FUNCTION commissions_only_added() CASCADE;"),
        migrations.RunSQL(EXCEPTIONS, "DROP FUNCTION commissions_exception_is_frozen() CASCADE;"),
    ]
