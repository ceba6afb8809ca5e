"""What was measured, for pages."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max

from accounts.models import Company
from core.money import MoneyError, exponent
from core.periods import Period
from kpis.models import KpiValue

# The currencies are found by leaps along their index, and a deal has no rate only before its currency's first one: of a
# million deals only those in question are looked at.
_UNCONVERTED = """
WITH RECURSIVE used(currency) AS (
    SELECT min(currency) FROM sales_deal
    UNION ALL
    SELECT (SELECT min(deal.currency) FROM sales_deal deal WHERE deal.currency > used.currency)
    FROM used WHERE used.currency IS NOT NULL
), rated AS (
    SELECT used.currency, min(r.starts_on) AS starts_on FROM used
    LEFT JOIN sales_exchangerate r
        ON r.source = used.currency AND r.target = %(target)s AND r.source <> ALL(%(unknown)s)
    WHERE used.currency <> %(target)s GROUP BY used.currency
)
SELECT deal.currency, count(*)
FROM rated JOIN sales_deal deal ON deal.currency = rated.currency
    AND deal.closed_on >= %(start)s AND deal.closed_on < least(%(end)s, rated.starts_on)
WHERE deal.status = 'won' AND deal.owner_id IS NOT NULL
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
