"""What was measured, and the list of what has to be measured again."""

from fractions import Fraction

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.history import untracked


class SubjectKind(models.TextChoices):
    PERSON = "person", _("Person")
    TEAM = "team", _("Team")


class PeriodKind(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


def _whole_number() -> "models.DecimalField[int, int]":
    """An integer beyond bigint: a deal of 10^17 minor units, converted to a smaller currency, times many."""
    return models.DecimalField(max_digits=38, decimal_places=0)


@untracked("Calculated from facts that have a history.")
class KpiPart(models.Model):
    """What a person's facts of a month add to a KPI, by the team she was in on the day each of them happened.

    The layer between facts and values: persons, teams, quarters and years are sums of these, so that a changed deal
    costs its owner's deals of the month and not the company's of the year.
    """

    kpi = models.CharField(max_length=40)
    user_id = models.BigIntegerField()
    team_id = models.BigIntegerField(help_text="0: in no team that day.")
    month = models.DateField()
    numerator = _whole_number()
    denominator = _whole_number()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "month", "team_id", "kpi"], name="kpis_kpipart_once"),
        ]
        indexes = [models.Index(fields=["team_id", "month"], name="kpis_kpipart_team_month")]


@untracked("Calculated from facts that have a history.")
class KpiValue(models.Model):
    """What a KPI came to for a person or team in a period: an exact fraction, money in minor units of `currency`.

    A denominator of zero says that there is no value: a month with a refund and no deal won has no average deal size,
    but its numerator counts in the year's.
    """

    kpi = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=6, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField()
    period_kind = models.CharField(max_length=7, choices=PeriodKind.choices)
    period_start = models.DateField()
    numerator = _whole_number()
    denominator = _whole_number()
    currency = models.CharField(max_length=3, blank=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "subject_kind", "period_kind", "period_start", "subject_id"], name="kpis_kpivalue_once"
            ),
            models.CheckConstraint(condition=Q(denominator__gte=0), name="kpis_kpivalue_denominator"),
        ]
        indexes = [
            models.Index(
                fields=["subject_kind", "subject_id", "period_kind", "period_start"], name="kpis_kpivalue_subject"
            )
        ]

    @property
    def value(self) -> Fraction | None:
        return Fraction(int(self.numerator), int(self.denominator)) if self.denominator else None


@untracked("A note of work to do, gone when it is done.")
class StaleKpi(models.Model):
    """A note that a person's KPIs of a month must be computed again, with the quarter, year and teams above them.

    Append-only, several notes of one subject are allowed: a writer never waits for a worker. Written in the
    transaction of the facts, deleted in the transaction of the new values.
    """

    user_id = models.BigIntegerField()
    month = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
