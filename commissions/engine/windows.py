"""Windows as a plan has them: when each begins, in years that start when the plan's do."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.schema import PlanDocument, Window
from core.periods import Period, PeriodKind, period_of


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """A window that begins again and again.

    >>> Cycle(Window.HALF, 4).first_day(date(2026, 2, 10))
    datetime.date(2025, 10, 1)
    """

    window: Window
    first_month: int = 1  # of the year

    @property
    def length(self) -> str:
        """As Polars writes it; of a deal there is none."""
        return f"{self._kind.months}mo"

    def period(self, day: date) -> Period:
        """The one that the day lies in; of a deal there is none."""
        return period_of(day, self._kind, self.first_month)

    def first_day(self, day: date) -> date:
        """Of the one that the day lies in; of a deal the day itself."""
        return self.period(day).start if self.window.period else day

    @property
    def months_late(self) -> int:
        """How many months after a window of the calendar it begins."""
        return (self.first_month - 1) % self._kind.months

    @property
    def _kind(self) -> PeriodKind:
        kind = self.window.period
        if kind is None:
            raise ValueError(f"{self.window} has no calendar.")
        return kind


def cycle_of(document: PlanDocument, window: Window) -> Cycle:
    return Cycle(window, document.first_month)


def statement_cycle(document: PlanDocument) -> Cycle:
    """What a statement covers."""
    return Cycle(Window(document.period.value), document.first_month)


def window_start(rows: pl.DataFrame, cycle: Cycle) -> pl.Series:
    """The first day of the window that each row's `date` lies in.

    >>> rows = pl.DataFrame({"date": [date(2026, 1, 31), date(2026, 5, 31)]})
    >>> window_start(rows, Cycle(Window.QUARTER, 2)).to_list()
    [datetime.date(2025, 11, 1), datetime.date(2026, 5, 1)]
    """
    return rows.select(window_start=opened(pl.col("date"), cycle))["window_start"]


def opened(day: pl.Expr, cycle: Cycle) -> pl.Expr:
    """The first day of the window that a day lies in."""
    late = cycle.months_late
    if not late:
        return day.dt.truncate(cycle.length)
    return day.dt.offset_by(f"-{late}mo").dt.truncate(cycle.length).dt.offset_by(f"{late}mo")
