"""Half-open ranges of dates, and months, quarters, halves and years: the calendar's, or those of a fiscal year.

A fiscal year is named for the month in which it starts: FY2026-04 begins in April 2026. Some would call it 2026, others
2027; its first month leaves no doubt, and tells the quarters of two companies' years apart.

>>> parse_period("2017-Q2").next().label
'2017-Q3'
>>> parse_period("FY2026-04-Q4").next().label
'FY2027-04-Q1'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

LAST_YEAR = 9998  # periods begin before it, so that each has an end and a next one


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
    """One month, quarter, half or year, from `start` to before `end`."""

    kind: PeriodKind
    start: date
    end: date
    first_month: int = 1  # of the year that it is a part of; 1: the calendar's, as of every month

    @property
    def label(self) -> str:
        """As people write it: 2017-06, 2017-Q2, 2017-H1, 2017; or FY2017-04-Q2, FY2017-04-H1, FY2017-04."""
        begun = self.start.year - (self.start.month < self.first_month)
        year = f"{begun:04}" if self.first_month == 1 else f"FY{begun:04}-{self.first_month:02}"
        return _LABELS[self.kind].format(year=year, number=self.number)

    @property
    def number(self) -> int:
        """The how-many-eth of its kind in its year it is, from 1."""
        return (self.start.month - self.first_month) % 12 // self.kind.months + 1

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
        period = period_of(day, self.kind, self.first_month)
        return type(self)(period.kind, period.start, period.end, period.first_month)


_LABELS = {
    PeriodKind.MONTH: "{year}-{number:02}",
    PeriodKind.QUARTER: "{year}-Q{number}",
    PeriodKind.HALF: "{year}-H{number}",
    PeriodKind.YEAR: "{year}",
}
_FISCAL = r"(?:FY(?P<fiscal>[0-9]{4})-(?P<month>0[2-9]|1[0-2])|(?P<year>[0-9]{4}))"
_SHAPES = {
    PeriodKind.MONTH: re.compile(r"(?P<year>[0-9]{4})-(?P<number>0[1-9]|1[0-2])"),
    PeriodKind.QUARTER: re.compile(_FISCAL + r"-Q(?P<number>[1-4])"),
    PeriodKind.HALF: re.compile(_FISCAL + r"-H(?P<number>[12])"),
    PeriodKind.YEAR: re.compile(_FISCAL),
}


def period_of(day: date, kind: PeriodKind, first_month: int = 1) -> Period:
    """The period of that kind in which the day lies, in years that start with that month.

    >>> period_of(date(2017, 8, 9), PeriodKind.HALF).label
    '2017-H2'
    >>> period_of(date(2017, 2, 9), PeriodKind.HALF, 4).label
    'FY2016-04-H2'
    """
    if kind is PeriodKind.MONTH:
        first_month = 1
    before = (day.month - first_month) % kind.months
    start = _months_on(day.replace(day=1), -before)
    return Period(kind, start, _months_on(start, kind.months), first_month)


def _months_on(first: date, months: int) -> date:
    """The first day of the month that lies so many after that of `first`."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def since_label(start: date) -> str:
    """How a time without an end is written: 2017-06-05.. of all days from that one on."""
    return f"{start.isoformat()}.."


def parse_period(label: str) -> Period:
    """The period that a label names. Raises PeriodError.

    >>> parse_period("2017-06").start
    datetime.date(2017, 6, 1)
    >>> parse_period("FY2017-10-H2").start
    datetime.date(2018, 4, 1)
    """
    for kind, shape in _SHAPES.items():
        if match := shape.fullmatch(label.strip()):
            said = match.groupdict()
            year, month = int(said.get("fiscal") or said["year"]), int(said.get("month") or 1)
            if 1 <= year < LAST_YEAR:
                place = (int(said.get("number") or 1) - 1) * kind.months
                return period_of(_months_on(date(year, month, 1), place), kind, month)
    raise PeriodError(
        f"{label!r} is no period. Write a month 2017-06, a quarter 2017-Q2, a half 2017-H1 or a year 2017; "
        "of a year that starts in April FY2017-04-Q1, FY2017-04-H1 or FY2017-04."
    )
