"""What accounts announces, inside the transaction that writes it."""

from dataclasses import dataclass
from datetime import date

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Moved:
    """A person whose team or manager changed from a day on."""

    user_id: int
    starts_on: date
    former_id: int | None = None  # the team or manager that she would have had on that day; None: she had none


# people_moved.send(sender: Membership or ReportingLine, moved: frozenset[Moved], acting_user: User | None)
# The numbers of the teams and managers concerned are stale from that day on.
people_moved = Signal()
