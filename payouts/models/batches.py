"""What was paid: a ledger of which no row that left the house ever changes, but for how far it has come."""

from fractions import Fraction
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.models import Statement
from core.history import tracked, untracked
from payouts.engine.paying import RATE_ONE
from payouts.models.accounts import CURRENCY, AccountKind, BankAccount, PayoutProfile


class Hold(models.Model):
    """From now on nothing is paid to a person, until somebody releases her."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payout_holds")
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(released_at__isnull=True), name="payouts_hold_one_at_a_time"
            ),
        ]


class Batch(models.Model):
    """Payouts that are reviewed, approved and handed to payroll or a bank together."""

    class Kind(models.TextChoices):
        REGULAR = "regular", _("Regular")
        OFF_CYCLE = "off_cycle", _("Off-cycle")
        COUNTER = "counter", _("Counter-batch")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        EXPORTED = "exported", _("Handed over")
        PAID = "paid", _("Paid")
        VOID = "void", _("Void")

    number = models.IntegerField(unique=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    pay_on = models.DateField(_("pay date"))
    idempotency_key = models.CharField(max_length=100, unique=True)
    counters = models.ForeignKey("self", models.PROTECT, null=True, related_name="countered_by")
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    exported_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paid_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text=_("Of its payouts, when it was handed over."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="counter", counters__isnull=False) | (~Q(kind="counter") & Q(counters__isnull=True)),
                name="payouts_batch_counters",
            ),
            models.CheckConstraint(
                condition=~Q(status="exported") | Q(exported_at__isnull=False, approved_at__isnull=False),
                name="payouts_batch_approved_before_exported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:05}"


class PayoutQuerySet(models.QuerySet["Payout"]):
    def counting(self) -> Self:
        """Those of the ledger: all but what was discarded before it left the house."""
        return self.exclude(status=Payout.Status.VOID)

    def visible_to(self, user: User) -> Self:
        return self if user.sees_everyone else self.filter(payee=user)


@tracked(secret=["number_sealed"])
class Payout(models.Model):
    """What a batch pays one person of what is due to her in one currency. Of a counter-batch it is below zero.

    Due = payable of closed statements - sum of `taken_minor` of all payouts that aren't void.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        EXPORTED = "exported", _("Handed over")
        PAID = "paid", _("Paid")
        REJECTED = "rejected", _("Sent back")
        REVERSED = "reversed", _("Reversed")
        VOID = "void", _("Void")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="payouts")
    reference = models.CharField(max_length=15, unique=True)
    payee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payouts")
    currency = models.CharField(_("currency"), max_length=3, help_text=_("In which it was due."))
    taken_minor = models.BigIntegerField(help_text=_("Of what was due."))
    paid_currency = models.CharField(_("payout currency"), max_length=3)
    paid_minor = models.BigIntegerField(help_text=_("What it comes to in the payout currency."))
    rate_e12 = models.BigIntegerField(null=True, help_text=_("From the one to the other, times 10^12."))
    rate_on = models.DateField(null=True, help_text=_("Since when that rate holds."))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    counters = models.ForeignKey("self", models.PROTECT, null=True, related_name="countered_by")
    method = models.CharField(max_length=7, choices=PayoutProfile.Method.choices)
    payroll_id = models.CharField(max_length=50, blank=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")
    account_kind = models.CharField(max_length=4, choices=AccountKind.choices, blank=True)
    account_holder = models.CharField(max_length=140, blank=True)
    account_holding = models.CharField(max_length=8, blank=True)
    bank_name = models.CharField(max_length=100, blank=True)
    bank_code = models.CharField(max_length=11, blank=True)
    number_sealed = models.TextField(blank=True)
    mask = models.CharField(max_length=10, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "payee", "currency"],
                condition=Q(counters__isnull=True) & ~Q(status="void"),
                name="payouts_payout_once",
            ),
            models.CheckConstraint(
                condition=Q(counters__isnull=False) | Q(taken_minor__gt=0, paid_minor__gt=0),
                name="payouts_payout_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=CURRENCY, paid_currency__regex=CURRENCY), name="payouts_payout_currency"
            ),
            models.CheckConstraint(
                condition=Q(rate_e12__isnull=False)
                | Q(currency=F("paid_currency"), taken_minor=F("paid_minor"), rate_e12__isnull=True),
                name="payouts_payout_rate",
            ),
        ]
        indexes = [models.Index(fields=["payee", "currency"], name="payouts_payout_due")]

    @property
    def rate(self) -> Fraction | None:
        """What one unit of the due currency was worth."""
        return None if self.rate_e12 is None else Fraction(self.rate_e12, RATE_ONE)


class PayoutStatement(models.Model):
    """A closed statement that a payout takes care of: at most one at a time, unless what it paid came back."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="statements")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="payouts")
    is_countered = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement"], condition=Q(is_countered=False), name="payouts_payoutstatement_once"
            ),
        ]


@untracked("It is made of a batch that has a history, and is never changed.")
class BatchFile(models.Model):
    """A file of a batch as it was first handed out, so that it is the same to the byte whenever it is asked for."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    content_sealed = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "name"], name="payouts_batchfile_once")]
