"""What was measured, for pages."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max

from accounts.models import Company
from core.money import MoneyError, exponent
from core.periods import Period
from kpis.models import KpiValue

_UNCONVERTED = """
SELECT deal.currency, count(*)
FROM sales_deal deal
WHERE deal.status = 'won' AND deal.owner_id IS NOT NULL AND deal.currency <> %(target)s
    AND deal.closed_on >= %(start)s AND deal.closed_on < %(end)s
    AND (deal.currency = ANY(%(unknown)s) OR NOT EXISTS (
        SELECT FROM sales_exchangerate r
        WHERE r.source = deal.currency AND r.target = %(target)s AND r.starts_on <= deal.closed_on
    ))
GROUP BY deal.currency ORDER BY deal.currency
"""


@dataclass(frozen=True, slots=True)
class WithoutRate:
    """Deals won that no sum of money contains, because their currency has no exchange rate on their closing day."""

    currency: str
    deals: int
    target: str  # the company's currency


def deals_without_rate(period: Period) -> list[WithoutRate]:
    target = Company.objects.get_or_create(pk=1)[0].currency
    with connection.cursor() as cursor:
        cursor.execute(
            _UNCONVERTED,
            {"target": target, "start": period.start, "end": period.end, "unknown": _no_currencies()},
        )
        return [WithoutRate(currency, deals, target) for currency, deals in cursor.fetchall()]


def person_values(user_id: int, period: Period) -> dict[str, KpiValue]:
    """A person's values of a period by KPI; a KPI without facts is absent."""
    rows = KpiValue.objects.filter(
        subject_kind="person", subject_id=user_id, period_kind=period.kind, period_start=period.start
    )
    return {row.kpi: row for row in rows}


def latest_month(*, before: date) -> date | None:
    """The last month before that day in which anything was measured."""
    months = KpiValue.objects.filter(period_kind="month", period_start__lt=before)
    latest: date | None = months.aggregate(latest=Max("period_start"))["latest"]
    return latest


def _no_currencies() -> list[str]:
    """Codes in use that ISO 4217 does not know: whatever rate they have, their minor unit is unknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT source FROM sales_exchangerate")
        return [code for (code,) in cursor.fetchall() if not _is_currency(code)]


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except MoneyError:
        return False
    return True
