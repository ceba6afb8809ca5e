"""Periods, and the runs that calculate them."""

from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from core import periods
from core.history import untracked


class Period(models.Model):
    """What a statement covers, and how far its pay has come. `start` and `end` are half-open."""

    class Kind(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        HALF = "half", _("Half-year")
        YEAR = "year", _("Year")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        REVIEW = "review", _("In review")
        APPROVED = "approved", _("Approved")
        CLOSED = "closed", _("Closed")
        PAID = "paid", _("Paid")

    # Of a period that moves, facts that come in still change the statements; a frozen one the database keeps as it is.
    MOVING: Final = (Status.OPEN, Status.REVIEW, Status.APPROVED)
    FROZEN: Final = (Status.CLOSED, Status.PAID)

    kind = models.CharField(max_length=7, choices=Kind.choices)
    start = models.DateField()
    end = models.DateField()
    first_month = models.SmallIntegerField(
        default=1, db_default=1, help_text=_("Of the years that its plans count; of a month always 1.")
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_month", "start"], name="commissions_period_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="commissions_period_order"),
            models.CheckConstraint(
                condition=Q(first_month=1) | Q(first_month__range=(2, 12)) & ~Q(kind="month"),
                name="commissions_period_years",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def calendar(self) -> periods.Period:
        return periods.Period(periods.PeriodKind(self.kind), self.start, self.end, self.first_month)

    @property
    def label(self) -> str:
        """As people write it: 2017-06, 2017-Q2, FY2017-04-Q1."""
        return self.calendar.label

    @property
    def is_moving(self) -> bool:
        return self.status in self.MOVING


@untracked("A calculation, which says by itself who started it, when, and how it ended.")
class Run(models.Model):
    """One calculation of a period for many payees, in chunks that any worker may take; the last one closes the period,
    if each chunk finds its statements as they were approved.
    """

    class Kind(models.TextChoices):
        CALCULATE = "calculate", _("Calculation")
        CLOSE = "close", _("Closing")

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Scope(models.TextChoices):
        ALL = "all", _("Everybody")
        TEAM = "team", _("A team")
        PAYEE = "payee", _("One payee")

    period = models.ForeignKey(Period, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.CALCULATE, db_default=Kind.CALCULATE)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.ALL, db_default=Scope.ALL)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", help_text=_("With those below it."))
    payee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # What it came to, once it is done: of the payees that it calculated.
    inputs_hash = models.CharField(max_length=64, blank=True, db_default="")
    payees = models.IntegerField(null=True)
    statements = models.IntegerField(null=True)
    totals = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # currency: total and payable

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period"], condition=Q(status="running"), name="commissions_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(scope="all", team=None, payee=None)
                | Q(scope="team", team__isnull=False, payee=None)
                | Q(scope="payee", team=None, payee__isnull=False),
                name="commissions_run_scope",
            ),
        ]


@untracked("A calculation, which says by itself who started it, when, and how it ended.")
class RunChunk(models.Model):
    """Some payees of a run. A worker holds the row's lock while it computes: when the worker dies, the lock goes too.

    `attempts` counts the times that the calculation raised, not the workers that died.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    payees = ArrayField(models.BigIntegerField())
    done_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    inputs_hash = models.CharField(max_length=64, blank=True, db_default="", help_text=_("Of all that it read."))
