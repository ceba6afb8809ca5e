"""The values of KPIs that plans read, as the engine takes them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

import polars as pl

from commissions.engine.frames import KPIS as COLUMNS
from commissions.engine.modify.multiply import millionths_of
from commissions.engine.schema import PlanDocument
from core.money import exponent
from core.periods import Period, PeriodKind, period_of
from kpis.models import KpiValue
from kpis.selectors import KPIS

_Years = tuple[PeriodKind, int]  # the kind of a period, and the first month of the year that it is a part of
_Key = tuple[int, str, date]  # payee, KPI, first day of the period


def kpis_read(versions: Iterable[PlanDocument]) -> dict[_Years, set[str]]:
    """By the length of a statement and the first month of its year, the KPIs that decide about pay."""
    found: dict[_Years, set[str]] = defaultdict(set)
    for document in versions:
        keys = {part.multiply.kpi for part in document.components if part.multiply and part.multiply.kpi}
        if keys:
            found[document.period, document.first_month] |= keys
    return dict(found)


def kpi_values(
    payees: Sequence[int], versions: Mapping[int, PlanDocument], since: date, end: date
) -> pl.DataFrame | None:
    """KPIS of these people, of each statement's period from the one that holds `since` to before `end`.

    None where no plan reads any. Half-years aren't measured: they are their quarters together, and what isn't of the
    calendar's years is its months.
    """
    read = kpis_read(versions.values())
    rows = [
        (payee, kpi, kind.value, opened, millionths_of(value))
        for (kind, first), keys in sorted(read.items())
        for (payee, kpi, opened), value in _measured(payees, period_of(since, kind, first), keys, end).items()
    ]
    known = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return known.unique(["payee", "kpi", "period", "period_start"], keep="first", maintain_order=True) if read else None


def assumed(known: pl.DataFrame, end: date) -> pl.DataFrame:
    """The last known value of each KPI, for the periods after it that begin before `end`."""
    rows = []
    latest = known.sort("period_start").group_by("payee", "kpi", "period", maintain_order=True).last()
    for payee, kpi, kind, start, value in latest.select(list(COLUMNS)).iter_rows():
        period = period_of(start, PeriodKind(kind), start.month).next()
        while period.start < end:
            rows.append((payee, kpi, kind, period.start, value))
            period = period.next()
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _measured(payees: Sequence[int], opened: Period, keys: set[str], end: date) -> dict[_Key, Fraction]:
    """Of the periods from `opened` on."""
    kind, first, since = opened.kind, opened.first_month, opened.start
    stored = PeriodKind.QUARTER if kind is PeriodKind.HALF else kind
    if first != 1:
        stored = PeriodKind.MONTH
    sums: dict[_Key, tuple[int, int, str]] = defaultdict(lambda: (0, 0, ""))
    found = KpiValue.objects.filter(
        subject_kind="person", subject_id__in=payees, kpi__in=keys,
        period_kind=stored.value, period_start__gte=since, period_start__lt=end,
    )  # fmt: skip
    columns = ("subject_id", "kpi", "period_start", "numerator", "denominator", "currency")
    for payee, kpi, start, numerator, denominator, currency in found.values_list(*columns):
        key = (payee, kpi, period_of(start, kind, first).start)
        top, over, _currency = sums[key]
        sums[key] = (top + int(numerator), over + int(denominator), currency)
    return {key: _value(key[1], *row) for key, row in sums.items() if row[1]}


def _value(kpi: str, numerator: int, denominator: int, currency: str) -> Fraction:
    """Money in major units. A total is no quotient: each period of it says a denominator of 1."""
    over = 1 if kpi in KPIS and KPIS[kpi].is_total else denominator
    return Fraction(numerator, over * (10 ** exponent(currency) if currency else 1))
