"""What is added to somebody's pay, or taken from it, by people: who asked for it, who decided, and why."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, reports_of
from commissions.models.periods import Period

LONGEST_REASON = 2_000


class AdjustmentLimit(models.Model):
    """Up to which amount finance adjusts pay alone. Without a row for a currency: not at all."""

    currency = models.CharField(_("currency"), max_length=3, primary_key=True)
    amount_minor = models.BigIntegerField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commissions_adjustmentlimit_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="commissions_adjustmentlimit_code"),
        ]


class Evidence(models.Model):
    """A file that shows why pay was adjusted; kept here, so that it can't be lost or changed apart from the row."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(content=b""), name="commissions_evidence_not_empty"),
        ]


class AdjustmentGroup(models.Model):
    """Adjustments that were asked for at once, and by whose token a second click is known.

    Those of a split are decided together: what one loses, others get.
    """

    class Kind(models.TextChoices):
        ONE = "one", _("One adjustment")
        SPLIT = "split", _("Split")
        FILE = "file", _("A list of adjustments")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    token = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def visible_to(self, user: User, on: date) -> Self:
        """All; or those of one's reports, and of one's own what came to count."""
        if user.sees_everyone:
            return self
        own = Q(payee=user.pk, status=Adjustment.Status.APPROVED) | Q(payee=user.pk, withdrawn_after=True)
        return self.filter(own | Q(payee__in=reports_of(user.pk, on)))

    def counting(self) -> Self:
        """Those that statements add up."""
        return self.filter(status=Adjustment.Status.APPROVED)


class Adjustment(models.Model):
    """An amount beside what plans pay, as somebody asked for it. Nobody asks for herself, nor decides her own.

    `period` is the one whose statement shows it; `asked_period` the one that it was asked for, where that had closed
    before the decision. The database lets a row go its way once and never changes what was asked.
    """

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("Correction")
        BONUS = "bonus", _("Bonus")
        SPIFF = "spiff", _("SPIFF")
        SPLIT = "split", _("Split")
        CLAWBACK = "clawback", _("Clawback")
        WRITE_OFF = "write_off", _("Write-off")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    group = models.ForeignKey(AdjustmentGroup, models.PROTECT, related_name="adjustments")
    payee = models.ForeignKey(User, models.PROTECT, related_name="adjustments")
    period = models.ForeignKey(Period, models.PROTECT, related_name="adjustments")
    asked_period = models.ForeignKey(Period, models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    reason = models.TextField(help_text=_("The payee reads it."))
    internal_note = models.TextField(blank=True, help_text=_("The payee doesn't read it."))
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="adjustments")
    deal = models.ForeignKey("sales.Deal", models.PROTECT, null=True, related_name="adjustments")
    dispute = models.ForeignKey("commissions.Dispute", models.PROTECT, null=True, related_name="adjustments")
    line = models.IntegerField(null=True, help_text=_("Of the file."))
    row_hash = models.CharField(max_length=64, blank=True, help_text=_("Of what a row of a file says."))
    status = models.CharField(max_length=9, choices=Status.choices)
    payable_before_minor = models.BigIntegerField(help_text=_("When it was asked for; since it is decided, then."))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        help_text=_("Absent of one below the limit, which needed nobody else."),
    )  # fmt: skip
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_note = models.TextField(blank=True)
    withdrawn_after = models.BooleanField(default=False, help_text=_("It had counted before it was withdrawn."))

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="commissions_adjustment_not_nothing"),
            models.CheckConstraint(condition=~Q(reason=""), name="commissions_adjustment_has_reason"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="commissions_adjustment_currency"),
            models.CheckConstraint(condition=~Q(proposed_by=F("payee")), name="commissions_adjustment_not_own"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("payee")) & ~Q(decided_by=F("proposed_by")),
                name="commissions_adjustment_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None, decided_by=None, withdrawn_at=None)
                | Q(status="approved", decided_at__isnull=False, withdrawn_at=None)
                | Q(status="rejected", decided_at__isnull=False, decided_by__isnull=False, withdrawn_at=None)
                | Q(status="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="commissions_adjustment_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["row_hash"],
                condition=~Q(row_hash="") & Q(status__in=["proposed", "approved"]),
                name="commissions_adjustment_row_once",
            ),
        ]
        indexes = [models.Index(fields=["period", "payee"], name="commissions_adjustment_of")]

    @property
    def payable_after_minor(self) -> int:
        return self.payable_before_minor + self.amount_minor
