"""What sales announces, inside the transaction that changes the facts: what it makes stale commits with them."""

from dataclasses import dataclass
from datetime import date

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Touched:
    """A person whose credited facts changed on a day: old owner and new, old day and new, each a row of its own."""

    user_id: int
    on: date


# facts_changed.send(sender, touched: frozenset[Touched], deal_ids: frozenset[int])
facts_changed = Signal()

# rates_changed.send(sender, target: str, touched: frozenset[Touched], deal_ids: frozenset[int]): these deals are
# converted into that currency in another way; touched are their people and the days that may credit them
rates_changed = Signal()

# import_waiting.send(sender, import_id: int)
import_waiting = Signal()
