"""One pass: claim what is stale, measure it again from the facts, write the difference, say what changed.

Passes run one at a time (an advisory lock). Every deal reaches the team at the top, so that locks of single subjects
would let no two passes run side by side either, and a pass that comes later takes along what came in meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString

from django.db import connection, transaction
from psycopg import sql

from accounts.models import Company
from core.money import MoneyError, exponent
from core.periods import PeriodKind, period_of
from kpis import signals
from kpis.models import StaleKpi, SubjectKind
from kpis.selectors.definitions import KPIS, Unit
from kpis.services import statements
from sales.models import ExchangeRate

BATCH = 2000  # notes
MANY = 5000  # people and teams, by month, whose new values turn the table's statistics
_LOCK = 7_210_001  # any number of our own, the same in every process

_TRY = "SELECT pg_try_advisory_xact_lock(%s)"
_WAIT = "SELECT pg_advisory_xact_lock(%s)"
_CLAIM = """
DELETE FROM kpis_stalekpi WHERE id IN (
    SELECT id FROM kpis_stalekpi ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING user_id, month
"""
_EVERYTHING = """
SELECT owner_id, date_trunc('month', closed_on)::date FROM sales_deal
WHERE owner_id IS NOT NULL AND status <> 'open'
UNION SELECT user_id, month FROM kpis_kpipart
UNION SELECT subject_id, period_start FROM kpis_kpivalue WHERE subject_kind = 'person'
"""
_TEAMS_WITH_PARTS_OR_VALUES = """
SELECT team_id, month FROM kpis_kpipart WHERE team_id <> 0
UNION SELECT subject_id, period_start FROM kpis_kpivalue WHERE subject_kind = 'team'
"""

PersonMonth = tuple[int, date]
TeamMonth = tuple[int, date]
Params = Sequence[Any] | dict[str, Any] | None


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    kind: str
    id: int
    starts_on: date  # of a month, quarter or year


def recompute_stale(*, now: datetime) -> int:
    """Measure again whatever is noted; returns the number of notes worked off.

    1. Look for notes. 2. Try for the lock; whoever is turned away may leave, because the holder looks again after it
    has let go of the lock. 3. Claim notes, measure, write and announce in one transaction. 4. Start over.
    """
    done = 0
    while StaleKpi.objects.exists():
        claimed = _pass(now)
        if claimed is None:
            return done
        done += claimed
    return done


@transaction.atomic
def rebuild_all(*, now: datetime) -> int:
    """Measure everything again, year by year; returns of how many people and teams, by month, a value was wrong."""
    _query(_WAIT, [_LOCK])
    StaleKpi.objects.all().delete()
    conversion = _conversion()
    people = _by_year(_query(_EVERYTHING))
    for year in sorted(people):
        _query(statements.parts(), _pairs(people[year]) | conversion)
    _analyze("kpis_kpipart")
    teams = _by_year(_teams_above(_query(_TEAMS_WITH_PARTS_OR_VALUES)))
    changed = 0
    for year in sorted(people.keys() | teams.keys()):
        changed += len(_write_values(people[year], teams[year], now, conversion))
    signals.all_remeasured.send(sender=rebuild_all)
    return changed


@transaction.atomic
def _pass(now: datetime) -> int | None:
    """Work off one batch of notes; None when somebody else is at it."""
    if not _query(_TRY, [_LOCK])[0][0]:
        return None
    notes = _query(_CLAIM, [BATCH])
    people = set(notes)
    conversion = _conversion()
    teams = _query(statements.parts(), _pairs(people) | conversion)
    changed = _write_values(people, _teams_above(teams) if teams else (), now, conversion)
    if changed:
        signals.values_changed.send(sender=recompute_stale, changed=changed)
    return len(notes)


def _write_values(
    people: Iterable[PersonMonth], teams: Iterable[TeamMonth], now: datetime, conversion: dict[str, Any]
) -> frozenset[signals.Remeasured]:
    """Bring the values of people and teams up to date; returns of whom any value of which month has changed.

    Months come first: a quarter and a year are sums of theirs, and change only with one of them.
    """
    months = {Subject(SubjectKind.PERSON, *pair) for pair in people} | {Subject(SubjectKind.TEAM, *t) for t in teams}
    changed = _write(PeriodKind.MONTH, months, now, conversion)
    if len(changed) > MANY:
        _analyze("kpis_kpivalue")
    for kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        longer = {Subject(s.kind, s.id, period_of(s.starts_on, kind).start) for s in months}
        _write(kind, longer, now, conversion)
    return frozenset(signals.Remeasured(*row) for row in changed)


def _write(kind: PeriodKind, subjects: set[Subject], now: datetime, conversion: dict[str, Any]) -> list[Any]:
    scope = sorted(subjects)
    return _query(
        statements.values(kind),
        {
            "kinds": [subject.kind for subject in scope],
            "subjects": [subject.id for subject in scope],
            "starts": [subject.starts_on for subject in scope],
            "totals": [kpi.key for kpi in KPIS.values() if kpi.is_total],
            "money": [kpi.key for kpi in KPIS.values() if kpi.unit is Unit.MONEY],
            "currency": conversion["currency"],
            "now": now,
        },
    )


def _conversion() -> dict[str, Any]:
    """The company's currency, and for each other the factor between minor units of both at a rate of one.

    A code that is no currency has no rate: its deals are left out and reported like any without one.
    """
    company, _created = Company.objects.get_or_create(pk=1)
    sources = ExchangeRate.objects.filter(target=company.currency).values_list("source", flat=True).distinct()
    factors = {}
    for source in sources:
        try:
            factors[source] = Decimal(10) ** (exponent(company.currency) - exponent(source))
        except MoneyError:
            continue
    return {"currency": company.currency, "currencies": [*factors], "factors": [*factors.values()]}


def _teams_above(teams: Iterable[TeamMonth]) -> list[TeamMonth]:
    rows = list(teams)
    return _query(statements.TEAMS_ABOVE, {"teams": [team for team, _ in rows], "months": [month for _, month in rows]})


def _pairs(people: Iterable[PersonMonth]) -> dict[str, Any]:
    rows = sorted(people)
    return {"users": [user for user, _ in rows], "months": [month for _, month in rows]}


def _by_year(rows: Iterable[tuple[int, date]]) -> defaultdict[int, list[tuple[int, date]]]:
    years: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
    for row in rows:
        years[row[1].year].append(row)
    return years


def _analyze(table: LiteralString) -> None:
    """Count a table that has just been filled: planned as an empty one, the next statement would take hours."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def _query(statement: str | sql.Composed, params: Params = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[Any] = cursor.fetchall()
        return rows
