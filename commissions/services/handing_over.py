"""Remembering deals that others share than when closed statements credited them, with the change that made it so."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

from commissions.models import HandedOver, Period

_OTHERS_NOW: Final = """
SELECT DISTINCT line.deal_id FROM commissions_earningline line
JOIN commissions_statement statement ON statement.id = line.statement_id
JOIN commissions_period period ON period.id = statement.period_id AND period.status IN ('closed', 'paid')
JOIN sales_deal deal ON deal.id = line.deal_id,
LATERAL (SELECT coalesce(line.via_id, statement.payee_id) AS id) sharer
WHERE line.deal_id = ANY(%s) AND line.share_ppm IS NOT NULL AND NOT EXISTS (
    SELECT FROM sales_dealshare share
    WHERE share.deal_id = line.deal_id AND share.user_id = sharer.id AND share.role = line.role
        AND share.share_ppm = line.share_ppm
) AND NOT (
    line.role = 'owner' AND line.share_ppm = 1000000 AND deal.owner_id = sharer.id AND NOT EXISTS (
        SELECT FROM sales_dealshare share WHERE share.deal_id = line.deal_id AND share.role = 'owner'
    )
)
"""


def remember_handed_over(*, deal_ids: Iterable[int]) -> None:
    """Of these deals, remember those that others share now, and forget those that are with the former ones again."""
    deals = sorted(deal_ids)
    if not deals or not Period.objects.filter(status__in=Period.FROZEN).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS_NOW, [deals])
        found = {deal for (deal,) in cursor.fetchall()}
    HandedOver.objects.filter(deal__in=deals).exclude(deal__in=found).delete()
    HandedOver.objects.bulk_create([HandedOver(deal_id=deal) for deal in sorted(found)], ignore_conflicts=True)
