"""Periods come into being when something is computed for them."""

from commissions.models import Period
from core import periods


def get_period(*, calendar: periods.Period) -> Period:
    """The row of a calendar period, made if there is none. Commit it before a run starts on it."""
    period, _created = Period.objects.get_or_create(
        kind=calendar.kind.value,
        first_month=calendar.first_month,
        start=calendar.start,
        defaults={"end": calendar.end},
    )
    return period
