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


@dataclass(frozen=True, slots=True)
class Away:
    """Days of a person that became days of leave, or no longer are."""

    user_id: int
    starts_on: date
    ends_on: date | None  # the first day back; None: until further notice


# leave_changed.send(sender: Leave, away: frozenset[Away], acting_user: User | None, now: datetime)
# What the person's plans say of those days is stale, and of whole windows that hold them.
leave_changed = Signal()
