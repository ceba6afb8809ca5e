"""What became of a statement each time that it was calculated anew."""

from django.db import models

from accounts.models import User
from commissions.models.periods import Period, Run
from core.history import untracked


@untracked("The ledger says by it what a calculation changed.")
class StatementChange(models.Model):
    """A statement before and after one calculation, and the lines that made the difference. A trigger keeps it so.

    `causes` are the largest: of a deal and a component what was paid and is, null where there was, or is, no line.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="changes", db_index=False)
    payee = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="changes")
    at = models.DateTimeField()
    revision = models.IntegerField()
    was_total_minor = models.BigIntegerField(null=True)  # null: it is new
    was_payable_minor = models.BigIntegerField(null=True)
    total_minor = models.BigIntegerField(null=True)  # null: it is gone
    payable_minor = models.BigIntegerField(null=True)
    causes = models.JSONField(default=list)  # of {"deal", "component", "was", "now"}
    more = models.IntegerField(default=0)  # causes that are left out

    class Meta:
        indexes = [models.Index(fields=["period", "-id"], name="commissions_change_latest")]
