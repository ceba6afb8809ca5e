"""Taking up the notes: only the payees they name are computed again, in the open periods that they reach."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from commissions import signals
from commissions.models import Period, StaleStatement
from commissions.selectors.years import first_months, whole_times
from commissions.services.periods import get_period
from commissions.services.recalculation import hold, recalculate
from commissions.services.true_ups import CONCERNS, revise, wanted_carriers
from core.periods import PeriodKind, period_of

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
BATCH = 300  # notes

# All notes of a payee go together. FOR UPDATE twice: the rows of the first are ours, so the second may see them too.
_CLAIM = """
WITH first AS MATERIALIZED (
    SELECT payee_id FROM commissions_stalestatement
    WHERE attempts < %(most)s AND (%(only)s::bigint IS NULL OR payee_id = %(only)s)
    ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), claimed AS MATERIALIZED (
    SELECT id FROM commissions_stalestatement
    WHERE attempts < %(most)s AND payee_id IN (SELECT payee_id FROM first) FOR UPDATE SKIP LOCKED
)
DELETE FROM commissions_stalestatement note USING claimed WHERE note.id = claimed.id
RETURNING note.payee_id, note."on"
"""
_MISSING = """
SELECT DISTINCT v.document->>'period', commissions_first_month(v.document) FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during @> %(today)s
WHERE a.payee_id = ANY(%(payees)s) AND a.during @> %(today)s AND NOT EXISTS (
    SELECT FROM commissions_period p
    WHERE p.kind = v.document->>'period' AND p.first_month = commissions_first_month(v.document)
        AND p.start <= %(today)s AND p."end" > %(today)s
)
"""
_REACHED = """
SELECT id FROM commissions_period
WHERE status IN ('open', 'review', 'approved') AND "end" > %s ORDER BY id FOR SHARE
"""
_PAIRS = (
    """
WITH waits AS (
    SELECT statement.payee_id, earlier.kind, earlier.first_month, min(earlier."end") AS since
    FROM commissions_release release
    JOIN commissions_statement statement ON statement.id = release.statement_id
        AND statement.payee_id = ANY(%(payees)s)
    JOIN commissions_period earlier ON earlier.id = statement.period_id
    GROUP BY statement.payee_id, earlier.kind, earlier.first_month
), carries AS (
    SELECT DISTINCT revised.payee_id, (
        SELECT later.id FROM commissions_period later
        WHERE later.kind = closed.kind AND later.first_month = closed.first_month AND later.start >= closed."end"
            AND later.status IN ('open', 'review', 'approved')
        ORDER BY later.start LIMIT 1
    ) AS period_id
    FROM commissions_revised revised JOIN commissions_period closed ON closed.id = revised.period_id
    WHERE revised.payee_id = ANY(%(payees)s)
)
SELECT p.id, array_agg(DISTINCT note.payee ORDER BY note.payee) FROM commissions_period p
JOIN unnest(%(payees)s::bigint[], %(days)s::date[], %(ends)s::date[]) AS note (payee, "on", until)
    ON p."end" > note."on"
LEFT JOIN waits ON waits.payee_id = note.payee AND waits.kind = p.kind AND waits.first_month = p.first_month
    AND waits.since <= p.start
LEFT JOIN carries ON carries.payee_id = note.payee AND carries.period_id = p.id
WHERE p.id = ANY(%(periods)s) AND (
    carries.payee_id IS NOT NULL OR waits.payee_id IS NOT NULL OR (p.start < note.until AND (
    EXISTS (
        SELECT FROM commissions_adjustment a
        WHERE a.period_id = p.id AND a.payee_id = note.payee AND a.status = 'approved'
    ) OR """  # noqa: S608
    + CONCERNS
    + """))
) GROUP BY p.id ORDER BY p.start, p.id
"""
)

Note = tuple[int, date]


def recalculate_stale(*, now: datetime) -> int:
    """Take up a batch of notes; returns how many, 0 when there is nothing to be had.

    A payee whose recalculation raises doesn't hold up the others: then each is done alone, and its notes stay, counted.
    """
    try:
        return _take_up(now, only=None)
    except Exception:
        logger.exception("Recalculating a batch of stale statements failed; trying each payee alone")
        return _one_by_one(now)


def _one_by_one(now: datetime) -> int:
    waiting = StaleStatement.objects.filter(attempts__lt=MOST_ATTEMPTS).order_by("pk")
    done = 0
    for payee in dict.fromkeys(waiting.values_list("payee_id", flat=True)[:BATCH]):
        try:
            done += _take_up(now, only=payee)
        except Exception:
            logger.exception("Recalculating the statements of payee %s failed", payee)
            _count_failure(payee)
    return done


def _count_failure(payee: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE commissions_stalestatement SET attempts = attempts + 1 WHERE payee_id = %s AND attempts < %s",
            [payee, MOST_ATTEMPTS],
        )


def _take_up(now: datetime, only: int | None) -> int:
    with transaction.atomic():
        notes = _claim(only)
        if not notes:
            return 0
        changed = _recalculate(notes, now)
    if changed:
        signals.statements_changed.send(StaleStatement, payee_ids=changed)
    return len(notes)


def _claim(only: int | None) -> list[Note]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"most": MOST_ATTEMPTS, "only": only, "batch": BATCH})
        found: list[Note] = cursor.fetchall()
    return found


def _recalculate(notes: Sequence[Note], now: datetime) -> frozenset[int]:
    """Every moving period from a note's day to the end of the last year that holds a day of its calendar year, whenever
    the years of its payee's plans start: there the last window that holds the day has ended. Of a payee whose pay
    waits, those of later years too. Of closed ones that are remembered, and the first moving one after each is
    calculated, which carries the difference.

    Periods exist once they were calculated. The one of today is made here, so that a rep's home is never behind; a
    history just imported waits until finance calculates its periods.
    """
    ends, today = _ends(notes), timezone.localdate(now)
    payees, days = [payee for payee, _day in notes], [day for _payee, day in notes]
    _open_today(notes, ends, today)
    reached = _reached(notes)
    revise(payees=payees, days=days, ends=ends)
    periods = Period.objects.in_bulk([*reached, *_carrying(payees, today)])
    hold(periods=list(periods.values()), payees=payees)
    # again: a calculation of before may have found that nothing differs, and forgotten it, until it let go of a payee
    revise(payees=payees, days=days, ends=ends)
    changed: set[int] = set()
    for period_id, own in _pairs(notes, ends, list(periods)):
        changed |= recalculate(period=periods[period_id], payees=own, now=now)
    return frozenset(changed)


def _ends(notes: Sequence[Note]) -> list[date]:
    """The day before which periods begin that a note reaches: notes are one for each payee and calendar year. What adds
    up over the time on a plan has no end.
    """
    payees = sorted({payee for payee, _day in notes})
    months, endless = first_months(payees), whole_times(payees)
    return [
        date.max if payee in endless else date(day.year + 1, max(months.get(payee, {1})), 1) for payee, day in notes
    ]


def _open_today(notes: Sequence[Note], ends: Sequence[date], today: date) -> None:
    payees = sorted({payee for (payee, day), end in zip(notes, ends, strict=True) if day <= today < end})
    if not payees:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"payees": payees, "today": today})
        missing = [(PeriodKind(kind), first_month) for kind, first_month in cursor.fetchall()]
    for kind, first_month in sorted(missing):
        get_period(calendar=period_of(today, kind, first_month))


def _carrying(payees: Sequence[int], today: date) -> Iterator[int]:
    """The periods of today that are made because none moves yet that would carry what closed ones would pay now."""
    for kind, first_month, since in sorted(wanted_carriers(payees=payees)):
        calendar = period_of(today, PeriodKind(kind), first_month)
        if calendar.start >= since:
            yield get_period(calendar=calendar).pk


def _reached(notes: Sequence[Note]) -> list[int]:
    """The moving periods, which don't close until the transaction ends: so each is either moving here, or closed when
    what closed is remembered. Locked in one order, as those are that close.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [min(day for _payee, day in notes)])
        return [period for (period,) in cursor.fetchall()]


def _pairs(notes: Sequence[Note], ends: Sequence[date], periods: list[int]) -> list[tuple[int, list[int]]]:
    parameters: dict[str, Any] = {
        "payees": [payee for payee, _day in notes],
        "days": [day for _payee, day in notes],
        "ends": list(ends),
        "periods": periods,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, parameters)
        found: list[tuple[int, list[int]]] = cursor.fetchall()
    return found
