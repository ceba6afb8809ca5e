"""What payees don't agree with, what was said about it, and how it ended."""

from datetime import date
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, seen_by
from commissions.models.adjustments import Adjustment
from commissions.models.periods import Period

LONGEST_TEXT: Final = 4_000


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: User, on: date) -> Self:
        """One's own, those of one's reports on that date, or all."""
        if user.sees_everyone:
            return self
        return self.filter(payee__in=seen_by(user.pk, on))

    def standing(self) -> Self:
        """Those that somebody has to see to."""
        return self.filter(status__in=Dispute.STANDING)


class Dispute(models.Model):
    """About a line, a deal that is missing, or a whole statement. Names the statement by what doesn't change, and keeps
    what stood there: a recalculation replaces lines, and may take the statement itself away.
    """

    class About(models.TextChoices):
        LINE = "line", _("A line")
        DEAL = "deal", _("A missing deal")
        STATEMENT = "statement", _("The whole statement")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        RESOLVED = "resolved", _("Resolved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Outcome(models.TextChoices):
        FACTS = "facts", _("Facts were corrected")
        ADJUSTMENT = "adjustment", _("An adjustment was posted")
        REJECTED = "rejected", _("Nothing changes")

    STANDING: Final = (Status.OPEN, Status.ANSWERED)

    payee = models.ForeignKey(User, models.PROTECT, related_name="disputes")
    period = models.ForeignKey(Period, models.PROTECT, related_name="disputes")
    currency = models.CharField(max_length=3)
    about = models.CharField(max_length=9, choices=About.choices)
    subject = models.CharField(max_length=300, help_text=_("The same for the same line, deal or statement."))
    deal = models.ForeignKey("sales.Deal", models.PROTECT, null=True, related_name="disputes")
    deal_text = models.CharField(max_length=200, blank=True, help_text=_("A missing deal, as she knows it."))
    customer = models.CharField(max_length=200, blank=True)
    claimed_minor = models.BigIntegerField(null=True, help_text=_("What she says the deal is worth."))
    snapshot = models.JSONField(help_text=_("component, deal, amount_minor, sentence, revision of what it is about."))
    payable_minor = models.BigIntegerField(help_text=_("Of the statement, when it was disputed."))
    reason = models.TextField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="assigned_disputes")
    due_on = models.DateField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    outcome_text = models.TextField(blank=True)
    adjustment = models.ForeignKey(Adjustment, models.PROTECT, null=True, related_name="resolved")
    payable_before_minor = models.BigIntegerField(null=True)
    payable_after_minor = models.BigIntegerField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text=_("When the payee was sent the outcome."))
    reminded_on = models.DateField(null=True, help_text=_("When the assignee was last reminded."))
    escalated_on = models.DateField(null=True, help_text=_("When finance was last told that it is overdue."))

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payee", "period", "currency", "subject"],
                condition=Q(status__in=["open", "answered"]),
                name="commissions_dispute_one_stands",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="commissions_dispute_has_reason"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "answered"], ended_at=None, outcome="")
                | Q(status="withdrawn", ended_at__isnull=False, outcome="")
                | Q(
                    status__in=["resolved", "rejected"], ended_at__isnull=False, payable_before_minor__isnull=False,
                    payable_after_minor__isnull=False,
                )
                & ~Q(outcome=""),
                name="commissions_dispute_ended",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(status__in=["open", "answered"]), name="commissions_dispute_due"
            )
        ]

    @property
    def stands(self) -> bool:
        return self.status in self.STANDING

    @property
    def difference_minor(self) -> int:
        return (self.payable_after_minor or 0) - (self.payable_before_minor or 0)


class DisputeMessage(models.Model):
    """What somebody wrote. Internal ones the payee never sees."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    is_internal = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="commissions_disputemessage_not_empty")]
