"""Whose share of a deal gave the credit, where somebody is credited for another's."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE TRIGGER commissions_line_keeps_via AFTER DELETE ON accounts_user REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_line_is_referred('via_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0007_acceptance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "earningline",
            "via",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="Whose share of the deal it is, where it isn't the payee's own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(KEPT, "DROP TRIGGER commissions_line_keeps_via ON accounts_user;"),
    ]
