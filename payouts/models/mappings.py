"""How a payroll system wants its file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PayrollMapping(models.Model):
    """Columns in their order, with headings and formats. The document is payouts.engine.mapping's."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.name
