"""What banks and payroll said became of a batch."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payouts.models.batches import Batch, Payout


class AnswerFile(models.Model):
    """One file that was taken in; the same one again is known by its hash."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="answer_files")
    name = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "content_hash"], name="payouts_answerfile_once"),
        ]


class Answer(models.Model):
    """A line of it and what it meant. One with another amount than ordered waits until its difference is booked."""

    class Outcome(models.TextChoices):
        PAID = "paid", _("Paid")
        REJECTED = "rejected", _("Sent back")
        DIFFERENT = "different", _("Another amount")
        UNKNOWN = "unknown", _("Not of this batch")
        REPEATED = "repeated", _("Known already")

    file = models.ForeignKey(AnswerFile, models.PROTECT, related_name="answers")
    line = models.IntegerField()
    reference = models.CharField(max_length=50)
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="answers")
    outcome = models.CharField(_("meaning"), max_length=9, choices=Outcome.choices)
    arrived_minor = models.BigIntegerField(help_text=_("In minor units of the payout's currency."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "line"], name="payouts_answer_once"),
            models.CheckConstraint(
                condition=Q(booked_at__isnull=True) | Q(outcome="different"), name="payouts_answer_booked"
            ),
        ]
