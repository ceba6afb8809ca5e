"""A board is a KPI, a kind of subject and a period, and no row: its order lives in Valkey, its values in kpis."""

from django.db import models
from django.db.models.functions import Now

from core.history import untracked


@untracked("A note of work to do, gone when it is done.")
class StaleStanding(models.Model):
    """A note that a person's or team's places on the boards of a month, its quarter and its year have to follow.

    Without a subject, those boards are built anew; without a month, all of them. Written in the transaction of the
    values, deleted once Valkey has them: a crash in between leaves the note, and doing it twice changes nothing.
    """

    subject_kind = models.CharField(max_length=6, blank=True)
    subject_id = models.BigIntegerField(null=True)
    month = models.DateField(null=True)
    created_at = models.DateTimeField(db_default=Now())
