"""The outbox: what has to be measured again, noted in the transaction that changes the facts."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from accounts.models import Company
from kpis.models import StaleKpi

# Only months in which the person has something to move from one team to another.
_MOVED = """
INSERT INTO kpis_stalekpi (user_id, month)
SELECT DISTINCT moved.user_id, date_trunc('month', deal.closed_on)::date
FROM unnest(%s::bigint[], %s::date[]) AS moved(user_id, starts_on)
JOIN sales_deal deal ON deal.owner_id = moved.user_id AND deal.closed_on >= moved.starts_on
WHERE deal.status <> 'open'
"""


def mark_stale(*, facts: Iterable[tuple[int, date]]) -> None:
    """Note people and the months of these days. Takes (user id, any day of the month)."""
    pairs = {(user_id, day.replace(day=1)) for user_id, day in facts}
    StaleKpi.objects.bulk_create(
        [StaleKpi(user_id=user_id, month=month) for user_id, month in sorted(pairs)], batch_size=5000
    )


def mark_converted(*, target: str, facts: Iterable[tuple[int, date]]) -> bool:
    """Note people and months whose deals are converted in another way, if it is into the company's currency, in which
    KPIs are measured; returns whether it is.
    """
    if not Company.objects.filter(currency=target).exists():
        return False
    mark_stale(facts=facts)
    return True


def mark_moved(*, moves: Iterable[tuple[int, date]]) -> None:
    """Note the months whose teams' numbers follow from a change of team. Takes (user id, first day of the change)."""
    pairs = sorted(set(moves))
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [[user_id for user_id, _ in pairs], [starts_on for _, starts_on in pairs]])
