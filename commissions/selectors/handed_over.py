"""Deals that others share now than when closed statements credited them, and whom those statements credited."""

from collections.abc import Sequence
from typing import Final, LiteralString

import polars as pl
from django.db import connection

from commissions.engine.frames import CREDITED
from core.copy import copy_out

_CLOSED_LINES: Final[LiteralString] = """
JOIN commissions_earningline line ON line.deal_id = handed.deal_id AND line.share_ppm IS NOT NULL
JOIN commissions_statement statement ON statement.id = line.statement_id
JOIN commissions_period period ON period.id = statement.period_id AND period.status IN ('closed', 'paid')
"""
# A true-up credits for the period that it is about. What it has taken back altogether is nobody's any more.
_CREDITED: Final[LiteralString] = (
    """
SELECT DISTINCT deal_id, sharer_id, role, share_ppm, start, "end" FROM (
    SELECT line.deal_id, coalesce(line.via_id, statement.payee_id) AS sharer_id, line.role, line.share_ppm,
        covered.start, covered."end"
    FROM unnest(%s::bigint[]) AS handed (deal_id)"""  # noqa: S608
    + _CLOSED_LINES
    + """
    JOIN commissions_period covered ON covered.id = coalesce(line.about_id, period.id)
    GROUP BY line.deal_id, coalesce(line.via_id, statement.payee_id), line.role, line.share_ppm, covered.id,
        statement.payee_id, line.component, line.event
    HAVING sum(line.credited_minor) <> 0 OR bool_and(line.about_id IS NULL)
) credited
"""
)
_CONCERNING: Final[LiteralString] = (
    """
SELECT line.deal_id FROM commissions_handedover handed"""
    + _CLOSED_LINES
    + """
WHERE statement.payee_id = ANY(%s) OR line.via_id = ANY(%s)
UNION
SELECT deal.id FROM commissions_handedover handed JOIN sales_deal deal ON deal.id = handed.deal_id
WHERE deal.owner_id = ANY(%s)
UNION
SELECT share.deal_id FROM commissions_handedover handed JOIN sales_dealshare share ON share.deal_id = handed.deal_id
WHERE share.user_id = ANY(%s)
"""
)
_PAYEES: Final[LiteralString] = (
    """
SELECT DISTINCT statement.payee_id FROM commissions_handedover handed"""
    + _CLOSED_LINES
    + """
WHERE handed.deal_id = ANY(%s) ORDER BY 1
"""
)


def credited_then(deals: Sequence[int]) -> pl.DataFrame | None:
    """CREDITED of these deals: who shared them when closed statements credited them. None where none is asked for."""
    return copy_out(_CREDITED, [list(deals)], CREDITED) if deals else None


def handed_over(people: Sequence[int]) -> list[int]:
    """The deals that were handed over and that these people share now, or with which closed statements credited them or
    others through them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNING, [list(people)] * 4)
        return sorted(deal for (deal,) in cursor.fetchall())


def payees_of_then(deals: Sequence[int]) -> list[int]:
    """Whom closed statements credited with these deals, of those that were handed over."""
    if not deals:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PAYEES, [list(deals)])
        return [payee for (payee,) in cursor.fetchall()]
