"""Plans as published, who is on them, and what they paid."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User, seen_by
from core import periods
from core.models import no_overlap


class Plan(models.Model):
    name = models.CharField(_("name"), max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """One validated plan document. Once published it never changes (a trigger sees to that), except to be retired."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.IntegerField(_("version"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.DRAFT)
    document = models.JSONField()
    source = models.TextField(_("source"), help_text=_("The YAML as its author wrote it."))
    hash = models.CharField(max_length=64)
    during = DateRangeField(_("in force"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revision = models.IntegerField(default=1, help_text=_("How often the draft was saved: nobody saves over another."))
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_alone = models.BooleanField(
        default=False, help_text=_("Whoever saved it published it too: there was no other administrator to review it.")
    )
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="commissions_planversion_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(status="draft"), name="commissions_planversion_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(saved_by=None)
                | Q(published_by=None)
                | ~Q(saved_by=F("published_by"))
                | Q(published_alone=True),
                name="commissions_planversion_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(during__isnull=False, published_at__isnull=False),
                name="commissions_planversion_published_has_dates",
            ),
            no_overlap("plan", name="commissions_planversion_one_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.plan.name} v{self.number}"


class Assignment(models.Model):
    """Who is paid by which plan, from a day to before another."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="assignments")
    payee = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    during = DateRangeField()

    class Meta:
        constraints = [
            no_overlap("plan", "payee", name="commissions_assignment_once"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="commissions_assignment_not_empty"),
        ]


class Acceptance(models.Model):
    """That a payee read a version of a plan she is on, and agreed. It never changes: a trigger sees to that."""

    payee = models.ForeignKey(User, models.PROTECT, related_name="acceptances", db_index=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="acceptances")
    name = models.CharField(_("name"), max_length=200, help_text=_("As she typed it."))
    accepted_at = models.DateTimeField()
    hash = models.CharField(max_length=64, help_text=_("Of the document that she read."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payee", "plan_version"], name="commissions_acceptance_once"),
            models.CheckConstraint(condition=~Q(name=""), name="commissions_acceptance_named"),
        ]


class Quota(models.Model):
    """What a payee is expected to reach, or to earn, under a plan in each month, quarter or year of a range of dates.

    A component of the plan that has rows of its own goes by them, every other one by the rows without a component.
    """

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("Quota in money")
        UNITS = "units", _("Quota in units or deals")
        TARGET = "target", _("Target incentive")

    class Per(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        YEAR = "year", _("Year")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="quotas")
    payee = models.ForeignKey(User, models.PROTECT, related_name="quotas")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.AMOUNT, db_default=Kind.AMOUNT)
    component = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text=_("Key; empty: each one without its own.")
    )
    per = models.CharField(max_length=7, choices=Per.choices)
    amount_minor = models.BigIntegerField(help_text=_("Of a quota in units or deals: millionths of one."))
    during = DateRangeField()

    class Meta:
        constraints = [
            no_overlap("plan", "payee", texts=("kind", "component"), name="commissions_quota_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commissions_quota_positive"),
        ]


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

    kind = models.CharField(max_length=7, choices=Kind.choices)
    start = models.DateField()
    end = models.DateField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "start"], name="commissions_period_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="commissions_period_order"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def calendar(self) -> periods.Period:
        return periods.Period(periods.PeriodKind(self.kind), self.start, self.end)

    @property
    def label(self) -> str:
        """As people write it: 2017-06, 2017-Q2."""
        return self.calendar.label

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class Run(models.Model):
    """One calculation of a period for many payees, in chunks that any worker may take."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    period = models.ForeignKey(Period, models.PROTECT, related_name="runs")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period"], condition=Q(status="running"), name="commissions_run_one_at_a_time"
            )
        ]


class RunChunk(models.Model):
    """Some payees of a run. A worker holds the row's lock while it computes: when the worker dies, the lock goes too.

    `attempts` counts the times that the calculation raised, not the workers that died.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    payees = ArrayField(models.BigIntegerField())
    done_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, user: User, on: date) -> Self:
        """One's own, those of one's reports on that date, or all."""
        if user.sees_everyone:
            return self
        return self.filter(payee__in=seen_by(user.pk, on))


class Statement(models.Model):
    """What a payee earned in a period, in one currency. Always the sum of its lines."""

    payee = models.ForeignKey(User, models.PROTECT, related_name="statements", db_index=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="statements", db_index=False)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    payable_minor = models.BigIntegerField()
    notices = models.JSONField(default=list, help_text=_("Why a credit of this payee did not count."))
    computed_at = models.DateTimeField()

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "payee", "currency"], name="commissions_statement_once"),
        ]
        indexes = [models.Index(fields=["payee", "period"], name="commissions_statement_payee")]


class Settlement(models.Model):
    """From what a statement's lines earned under a plan to what it pays, where a draw or a balance makes a difference.

    payable = earned + advanced - recovered + carried; `owed_after` is what the next statement starts with.
    """

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="settlements", db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", db_index=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    earned_minor = models.BigIntegerField()
    advanced_minor = models.BigIntegerField(help_text=_("Of the draw."))
    recovered_minor = models.BigIntegerField(help_text=_("Of what was owed before."))
    forgiven_minor = models.BigIntegerField(help_text=_("Of what was owed before."))
    carried_minor = models.BigIntegerField(help_text=_("What would have been below zero."))
    owed_before_minor = models.BigIntegerField()
    owed_after_minor = models.BigIntegerField()
    payable_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "plan"], name="commissions_settlement_once"),
            models.CheckConstraint(
                condition=Q(
                    payable_minor=F("earned_minor") + F("advanced_minor") - F("recovered_minor") + F("carried_minor")
                ),
                name="commissions_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    owed_before_minor__gte=0, owed_after_minor__gte=0, advanced_minor__gte=0, recovered_minor__gte=0,
                    forgiven_minor__gte=0, carried_minor__gte=0,
                ),
                name="commissions_settlement_not_negative",
            ),
        ]  # fmt: skip


class EarningLine(models.Model):
    """The difference of two points on a component's curve: what moving from x0 to x1 earned. Amounts in minor units.

    Triggers keep its references, a whole COPY in one join: foreign keys look each row up at the commit, which took
    three times as long as everything else in a run.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", _("A deal")
        CARRIED = "carried", _("Carried from before")
        SCORE = "score", _("Score")
        POOL = "pool", _("Part of the team's pool")

    class Event(models.TextChoices):
        """What gave the credit, or took it back."""

        BOOKED = "booked", _("Closed")
        INVOICED = "invoiced", _("Invoiced")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="lines", db_index=False, db_constraint=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    component = models.CharField(max_length=100)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.CREDIT)
    event = models.CharField(max_length=9, choices=Event.choices, null=True, default=Event.BOOKED)
    deal = models.ForeignKey(
        "sales.Deal", models.PROTECT, null=True, related_name="earning_lines", db_constraint=False,
        help_text=_("Absent unless the line is a credit's."),
    )  # fmt: skip
    role = models.CharField(max_length=50, blank=True)
    via = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False,
        help_text=_("Whose share of the deal it is, where it isn't the payee's own."),
    )  # fmt: skip
    date = models.DateField()
    seq = models.IntegerField(help_text=_("The credit's place in its statement, from 0: by date, then by deal."))
    exchange_rate_e12 = models.BigIntegerField(null=True, help_text=_("From the deal's currency, times 10^12."))
    credited_minor = models.BigIntegerField()
    window_start = models.DateField()
    quota_minor = models.BigIntegerField(null=True)
    target_minor = models.BigIntegerField(null=True, help_text=_("The target incentive of which it pays a share."))
    x0_minor = models.BigIntegerField()
    x1_minor = models.BigIntegerField()
    multiplier_ppm = models.BigIntegerField(null=True, help_text=_("What the pay is multiplied by, in millionths."))
    multiplier_value_ppm = models.BigIntegerField(null=True, help_text=_("What led to it, in millionths."))
    uncapped_minor = models.BigIntegerField(help_text=_("What the curve pays, before a cap."))
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "seq", "component"], name="commissions_earningline_once"),
            models.CheckConstraint(
                condition=Q(kind="credit", deal__isnull=False) | (~Q(kind="credit") & Q(deal__isnull=True)),
                name="commissions_earningline_deal",
            ),
        ]


class StaleStatement(models.Model):
    """A note that a payee's statements of periods from this day on must be computed again.

    Append-only like kpis.StaleKpi, for the same reason.
    """

    payee_id = models.BigIntegerField()
    on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0, help_text=_("How often the recalculation raised; after 3 it is left."))


class Scenario(models.Model):
    """A plan as somebody changed it to see what it would have cost in a range of past months. It pays nobody."""

    name = models.CharField(_("name"), max_length=100)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="scenarios")
    start = models.DateField()
    end = models.DateField()
    document = models.JSONField()
    source = models.TextField(_("source"))
    quotas_percent = models.DecimalField(_("quotas"), max_digits=13, decimal_places=9, help_text=_("Of what is set."))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="commissions_scenario_name"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="commissions_scenario_order"),
            models.CheckConstraint(condition=Q(quotas_percent__gt=0), name="commissions_scenario_quotas_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def during(self) -> DateRange:
        return DateRange(self.start, self.end)
