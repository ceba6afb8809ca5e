"""What people accepted stays as they accepted it, whichever client asks; and it is of a version that was published."""

from django.conf import settings
from django.db import migrations, models

ACCEPTED = """
CREATE FUNCTION commissions_acceptance_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF coalesce(current_setting('juara.may_truncate', true), '') <> 'on' AND EXISTS (
            SELECT FROM commissions_acceptance
        ) THEN
            RAISE EXCEPTION 'Acceptances cannot be deleted.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM commissions_planversion version
            WHERE version.id = NEW.plan_version_id AND version.status <> 'draft' AND version.hash = NEW.hash
        ) THEN
            RAISE EXCEPTION 'Only a published version can be accepted, as it was published.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An acceptance never changes.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_acceptance_frozen BEFORE INSERT OR UPDATE OR DELETE ON commissions_acceptance
    FOR EACH ROW EXECUTE FUNCTION commissions_acceptance_is_frozen();
CREATE TRIGGER commissions_acceptance_no_truncate BEFORE TRUNCATE ON commissions_acceptance
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_acceptance_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0006_events"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="As she typed it.", max_length=200, verbose_name="name")),
                ("accepted_at", models.DateTimeField()),
                ("hash", models.CharField(help_text="Of the document that she read.", max_length=64)),
                (
                    "payee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="acceptances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan_version",
                    models.ForeignKey(
                        on_delete=models.PROTECT, related_name="acceptances", to="commissions.planversion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("payee", "plan_version"), name="commissions_acceptance_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="commissions_acceptance_named"
                    ),
                ]
            },
        ),
        migrations.RunSQL(ACCEPTED, "DROP FUNCTION commissions_acceptance_is_frozen() CASCADE;"),
    ]
