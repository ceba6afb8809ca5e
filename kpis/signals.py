"""What kpis announces, inside the transaction that writes the values: what follows from them commits with them."""

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
