"""What kpis announces. Sent inside the transaction that writes the values, so that what follows from them commits too."""

from dataclasses import dataclass
from datetime import date

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Remeasured:
    """A person or team of whom some value of a month, or of its quarter or year, is another now."""

    subject_kind: str
    subject_id: int
    month: date  # its first day


# values_changed.send(sender, changed: frozenset[Remeasured])
values_changed = Signal()
# all_remeasured.send(sender): every value may be another
all_remeasured = Signal()
