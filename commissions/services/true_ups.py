"""Whose facts of a closed period have changed since: written when notes are taken up, gone when it is made good."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import connection

from commissions.models import Period, Revised
from commissions.selectors.true_ups import Carried
from commissions.services.settlements import note_later

CONCERNS: Final = """
    EXISTS (SELECT FROM commissions_statement s WHERE s.period_id = p.id AND s.payee_id = note.payee)
    OR EXISTS (
        SELECT FROM commissions_handedover handed
        JOIN commissions_earningline line ON line.deal_id = handed.deal_id
        JOIN commissions_statement former ON former.id = line.statement_id AND former.payee_id = note.payee
        JOIN commissions_period earlier ON earlier.id = former.period_id AND earlier.status IN ('closed', 'paid')
            AND earlier.kind = p.kind AND earlier.first_month = p.first_month AND earlier."end" <= p.start
    )
    OR EXISTS (
        SELECT FROM commissions_assignment a
        JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
        WHERE a.payee_id = note.payee AND v.document->>'period' = p.kind
            AND p.first_month = commissions_first_month(v.document)
            AND v.during * a.during && daterange(p.start, p."end")
    )
"""
_REVISE: Final = (
    """
INSERT INTO commissions_revised (payee_id, period_id)
SELECT DISTINCT note.payee, p.id
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS note (payee, "on", until)
JOIN commissions_period p ON p."end" > note."on" AND p.start < note.until AND p.status IN ('closed', 'paid')
WHERE """
    + CONCERNS
    + " ORDER BY 1, 2 ON CONFLICT (period_id, payee_id) DO NOTHING"
)
_WITHOUT_CARRIER: Final = """
SELECT DISTINCT closed.kind, closed.first_month, closed."end"
FROM commissions_revised revised JOIN commissions_period closed ON closed.id = revised.period_id
WHERE revised.payee_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM commissions_period later
    WHERE later.kind = closed.kind AND later.first_month = closed.first_month AND later.start >= closed."end"
        AND later.status IN ('open', 'review', 'approved')
)
"""
_STANDING_LATER: Final = """
SELECT DISTINCT statement.payee_id FROM unnest(%s::bigint[], %s::bigint[]) AS asked (payee, about)
JOIN commissions_earningline line ON line.about_id = asked.about
JOIN commissions_statement statement ON statement.id = line.statement_id AND statement.payee_id = asked.payee
JOIN commissions_period later ON later.id = statement.period_id AND later.start >= %s
    AND later.status IN ('open', 'review', 'approved')
"""
_SETTLED: Final = """
DELETE FROM commissions_revised revised USING commissions_earningline line, commissions_statement statement
WHERE statement.period_id = %s AND line.statement_id = statement.id AND line.about_id = revised.period_id
    AND statement.payee_id = revised.payee_id
"""


def revise(*, payees: Sequence[int], days: Sequence[date], ends: Sequence[date]) -> None:
    """Remember the closed periods that hold days from each of these to before its end, of each of these payees."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISE, [list(payees), list(days), list(ends)])


def wanted_carriers(*, payees: Sequence[int]) -> frozenset[tuple[str, int, date]]:
    """Of the closed periods that were revised for one of these payees and after which none moves: the kind, the first
    month of its years, and the day from which on one is wanted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_CARRIER, [list(payees)])
        return frozenset(cursor.fetchall())


def note_carried(*, period: Period, carried: Carried) -> None:
    """After a period's statements were posted with what they carry: forget what makes no difference in the end, and
    have later statements calculated again that carried the same before there was this period.
    """
    for payee, about in carried.settled.iter_rows():
        Revised.objects.filter(payee=payee, period=about).delete()
    asked = [carried.asked["payee"].to_list(), carried.asked["about"].to_list()]
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_LATER, [*asked, period.end])
        later = [payee for (payee,) in cursor.fetchall()]
    note_later(period=period, payees=later)


def settle_revised(*, period: Period) -> int:
    """Forget what the statements of a period that closes make good; returns how many rows that were. In the transaction
    that closes it. What it doesn't carry is left for the first moving period after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, [period.pk])
        return int(cursor.rowcount)
