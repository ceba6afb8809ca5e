"""Half-open ranges of dates, and the calendar's months, quarters, halves and years.

>>> parse_period("2017-Q2").next().label
'2017-Q3'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self


class PeriodError(ValueError):
    """A text that names no period. The message says what one looks like."""


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self]


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from `start` to before `end`; without an end, all that follow.

    >>> date(2026, 1, 31) in DateRange(date(2026, 1, 1), date(2026, 2, 1))
    True
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"A range can't end ({self.end}) before it starts ({self.start}). Swap the dates.")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def __iter__(self) -> Iterator[date]:
        day = self.start
        while day in self:
            yield day
            day += timedelta(days=1)

    def overlaps(self, other: "DateRange") -> bool:
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersection(self, other: "DateRange") -> "DateRange | None":
        """The days in both, or None. Touching ranges share none."""
        ends = [end for end in (self.end, other.end) if end is not None]
        start, end = max(self.start, other.start), min(ends, default=None)
        return DateRange(start, end) if end is None or start < end else None


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One calendar month, quarter, half or year, from `start` to before `end`."""

    kind: PeriodKind
    start: date
    end: date

    @property
    def label(self) -> str:
        """As people write it: 2017-06, 2017-Q2, 2017-H1, 2017."""
        return _LABELS[self.kind].format(year=self.start.year, number=(self.start.month - 1) // self.kind.months + 1)

    @property
    def range(self) -> DateRange:
        return DateRange(self.start, self.end)

    def next(self) -> Self:
        return self._of(self.end)

    def previous(self) -> Self:
        return self._of(self.start - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return iter(self.range)

    def _of(self, day: date) -> Self:
        period = period_of(day, self.kind)
        return type(self)(period.kind, period.start, period.end)


_LABELS = {
    PeriodKind.MONTH: "{year:04}-{number:02}",
    PeriodKind.QUARTER: "{year:04}-Q{number}",
    PeriodKind.HALF: "{year:04}-H{number}",
    PeriodKind.YEAR: "{year:04}",
}
_SHAPES = {
    PeriodKind.MONTH: re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"),
    PeriodKind.QUARTER: re.compile(r"([0-9]{4})-Q([1-4])"),
    PeriodKind.HALF: re.compile(r"([0-9]{4})-H([12])"),
    PeriodKind.YEAR: re.compile(r"([0-9]{4})()"),
}


def period_of(day: date, kind: PeriodKind) -> Period:
    """The period of that kind in which the day lies.

    >>> period_of(date(2017, 8, 9), PeriodKind.HALF).label
    '2017-H2'
    """
    start = date(day.year, (day.month - 1) // kind.months * kind.months + 1, 1)
    month = start.month + kind.months
    return Period(kind, start, date(start.year + (month > 12), (month - 1) % 12 + 1, 1))


def parse_period(label: str) -> Period:
    """The period that a label names. Raises PeriodError.

    >>> parse_period("2017-06").start
    datetime.date(2017, 6, 1)
    """
    for kind, shape in _SHAPES.items():
        match = shape.fullmatch(label.strip())
        if match and 1 <= int(match[1]) < 9999:
            return period_of(date(int(match[1]), (int(match[2] or 1) - 1) * kind.months + 1, 1), kind)
    raise PeriodError(
        f"{label!r} is no period. Write a month 2017-06, a quarter 2017-Q2, a half 2017-H1 or a year 2017."
    )
