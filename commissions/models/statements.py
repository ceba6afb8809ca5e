"""What periods paid."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User, seen_by
from commissions.models.periods import Period
from commissions.models.plans import Plan, PlanVersion
from core.history import untracked


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, user: User, on: date) -> Self:
        """One's own, those of one's reports on that date, or all."""
        if user.sees_everyone:
            return self
        return self.filter(payee__in=seen_by(user.pk, on))


@untracked("The ledger: calculated anew from facts that have a history, and frozen with its period.")
class Statement(models.Model):
    """What a payee earned in a period, in one currency. Always the sum of its lines.

    `revision` counts the times that anything of it changed: who approves, accepts or disputes it names the one she saw.
    """

    payee = models.ForeignKey(User, models.PROTECT, related_name="statements", db_index=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="statements", db_index=False)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField(help_text=_("Of the lines."))
    adjusted_minor = models.BigIntegerField(default=0, db_default=0, help_text=_("Of its approved adjustments."))
    payable_minor = models.BigIntegerField(help_text=_("With the adjustments."))
    revision = models.IntegerField(default=1, db_default=1)
    approved_revision = models.IntegerField(null=True, help_text=_("The one that was approved in the last step."))
    notices = models.JSONField(default=list, help_text=_("Why a credit of this payee did not count."))
    computed_at = models.DateTimeField()

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "payee", "currency"], name="commissions_statement_once"),
        ]
        indexes = [models.Index(fields=["payee", "period"], name="commissions_statement_payee")]


@untracked("The ledger: calculated anew from facts that have a history, and frozen with its period.")
class Settlement(models.Model):
    """From what a statement's lines earned under a plan to what it pays, where these aren't the same.

    payable = earned - held + released + advanced - recovered + carried; the next statement starts with `owed_after`.
    """

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="settlements", db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", db_index=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    earned_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField(default=0, help_text=_("Of what was earned: not due yet."))
    released_minor = models.BigIntegerField(default=0, help_text=_("Of what was earned before: due now."))
    advanced_minor = models.BigIntegerField(help_text=_("Of the draw."))
    recovered_minor = models.BigIntegerField(help_text=_("Of what was owed before."))
    forgiven_minor = models.BigIntegerField(help_text=_("Of what was owed before."))
    carried_minor = models.BigIntegerField(help_text=_("What would have been below zero."))
    owed_before_minor = models.BigIntegerField()
    owed_after_minor = models.BigIntegerField()
    held_after_minor = models.BigIntegerField(default=0, help_text=_("Of all that was earned so far: not paid yet."))
    payable_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "plan"], name="commissions_settlement_once"),
            models.CheckConstraint(
                condition=Q(
                    payable_minor=F("earned_minor") - F("held_minor") + F("released_minor") + F("advanced_minor")
                    - F("recovered_minor") + F("carried_minor")
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


@untracked("The ledger: calculated anew from facts that have a history, and frozen with its period.")
class EarningLine(models.Model):
    """The difference of two points on a component's curve: what moving from x0 to x1 earned. Amounts in minor units.

    Triggers keep its references, a whole COPY in one join: foreign keys look each row up at the commit, which took
    three times as long as everything else in a run.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", _("A deal")
        CARRIED = "carried", _("Carried from before")
        SCORE = "score", _("Score")
        TRUE_UP = "true_up", _("True-up")

    class Event(models.TextChoices):
        """What gave the credit, or took it back."""

        BOOKED = "booked", _("Closed")
        INVOICED = "invoiced", _("Invoiced")
        PAID = "paid", _("Paid")
        REPEATED = "repeated", _("Credited again")
        UNPAID = "unpaid", _("Not paid in time")
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
    rate_column = models.SmallIntegerField(null=True, help_text=_("Which column of a rate table it earns, from 0."))
    share_ppm = models.IntegerField(null=True, help_text=_("Which part of the deal it credits, in millionths."))
    credited_minor = models.BigIntegerField()
    window_start = models.DateField()
    quota_minor = models.BigIntegerField(null=True)
    target_minor = models.BigIntegerField(null=True, help_text=_("The target incentive of which it pays a share."))
    x0_minor = models.BigIntegerField()
    x1_minor = models.BigIntegerField()
    multiplier_ppm = models.BigIntegerField(null=True, help_text=_("What the pay is multiplied by, in millionths."))
    multiplier_value_ppm = models.BigIntegerField(null=True, help_text=_("What led to it, in millionths."))
    uncapped_minor = models.BigIntegerField(help_text=_("What the curve pays, before a cap."))
    deals_before = models.BigIntegerField(null=True, help_text=_("Of a SPIFF: how many deals took a place before it."))
    paid_before_minor = models.BigIntegerField(null=True, help_text=_("Of a SPIFF: what of its budget was gone."))
    pool = models.TextField(
        null=True, help_text=_("Of a part of a team's pool: before, after, members, own, total, part.")
    )
    amount_minor = models.BigIntegerField()
    about = models.ForeignKey(
        Period, models.PROTECT, null=True, related_name="true_ups", db_index=False, db_constraint=False,
        help_text=_("Of a true-up: the closed period that it is about."),
    )  # fmt: skip
    was_minor = models.BigIntegerField(null=True, help_text=_("Of a true-up: what had been posted for that period."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "seq", "component"], name="commissions_earningline_once"),
            models.CheckConstraint(
                condition=Q(kind="credit", deal__isnull=False)
                | Q(kind="true_up")
                | (~Q(kind="credit") & Q(deal__isnull=True)),
                name="commissions_earningline_deal",
            ),
            models.CheckConstraint(
                condition=Q(kind="true_up", about__isnull=False, was_minor__isnull=False)
                | (~Q(kind="true_up") & Q(about__isnull=True, was_minor__isnull=True)),
                name="commissions_earningline_true_up",
            ),
        ]
        indexes = [
            models.Index(fields=["about"], condition=Q(about__isnull=False), name="commissions_line_about"),
        ]


@untracked("The ledger: calculated anew from facts that have a history, and frozen with its period.")
class Release(models.Model):
    """What a statement paid of what was earned with one deal, where pay waits: by its own lines, and by those before.

    All that a payee was paid of it is the sum of earned - held + released over her statements. No row: nothing moved.
    """

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="releases", db_index=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+", db_index=False)
    component = models.CharField(max_length=100)
    deal = models.ForeignKey("sales.Deal", models.PROTECT, null=True, related_name="releases")
    role = models.CharField(max_length=50, blank=True)
    earned_on = models.DateField(help_text=_("By the first of the lines."))
    earned_minor = models.BigIntegerField(help_text=_("By lines of this statement."))
    held_minor = models.BigIntegerField(help_text=_("What of that is not due yet; below zero: no longer held."))
    released_minor = models.BigIntegerField(help_text=_("Of what earlier statements earned: due now."))
    held_after_minor = models.BigIntegerField(help_text=_("Of all that was earned with it so far: not paid yet."))
    due = models.TextField(help_text=_("Which share is due, such as 7/10."))
    states = models.TextField(blank=True, help_text=_("How far each part of the payout is due, such as 1 2/5."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "plan_version", "component", "deal", "role"],
                condition=Q(deal__isnull=False),
                name="commissions_release_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "plan_version", "component", "role", "earned_on"],
                condition=Q(deal__isnull=True),
                name="commissions_release_once_without_deal",
            ),
        ]


@untracked("It follows from deals and statements.")
class HandedOver(models.Model):
    """A deal that others share now than when a closed statement credited it: what that credited stays with them.

    Noted with the change, for the lines of all closed statements are too many to be asked by every calculation.
    """

    deal = models.OneToOneField("sales.Deal", models.CASCADE, primary_key=True, related_name="+")


@untracked("A note of work to do, gone when it is done.")
class Revised(models.Model):
    """Facts of a closed period that have changed since for a payee: the first moving period after it carries the
    difference, and when that has closed, or where there is none, the row goes.
    """

    payee = models.ForeignKey(User, models.CASCADE, related_name="+")
    period = models.ForeignKey(Period, models.CASCADE, related_name="revised", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "payee"], name="commissions_revised_once")]


@untracked("A note of work to do, gone when it is done.")
class StaleStatement(models.Model):
    """A note that a payee's statements of periods from this day on must be computed again.

    Append-only like kpis.StaleKpi, for the same reason.
    """

    payee_id = models.BigIntegerField()
    on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0, help_text=_("How often the recalculation raised; after 3 it is left."))
