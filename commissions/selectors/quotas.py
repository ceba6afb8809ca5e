"""A payee's quota for each window, from quotas that are in force over ranges of dates.

The quota of a window is the one in force on the first of its days that has one. Quotas of shorter periods add up over
a longer window; one of a longer period is split into equal windows whose parts add up to it.

>>> yearly = QuotaRow("year", 100_000, date(2017, 1, 1), None)
>>> [window_quota((yearly,), period_of(date(2017, month, 1), PeriodKind.QUARTER)) for month in (1, 4, 7, 10)]
[25000, 25000, 25000, 25000]
>>> monthly = QuotaRow("month", 30_000, date(2017, 2, 1), None)
>>> window_quota((monthly,), period_of(date(2017, 1, 1), PeriodKind.QUARTER))
60000
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from core.money import round_half_up
from core.periods import Period, PeriodKind, period_of


@dataclass(frozen=True, slots=True)
class QuotaRow:
    per: str
    amount_minor: int
    start: date
    end: date | None  # exclusive


@lru_cache(maxsize=10_000)
def window_quota(rows: tuple[QuotaRow, ...], window: Period, first_month: int = 1) -> int | None:
    """Minor units expected in a window, None where no day of it has a quota. `rows` don't overlap, and their quarters
    and years are those of years that start with that month.
    """
    row = _first_in_force(rows, window)
    if row is None:
        return None
    per = PeriodKind(row.per)
    if per is window.kind:
        return row.amount_minor
    if per.months > window.kind.months:
        return _part(row.amount_minor, window, period_of(window.start, per, first_month))
    parts = windows_between(per, window.start, window.end, first_month)
    return sum(window_quota(rows, part, first_month) or 0 for part in parts)


def windows_between(kind: PeriodKind, start: date, end: date, first_month: int = 1) -> Sequence[Period]:
    """The periods of a kind that have days from `start` to before `end`."""
    found = [period_of(start, kind, first_month)]
    while found[-1].end < end:
        found.append(found[-1].next())
    return found


def _first_in_force(rows: tuple[QuotaRow, ...], window: Period) -> QuotaRow | None:
    within = [row for row in rows if row.start < window.end and (row.end is None or row.end > window.start)]
    return min(within, key=lambda row: row.start, default=None)


def _part(amount_minor: int, window: Period, whole: Period) -> int:
    """The window's part of a longer period's quota: the difference of two rounded running totals, so parts add up."""
    parts = whole.kind.months // window.kind.months
    index = (window.start.month - whole.start.month) % 12 // window.kind.months
    return round_half_up(amount_minor * (index + 1), parts) - round_half_up(amount_minor * index, parts)
