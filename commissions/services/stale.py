"""Notes of what must be computed again, written with the change that made it so."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from commissions.models import Period, Plan, StaleStatement

_BATCH = 5_000


def note_facts(*, touched: Iterable[tuple[int, date]]) -> int:
    """Note payees whose credits changed on a day; returns the number of notes.

    A note reaches from its day to the end of that calendar year, where every window that holds the day has ended: so
    of a payee's days in a year the first is enough.
    """
    first: dict[tuple[int, int], date] = {}
    for payee_id, day in touched:
        key = (payee_id, day.year)
        first[key] = min(day, first.get(key, day))
    return _write((payee_id, day) for (payee_id, _year), day in first.items())


def note_payees(*, payee_ids: Iterable[int], start: date, until: date | None, now: datetime) -> int:
    """Note payees whose rules changed for a range of days: one note for each year with a period to be recalculated."""
    days = _days(start, until, timezone.localdate(now))
    return _write((payee_id, day) for payee_id in payee_ids for day in days)


def note_plan(*, plan: Plan, start: date, now: datetime) -> int:
    """Note everybody who is on a plan on or after a day."""
    payees = plan.assignments.filter(during__endswith__gt=start) | plan.assignments.filter(during__upper_inf=True)
    return note_payees(payee_ids=set(payees.values_list("payee", flat=True)), start=start, until=None, now=now)


def _days(start: date, until: date | None, today: date) -> list[date]:
    affected = Period.objects.filter(status=Period.Status.OPEN, end__gt=start)
    if until is not None:
        affected = affected.filter(start__lt=until)
    years = {max(day, start).year for day in affected.values_list("start", flat=True)}
    if start <= today and (until is None or today < until):
        years.add(today.year)
    return [max(start, date(year, 1, 1)) for year in sorted(years)]


def _write(notes: Iterable[tuple[int, date]]) -> int:
    rows = [StaleStatement(payee_id=payee_id, on=day) for payee_id, day in notes]
    StaleStatement.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)
