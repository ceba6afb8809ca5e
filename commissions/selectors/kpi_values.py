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
from core.periods import PeriodKind, period_of
from kpis.models import KpiValue
from kpis.selectors import KPIS

_Key = tuple[int, str, date]  # payee, KPI, first day of the period


def kpis_read(versions: Iterable[PlanDocument]) -> dict[PeriodKind, set[str]]:
    """By the length of a statement, the KPIs that decide about pay."""
    found: dict[PeriodKind, set[str]] = defaultdict(set)
    for document in versions:
        keys = {part.multiply.kpi for part in document.components if part.multiply and part.multiply.kpi}
        if keys:
            found[document.period] |= keys
    return dict(found)


def kpi_values(
    payees: Sequence[int], versions: Mapping[int, PlanDocument], since: date, end: date
) -> pl.DataFrame | None:
    """KPIS of these people, of each statement's period from the one that holds `since` to before `end`.

    None where no plan reads any. Half-years aren't measured: they are their quarters together.
    """
    read = kpis_read(versions.values())
    rows = [
        (payee, kpi, kind.value, opened, millionths_of(value))
        for kind, keys in sorted(read.items())
        for (payee, kpi, opened), value in _measured(payees, kind, keys, period_of(since, kind).start, end).items()
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row") if read else None


def assumed(known: pl.DataFrame, end: date) -> pl.DataFrame:
    """The last known value of each KPI, for the periods after it that begin before `end`."""
    rows = []
    latest = known.sort("period_start").group_by("payee", "kpi", "period", maintain_order=True).last()
    for payee, kpi, kind, start, value in latest.select(list(COLUMNS)).iter_rows():
        period = period_of(start, PeriodKind(kind)).next()
        while period.start < end:
            rows.append((payee, kpi, kind, period.start, value))
            period = period.next()
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _measured(payees: Sequence[int], kind: PeriodKind, keys: set[str], since: date, end: date) -> dict[_Key, Fraction]:
    stored = PeriodKind.QUARTER if kind is PeriodKind.HALF else kind
    sums: dict[_Key, tuple[int, int, str]] = defaultdict(lambda: (0, 0, ""))
    found = KpiValue.objects.filter(
        subject_kind="person", subject_id__in=payees, kpi__in=keys,
        period_kind=stored.value, period_start__gte=since, period_start__lt=end,
    )  # fmt: skip
    columns = ("subject_id", "kpi", "period_start", "numerator", "denominator", "currency")
    for payee, kpi, start, numerator, denominator, currency in found.values_list(*columns):
        key = (payee, kpi, period_of(start, kind).start)
        top, over, _currency = sums[key]
        sums[key] = (top + int(numerator), over + int(denominator), currency)
    return {key: _value(key[1], *row) for key, row in sums.items() if row[1]}


def _value(kpi: str, numerator: int, denominator: int, currency: str) -> Fraction:
    """Money in major units. A total is no quotient: each period of it says a denominator of 1."""
    over = 1 if kpi in KPIS and KPIS[kpi].is_total else denominator
    return Fraction(numerator, over * (10 ** exponent(currency) if currency else 1))
