"""Plans as published, and who is on them."""

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
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


class Expected(models.Model):
    """What somebody is expected to reach, or to earn, under a plan in each month, quarter or year of a range of dates.

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

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="%(class)ss")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.AMOUNT, db_default=Kind.AMOUNT)
    component = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text=_("Key; empty: each one without its own.")
    )
    per = models.CharField(max_length=7, choices=Per.choices)
    amount_minor = models.BigIntegerField(help_text=_("Of a quota in units or deals: millionths of one."))
    during = DateRangeField()

    class Meta:
        abstract = True


class Quota(Expected):
    """Of a payee."""

    payee = models.ForeignKey(User, models.PROTECT, related_name="quotas")

    class Meta:
        constraints = [
            no_overlap("plan", "payee", texts=("kind", "component"), name="commissions_quota_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commissions_quota_positive"),
        ]


class TeamQuota(Expected):
    """Of a team, by which the plan's pools go."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="quotas")

    class Meta:
        constraints = [
            no_overlap("plan", "team", texts=("kind", "component"), name="commissions_teamquota_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commissions_teamquota_positive"),
            models.CheckConstraint(condition=~Q(kind="target"), name="commissions_teamquota_no_target"),
        ]


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
