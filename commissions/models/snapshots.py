"""What closed statements were computed from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commissions.models.periods import Period, Run


class Snapshot(models.Model):
    """All that the statements of some payees follow from, as a period closed: a ZIP of `engine.bundles.files`.

    One for each chunk of the run that closes a period, for payees share deals and plans. A trigger keeps it: it is
    added while the period moves, and goes only with a closing that came to nothing.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="snapshots")
    run = models.ForeignKey(Run, models.PROTECT, related_name="snapshots", db_index=False)
    payees = ArrayField(models.BigIntegerField())
    statements = ArrayField(models.BigIntegerField())
    revisions = ArrayField(models.IntegerField(), help_text=_("Of the statements, in their order."))
    content = models.BinaryField()
    inputs_hash = models.CharField(max_length=64, help_text=_("Of the files: see `bundles.files.inputs_hash`."))
    made_at = models.DateTimeField()
