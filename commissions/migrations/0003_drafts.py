"""Who saved and who published a version: two people, unless there was nobody else. Once published, neither changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

NAMES = """
CREATE FUNCTION commissions_published_names_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Version % of plan % was published: who saved and reviewed it never changes.',
        OLD.number, OLD.plan_id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_planversion_names_frozen BEFORE UPDATE ON commissions_planversion FOR EACH ROW
    WHEN (OLD.status <> 'draft' AND (NEW.revision, NEW.saved_at, NEW.saved_by_id, NEW.published_alone)
        IS DISTINCT FROM (OLD.revision, OLD.saved_at, OLD.saved_by_id, OLD.published_alone))
    EXECUTE FUNCTION commissions_published_names_are_frozen();
"""


def person() -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0002_frozen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "planversion",
            "revision",
            models.IntegerField(default=1, help_text="How often the draft was saved: nobody saves over another."),
        ),
        migrations.AddField("planversion", "saved_at", models.DateTimeField(null=True)),
        migrations.AddField("planversion", "saved_by", person()),
        migrations.AddField(
            "planversion",
            "published_alone",
            models.BooleanField(
                default=False,
                help_text="Whoever saved it published it too: there was no other administrator to review it.",
            ),
        ),
        migrations.AddField("planversion", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("planversion", "retired_by", person()),
        migrations.AddConstraint(
            "planversion",
            models.UniqueConstraint(
                fields=["plan"], condition=Q(status="draft"), name="commissions_planversion_one_draft"
            ),
        ),
        migrations.AddConstraint(
            "planversion",
            models.CheckConstraint(
                condition=Q(saved_by=None)
                | Q(published_by=None)
                | ~Q(saved_by=F("published_by"))
                | Q(published_alone=True),
                name="commissions_planversion_second_person",
            ),
        ),
        migrations.RunSQL(NAMES, "DROP FUNCTION commissions_published_names_are_frozen() CASCADE;"),
    ]
