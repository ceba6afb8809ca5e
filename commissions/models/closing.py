"""How finance brings a period to its end: the moves, what was ticked off, and whom it closed without an approval."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.models.periods import Period
from core.history import untracked


@untracked("Only ever added: it says itself who did what, when and why.")
class PeriodMove(models.Model):
    """That a period went from one status to another: by whom, when and why. A trigger keeps it so."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="moves")
    before = models.CharField(max_length=8, choices=Period.Status.choices)
    after = models.CharField(max_length=8, choices=Period.Status.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(_("reason"), blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(before=F("after")), name="commissions_periodmove_moves")]


class ApprovalException(models.Model):
    """That a period may close although this statement isn't approved: for whom, by whom and why.

    Not of a statement's id, which a recalculation may take away and bring back.
    A trigger keeps those of closed periods.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="exceptions", db_index=False)
    payee = models.ForeignKey(User, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "payee", "currency"], name="commissions_approvalexception_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="commissions_approvalexception_reason"),
        ]


@untracked("Only ever added: it says itself who did what and when.")
class ChecklistTick(models.Model):
    """That a person looked at an item of a period's checklist, and at which figure; or that she took that back.

    The latest row of an item counts. It never changes: a trigger sees to that.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="ticks", db_index=False)
    item = models.CharField(max_length=20)
    figure = models.CharField(max_length=64, help_text=_("What the item said then: a tick of another is out of date."))
    is_done = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["period", "item", "-id"], name="commissions_tick_latest")]
