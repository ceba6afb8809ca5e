"""Chains, what was decided and accepted, who stands in for whom; decided and accepted never changes again."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FROZEN = """
CREATE FUNCTION commissions_decided_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_TABLE_NAME) INTO found;
        IF found AND coalesce(current_setting('juara.may_truncate', true), '') <> 'on' THEN
            RAISE EXCEPTION 'Rows of % cannot be deleted.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'A row of % never changes.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION commissions_decided_is_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM commissions_statement statement
        JOIN commissions_period period ON period.id = statement.period_id
        WHERE statement.id = NEW.statement_id AND statement.revision = NEW.revision
            AND statement.payee_id = NEW.payee_id AND statement.period_id = NEW.period_id
            AND statement.payable_minor = NEW.payable_minor AND period.status IN ('review', 'approved')
    ) THEN
        RAISE EXCEPTION 'Only the present revision of a published statement is decided about.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TABLES = ("approvalchain", "approval", "statementacceptance")


def triggers() -> str:
    frozen = [
        f"CREATE TRIGGER commissions_{table}_frozen BEFORE UPDATE OR DELETE ON commissions_{table} "
        "FOR EACH ROW EXECUTE FUNCTION commissions_decided_is_frozen();"
        f"CREATE TRIGGER commissions_{table}_no_truncate BEFORE TRUNCATE ON commissions_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_decided_is_frozen();"
        for table in TABLES
    ]
    present = [
        f"CREATE TRIGGER commissions_{table}_of_now BEFORE INSERT ON commissions_{table} "
        "FOR EACH ROW EXECUTE FUNCTION commissions_decided_is_of_now();"
        for table in TABLES[1:]
    ]
    return "\n".join([*frozen, *present])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_leave"),
        ("commissions", "0021_adjustments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalReminder",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sent_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approval_chains",
                        to="commissions.plan",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approval_chains",
                        to="accounts.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("revision", models.IntegerField()),
                ("payable_minor", models.BigIntegerField(help_text="Of that revision.")),
                ("step", models.SmallIntegerField(help_text="Its place in the chain, from 0.")),
                (
                    "round",
                    models.SmallIntegerField(default=0, help_text="How many rejections were withdrawn before it."),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Rejection withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("comment", models.CharField(blank=True, max_length=1000, verbose_name="comment")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commissions.period"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="approvals",
                        to="commissions.statement",
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        help_text="None: the usual one, finance alone.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.approvalchain",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalRoute",
            fields=[
                (
                    "statement",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="route",
                        serialize=False,
                        to="commissions.statement",
                    ),
                ),
                ("revision", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waits for approval"), ("rejected", "Rejected"), ("approved", "Approved")],
                        max_length=8,
                    ),
                ),
                (
                    "step",
                    models.SmallIntegerField(help_text="The next one; its place in the chain, from 0.", null=True),
                ),
                (
                    "who",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("manager", "Manager of the payee"),
                            ("finance", "Finance"),
                            ("admin", "Administrator"),
                            ("person", "A person"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Who may take no further step.",
                        size=None,
                    ),
                ),
                (
                    "mean_minor",
                    models.BigIntegerField(help_text="Of what the last statements before it pay.", null=True),
                ),
                ("waits_since", models.DateTimeField(help_text="Since when it is this step's turn.")),
                (
                    "chain",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="commissions.approvalchain",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="commissions.period",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="Of a manager or a person.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="Of all of its lines.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="commissions.plan",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="On the period's last day.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "from_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegated",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementAcceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.IntegerField()),
                ("payable_minor", models.BigIntegerField(help_text="Of that revision.")),
                ("accepted_at", models.DateTimeField()),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commissions.period"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="acceptances",
                        to="commissions.statement",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="approvalchain",
            constraint=models.CheckConstraint(
                condition=models.Q(("plan", None), ("team", None), _connector="OR"),
                name="commissions_approvalchain_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verdict", "withdrawn"), _negated=True),
                fields=("statement", "revision", "chain", "step", "round"),
                name="commissions_approval_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verdict", "withdrawn")),
                fields=("statement", "revision", "chain", "round"),
                name="commissions_approval_withdrawn_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", models.F("payee")), _negated=True),
                    models.Q(
                        ("on_behalf_of", None),
                        models.Q(("on_behalf_of", models.F("payee")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="commissions_approval_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict", "approved"), models.Q(("comment", ""), _negated=True), _connector="OR"),
                name="commissions_approval_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="approvalroute",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["person"], name="commissions_route_person"
            ),
        ),
        migrations.AddIndex(
            model_name="approvalroute",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["who"], name="commissions_route_who"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("from_user"), models.F("from_user"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    ("during", "&&"),
                ],
                name="commissions_delegation_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_user", models.F("to_user")), _negated=True),
                name="commissions_delegation_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__isempty", False), ("during__lower_inf", False), ("during__upper_inf", False)
                ),
                name="commissions_delegation_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementacceptance",
            constraint=models.UniqueConstraint(
                fields=("statement", "revision"), name="commissions_statementacceptance_once"
            ),
        ),
        migrations.RunSQL(
            FROZEN + triggers(),
            "DROP FUNCTION commissions_decided_is_frozen(), commissions_decided_is_of_now() CASCADE;",
        ),
    ]
