"""Periods of fiscal years: which month the years start in that a plan counts, and that its statements are parts of."""

from django.db import migrations, models
from django.db.models import Q

_FUNCTIONS = """
CREATE FUNCTION commissions_year_starts(document jsonb) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(
        ARRAY['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october',
              'november', 'december'],
        coalesce(document->>'fiscal_year_starts', 'january')
    )
$$;
CREATE FUNCTION commissions_first_month(document jsonb) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE document->>'period' WHEN 'month' THEN 1 ELSE commissions_year_starts(document) END
$$;
"""
_GONE = "DROP FUNCTION commissions_first_month(jsonb); DROP FUNCTION commissions_year_starts(jsonb);"


class Migration(migrations.Migration):
    dependencies = [("commissions", "0011_payout")]

    operations = [
        migrations.AddField(
            "period",
            "first_month",
            models.SmallIntegerField(
                default=1, db_default=1, help_text="Of the years that its plans count; of a month always 1."
            ),
        ),
        migrations.RemoveConstraint("period", "commissions_period_once"),
        migrations.AddConstraint(
            "period",
            models.UniqueConstraint(fields=["kind", "first_month", "start"], name="commissions_period_once"),
        ),
        migrations.AddConstraint(
            "period",
            models.CheckConstraint(
                condition=Q(first_month=1) | Q(first_month__range=(2, 12)) & ~Q(kind="month"),
                name="commissions_period_years",
            ),
        ),
        migrations.RunSQL(_FUNCTIONS, _GONE),
    ]
