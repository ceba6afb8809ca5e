"""What managers give payees for their objectives."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.models.plans import Plan

LARGEST_PPM = 10_000_000  # 1000 %
LONGEST_NOTE = 200


class Score(models.Model):
    """How far a payee came with an objective in a window, as entered. A later entry replaces it; it stays."""

    class Window(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        HALF = "half", _("Half-year")
        YEAR = "year", _("Year")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="scores")
    payee = models.ForeignKey(User, models.PROTECT, related_name="scores")
    component = models.CharField(max_length=100, help_text=_("Key."))
    objective = models.CharField(
        max_length=100, blank=True, default="", help_text=_("Key; empty where the component has none.")
    )
    window = models.CharField(max_length=7, choices=Window.choices)
    window_start = models.DateField()
    score_ppm = models.BigIntegerField(null=True, help_text=_("In millionths; none: it was taken back."))
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True, default="")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, help_text=_("By a later entry."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payee", "plan", "component", "objective", "window", "window_start"],
                condition=Q(replaced_at=None),
                name="commissions_score_one_holds",
            ),
            models.CheckConstraint(
                condition=Q(score_ppm=None) | Q(score_ppm__gte=0, score_ppm__lte=LARGEST_PPM),
                name="commissions_score_range",
            ),
            models.CheckConstraint(condition=~Q(entered_by=F("payee")), name="commissions_score_second_person"),
        ]

    @property
    def percent(self) -> Decimal | None:
        """85 for 85 %."""
        return None if self.score_ppm is None else Decimal(self.score_ppm) / 10_000
