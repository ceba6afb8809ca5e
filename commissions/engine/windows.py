"""Windows as a plan has them: when each begins, in years that start when the plan's do."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.prorate import spans_of
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
        """Of the one that the day lies in; of a deal the day itself, and of the time on a plan any day before."""
        if self.window is Window.PLAN:
            return date.min
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
    """The first day of the window that each row's `date` lies in; of the time on a plan what the column `joined` says.

    >>> rows = pl.DataFrame({"date": [date(2026, 1, 31), date(2026, 5, 31)]})
    >>> window_start(rows, Cycle(Window.QUARTER, 2)).to_list()
    [datetime.date(2025, 11, 1), datetime.date(2026, 5, 1)]
    """
    first = pl.col("joined") if cycle.window is Window.PLAN else opened(pl.col("date"), cycle)
    return rows.select(window_start=first)["window_start"]


def with_joined(rows: pl.DataFrame, tenures: pl.DataFrame) -> pl.DataFrame:
    """The rows (payee, date) with `joined`: since when the payee has been on the plan that day, by TENURES of it. Days
    that meet are one time, whatever the plan's versions.

    >>> rows = pl.DataFrame({"payee": [1, 1], "date": [date(2026, 1, 5), date(2026, 5, 5)]})
    >>> spans = [(1, date(2025, 1, 1), date(2026, 1, 1)), (1, date(2026, 1, 1), date(2026, 3, 1)),
    ...     (1, date(2026, 5, 1), None)]
    >>> with_joined(rows, pl.DataFrame(spans, schema=["payee", "start", "end"], orient="row"))["joined"].to_list()
    [datetime.date(2025, 1, 1), datetime.date(2026, 5, 1)]
    """
    found = [(payee, span.start, span.start) for payee, spans in spans_of(tenures).items() for span in spans]
    schema = {"payee": rows.schema["payee"], "date": pl.Date(), "joined": pl.Date()}
    starts = pl.DataFrame(found, schema=schema, orient="row").sort("date")
    ordered = rows.with_row_index("row").sort("date")
    told = ordered.join_asof(starts, on="date", by="payee", check_sortedness=False)
    return told.sort("row").drop("row")


def joined_on(tenures: pl.DataFrame, payee: int, day: date) -> date:
    """Since when the payee has been on the plan that day; the day itself where she isn't on it."""
    spans = spans_of(tenures.filter(pl.col("payee") == payee)).get(payee, ())
    return next((span.start for span in spans if day in span), day)


def opened(day: pl.Expr, cycle: Cycle) -> pl.Expr:
    """The first day of the window that a day lies in."""
    late = cycle.months_late
    if not late:
        return day.dt.truncate(cycle.length)
    return day.dt.offset_by(f"-{late}mo").dt.truncate(cycle.length).dt.offset_by(f"{late}mo")
