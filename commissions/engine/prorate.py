"""How much of a quota or a target counts for who wasn't on the plan all of a window, or is new on it.

Without a ramp it is the share of the window's days on the plan. With one, each month of the window has its part of the
quota (the month's own where one is set, else an equal part), and of it counts the share of the month's days, and the
ramp's share for that month since the one of the payee's first day on the plan. Rounded once, a half up. Where the plan
says so, days of leave count as days off the plan; the months of a ramp run on.

>>> march = (Span(date(2026, 3, 1), None),)
>>> [counted_days(rule, march, date(2026, 1, 1), date(2026, 4, 1)) for rule in Prorate]
[(31, 90), (22, 64), (30, 90)]
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import polars as pl

from commissions.engine.frames import QUOTAS, QuotaKind
from commissions.engine.leave import lessens
from commissions.engine.schema import PlanDocument, Prorate, QuotaRules
from commissions.engine.spans import Span, cut_out, joined
from core.money import round_half_up
from core.periods import Period, PeriodKind, period_of

_MONTH = PeriodKind.MONTH


def prorated(quotas: pl.DataFrame, tenures: pl.DataFrame, document: PlanDocument, leaves: pl.DataFrame) -> pl.DataFrame:
    """QUOTAS of one plan as they count, by TENURES of it and LEAVES. What comes to nothing is 0: no quota."""
    rules = document.quotas or QuotaRules.model_validate({})
    spans, away = spans_of(tenures), spans_of(leaves)
    months = {
        (payee, kind, key, start): quota
        for payee, _plan, kind, key, window, start, quota in quotas.select(list(QUOTAS)).iter_rows()
        if window == _MONTH
    }
    rows = []
    for payee, plan, kind, key, window, start, quota in quotas.select(list(QUOTAS)).iter_rows():
        period = period_of(start, PeriodKind(window), start.month)  # in whatever year: it begins there
        parts = [months.get((payee, kind, key, month.start)) for month in months_of(period)]
        own = spans.get(payee, ())
        off = away.get(payee, ()) if lessens(document, QuotaKind(kind)) else ()
        ramp = () if kind == QuotaKind.TARGET else rules.ramp
        part = counted(quota, parts, period, own, rules.prorate, ramp, off)
        rows.append((payee, plan, kind, key, window, start, part))
    return pl.DataFrame(rows, schema=QUOTAS, orient="row")


def spans_of(tenures: pl.DataFrame) -> dict[int, tuple[Span, ...]]:
    """By payee, in order; days that meet are one span."""
    found: dict[int, tuple[Span, ...]] = {}
    for payee, start, end in tenures.select("payee", "start", "end").sort("start").iter_rows():
        found[payee] = joined(found.get(payee, ()), Span(start, end))
    return found


def counted(
    quota: int,
    months: Sequence[int | None],
    period: Period,
    spans: Sequence[Span],
    prorate: Prorate | None,
    ramp: Sequence[Decimal],
    away: Sequence[Span] = (),
) -> int:
    """What of a window's quota counts. `months` are those set for the months of the window, None where none is; days of
    `away` count as days off the plan.

    >>> quarter, joined = period_of(date(2026, 1, 1), PeriodKind.QUARTER), (Span(date(2026, 2, 1), None),)
    >>> counted(100_000_00, [None] * 3, quarter, joined, Prorate.CALENDAR_DAYS, ())
    6555556
    >>> counted(90_000_00, [None] * 3, quarter, joined, None, [Decimal("0.5"), Decimal("0.75")])
    5250000
    >>> leave = (Span(date(2026, 3, 2), date(2026, 3, 12)),)
    >>> counted(90_000_00, [None] * 3, quarter, joined, Prorate.CALENDAR_DAYS, (), leave)
    4900000
    """
    if not ramp:
        active, days = _days(prorate, spans, away, period)
        return round_half_up(quota * active, days)
    total = Fraction(0)
    for month, part in zip(months_of(period), _parts(quota, months), strict=True):
        active, days = _days(prorate, spans, away, month)
        total += part * Fraction(active, days) * _ramped(ramp, spans, month)
    return round_half_up(total.numerator, total.denominator)


def _days(prorate: Prorate | None, spans: Sequence[Span], away: Sequence[Span], period: Period) -> tuple[int, int]:
    """Without a rule of proration all days count."""
    return counted_days(prorate, active(spans, away), period.start, period.end) if prorate and spans else (1, 1)


def active(spans: Sequence[Span], away: Sequence[Span]) -> Sequence[Span]:
    """The days on the plan that aren't days of leave."""
    return reduce(cut_out, away, tuple(spans))


def _parts(quota: int, months: Sequence[int | None]) -> list[Fraction]:
    known = [part or 0 for part in months]
    return [Fraction(part) for part in known] if sum(known) == quota else [Fraction(quota, len(months))] * len(months)


def _ramped(ramp: Sequence[Decimal], spans: Sequence[Span], month: Period) -> Fraction:
    """The ramp's share for a month: its first one is that of the first day on the plan. Before that, that one's too."""
    if not spans:
        return Fraction(1)
    first = spans[0].start
    index = (month.start.year - first.year) * 12 + month.start.month - first.month
    return Fraction(ramp[max(index, 0)]) if index < len(ramp) else Fraction(1)


def months_of(period: Period) -> list[Period]:
    months = [period_of(period.start, _MONTH)]
    while months[-1].end < period.end:
        months.append(months[-1].next())
    return months


def counted_days(rule: Prorate, spans: Sequence[Span], start: date, end: date) -> tuple[int, int]:
    """How many days from `start` to before `end` lie in the spans, and how many there are, as the rule counts days."""
    place = _PLACES[rule]
    inside = [(max(span.start, start), min(span.end or end, end)) for span in spans]
    return sum(place(last) - place(first) for first, last in inside if first < last), place(end) - place(start)


def _weekdays(day: date) -> int:
    """How many Mondays to Fridays lie before the day."""
    weeks, rest = divmod(day.toordinal() - 1, 7)  # ordinal 1 was a Monday
    return weeks * 5 + min(rest, 5)


def _thirties(day: date) -> int:
    """Days of months of thirty days before the day; the 31st is no day of its own."""
    return (day.year * 12 + day.month) * 30 + min(day.day - 1, 30)


_PLACES = {
    Prorate.CALENDAR_DAYS: date.toordinal,
    Prorate.WORKING_DAYS: _weekdays,
    Prorate.DAYS_30_360: _thirties,
}
