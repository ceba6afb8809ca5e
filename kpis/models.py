"""What was measured, and the list of what has to be measured again."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SubjectKind(models.TextChoices):
    PERSON = "person", _("Person")
    TEAM = "team", _("Team")


class PeriodKind(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class KpiValue(models.Model):
    """What a KPI came to for a person or team in a period: an exact fraction, money in minor units of `currency`."""

    kpi = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=6, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField()
    period_kind = models.CharField(max_length=7, choices=PeriodKind.choices)
    period_start = models.DateField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)
    currency = models.CharField(max_length=3, blank=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "subject_kind", "period_kind", "period_start", "subject_id"], name="kpis_kpivalue_once"
            ),
            models.CheckConstraint(condition=Q(denominator__gt=0), name="kpis_kpivalue_denominator"),
        ]


class StaleKpi(models.Model):
    """A note that a person's KPIs of a month must be computed again, with the quarter, year and teams above them.

    Append-only, several notes of one subject are allowed: a writer never waits for a worker. Written in the
    transaction of the facts, deleted in the transaction of the new values.
    """

    user_id = models.BigIntegerField()
    month = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
