"""Months counted and working days found, and one source of chance for each thing that happens."""

from datetime import date, timedelta
from random import Random

from core.periods import PeriodKind, period_of


def chance(*about: object) -> Random:
    """A source of chance of its own for each subject: what happens to one never shifts what happens to another.

    >>> chance("seed", "ayu").randrange(100) == chance("seed", "ayu").randrange(100)
    True
    """
    return Random(":".join(map(str, about)))  # noqa: S311 - figures for show, no secrets


def add_months(month: date, count: int) -> date:
    """The first day of the month so many months later.

    >>> add_months(date(2026, 11, 1), 3)
    datetime.date(2027, 2, 1)
    """
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months(first: date, last: date) -> list[date]:
    """The first days of all months from that of `first` to that of `last`."""
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def beginning(today: date) -> date:
    """The first day of the quarter that saw the day 18 months ago, so that every quarter shown is whole.

    >>> beginning(date(2026, 11, 23))
    datetime.date(2025, 4, 1)
    """
    return period_of(add_months(today.replace(day=1), -18), PeriodKind.QUARTER).start
