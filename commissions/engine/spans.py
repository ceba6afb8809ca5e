"""Ranges of days, half-open, and what is left of them when others are added or taken away.

>>> spring, all_year = Span(date(2026, 3, 1), date(2026, 6, 1)), Span(date(2026, 1, 1), None)
>>> [str(part) for part in all_year.without(spring)]
['2026-01-01..2026-03-01', '2026-06-01..']
>>> str(spring.hull(Span(date(2026, 6, 1), date(2026, 7, 1))))
'2026-03-01..2026-07-01'
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """At least one day, from `start` to before `end`; None: for good."""

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"{self} holds no day.")

    def __str__(self) -> str:
        return f"{self.start}..{self.end or ''}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Span") -> bool:
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def touches(self, other: "Span") -> bool:
        """Whether they share a day, or one begins where the other ends."""
        return (other.end is None or self.start <= other.end) and (self.end is None or other.start <= self.end)

    def hull(self, other: "Span") -> "Span":
        """From the first day of either to the last of either."""
        ends = (self.end, other.end)
        return Span(min(self.start, other.start), None if None in ends else max(end for end in ends if end))

    def without(self, cut: "Span") -> Iterator["Span"]:
        """What is left before and after another."""
        if not self.overlaps(cut):
            yield self
            return
        if self.start < cut.start:
            yield Span(self.start, cut.start)
        if cut.end is not None and (self.end is None or cut.end < self.end):
            yield Span(cut.end, self.end)


def joined(spans: Iterable[Span], added: Span) -> tuple[Span, ...]:
    """The spans with one more; those that it touches become one with it."""
    apart = []
    for span in spans:
        if span.touches(added):
            added = added.hull(span)
        else:
            apart.append(span)
    return in_order([*apart, added])


def cut_out(spans: Iterable[Span], cut: Span) -> tuple[Span, ...]:
    """The spans without some days."""
    return in_order(part for span in spans for part in span.without(cut))


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.start))
