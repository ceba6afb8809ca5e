"""Quotas in units, target incentives, and both for a single component of a plan."""

import django.contrib.postgres.constraints
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Func, Value


def point(number: F | Func) -> tuple[Func, str]:
    return Func(number, number, Value("[]"), function="int8range"), "&&"


def text(column: str) -> Func:
    return Func(F(column), Value(0), function="hashtextextended")


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0004_lines_without_deals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("quota", "commissions_quota_once"),
        migrations.AddField(
            "quota",
            "kind",
            models.CharField(
                choices=[
                    ("amount", "Quota in money"),
                    ("units", "Quota in units or deals"),
                    ("target", "Target incentive"),
                ],
                db_default="amount",
                default="amount",
                max_length=6,
            ),
        ),
        migrations.AddField(
            "quota",
            "component",
            models.CharField(
                blank=True, db_default="", default="", help_text="Key; empty: each one without its own.", max_length=100
            ),
        ),
        migrations.AlterField(
            "quota",
            "amount_minor",
            models.BigIntegerField(help_text="Of a quota in units or deals: millionths of one."),
        ),
        migrations.AddConstraint(
            "quota",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="commissions_quota_once",
                expressions=[
                    point(F("plan")),
                    point(F("payee")),
                    point(text("kind")),
                    point(text("component")),
                    ("during", "&&"),
                ],
            ),
        ),
    ]
