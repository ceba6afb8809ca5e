"""Who shares what is limited for all on a plan: their deals decide about one another's places and money.

For a calculation: of these payees, all whose deals may come before theirs. For notes: of these people, all whose pay
may follow from their deals. Whether there is such a plan at all is asked before: `reaching.ways`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from commissions.engine.events import Event
from commissions.engine.frames import GRANTED, GRANTED_DAYS
from commissions.engine.schema import PlanDocument
from commissions.engine.spiffs import Granted, begun, has_shared, spans
from commissions.models import Assignment, PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.reaching import Way
from core.copy import copy_out

_COLLEAGUES = """
SELECT DISTINCT payee_id FROM commissions_assignment
WHERE plan_id = ANY(%s) AND during && daterange(%s, %s) AND NOT payee_id = ANY(%s)
"""
_GRANTED = """
SELECT v.plan_id, line.plan_version_id, line.component, statement.payee_id, line.deal_id, line.role, line.via_id,
    line.amount_minor
FROM commissions_period period
JOIN commissions_statement statement ON statement.period_id = period.id
JOIN commissions_earningline line ON line.statement_id = statement.id AND line.event = %s
JOIN commissions_planversion v ON v.id = line.plan_version_id AND v.plan_id = ANY(%s)
WHERE period.status IN ('closed', 'paid') AND period."end" > %s
"""
_CLOSED = """
SELECT DISTINCT v.plan_id, period.start, period."end" FROM commissions_period period
JOIN commissions_planversion v ON v.document->>'period' = period.kind AND v.plan_id = ANY(%s)
    AND (period.kind = 'month' OR period.first_month = commissions_first_month(v.document))
WHERE period.status IN ('closed', 'paid') AND period."end" > %s
"""
_IN_TEAMS = """
SELECT DISTINCT other.user_id FROM accounts_membership mine
JOIN accounts_membership other ON other.team_id = mine.team_id
JOIN commissions_assignment a ON a.payee_id = other.user_id AND a.plan_id = ANY(%s) AND a.during && daterange(%s, %s)
WHERE mine.user_id = ANY(%s) AND NOT other.user_id = ANY(%s)
"""
_MATES = """
SELECT mate.user_id, min(asked.first)
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS asked (person, first, last)
JOIN accounts_membership mine ON mine.user_id = asked.person AND mine.during && daterange(asked.first, asked.last)
JOIN accounts_membership mate ON mate.team_id = mine.team_id AND mate.during && daterange(asked.first, NULL)
JOIN commissions_assignment a ON a.payee_id = mate.user_id AND a.plan_id = ANY(%s)
GROUP BY mate.user_id
"""
Range = tuple[int, date, date | None]  # a person, from a day to before another


@dataclass(frozen=True, slots=True)
class Shared:
    """What a calculation of some payees reads of others."""

    since: date  # from when on the payees' own deals are read
    payees: list[int]
    spans: list[tuple[date, date]]  # of the spiffs: when the deals of the others close


def shared_in(
    assigned: pl.DataFrame, documents: Mapping[int, Sequence[PlanDocument]], start: date, end: date
) -> Shared:
    """`assigned` (payee, plan_version, plan, end) are those of the payees, `documents` by version."""
    since, in_force = _reach(assigned, documents, start)
    plans: dict[int, int] = dict(assigned.select("plan_version", "plan").unique().iter_rows())
    sharing = {pk: [each for each in documents[pk] if has_shared(each)] for pk in in_force}
    known = [(first, min(until, end)) for first, until in spans(doc for docs in sharing.values() for doc in docs)]
    days = [(first, until) for first, until in known if first < until]
    if not days:
        return Shared(since, [], [])
    own = assigned["payee"].unique().to_list()
    shares = sorted({plans[pk] for pk, docs in sharing.items() if docs})
    first, last = min(first for first, _until in days), max(until for _first, until in days)
    with connection.cursor() as cursor:
        cursor.execute(_COLLEAGUES, [shares, first, last, own])
        return Shared(since, sorted(payee for (payee,) in cursor.fetchall()), days)


def _reach(
    assigned: pl.DataFrame, documents: Mapping[int, Sequence[PlanDocument]], start: date
) -> tuple[date, list[int]]:
    """From when on deals decide about those from a day on, and the versions in force since: of them alone."""
    since = start
    while True:
        ends = pl.col("end").is_null() | (pl.col("end") > since)
        in_force: list[int] = assigned.filter(ends)["plan_version"].unique().sort().to_list()
        reached = begun((doc for pk in in_force for doc in documents[pk]), since)
        if reached == since:
            return since, in_force
        since = reached


def teammates(
    assigned: pl.DataFrame, documents: Mapping[int, Sequence[PlanDocument]], start: date, end: date
) -> list[int]:
    """Who shares a pool with the payees in `assigned`, or did when what is in its window now was sold: all who have
    ever been in a team of theirs and are on the plan on one of these days.
    """
    pooled = [pk for pk, docs in documents.items() if any(part.pool for doc in docs for part in doc.components)]
    if not pooled:
        return []
    mine = assigned.filter(pl.col("plan_version").is_in(pooled))
    plans, own = mine["plan"].unique().to_list(), assigned["payee"].unique().to_list()
    with connection.cursor() as cursor:
        cursor.execute(_IN_TEAMS, [plans, start, end, mine["payee"].unique().to_list(), own])
        return sorted(payee for (payee,) in cursor.fetchall())


def granted(versions: Mapping[int, PlanDocument], plans: Mapping[int, int], since: date) -> Granted | None:
    """What statements that are no longer open have paid of the plans' spiffs; None where no plan has any."""
    begins = {
        (pk, part.key): part.spiff.from_
        for pk, document in versions.items()
        for part in document.components
        if part.spiff and part.spiff.is_limited
    }
    if not begins:
        return None
    limited = sorted({plans[pk] for pk, _key in begins})
    days = copy_out(_CLOSED, [limited, since], GRANTED_DAYS)
    columns = {name: kind for name, kind in GRANTED.items() if name != "begun"}
    lines = copy_out(_GRANTED, [Event.BOOKED, limited, since], columns) if days.height else pl.DataFrame(schema=columns)
    known = pl.DataFrame(
        [(*key, day) for key, day in begins.items()],
        schema={"plan_version": pl.Int64(), "component": pl.String(), "begun": pl.Date()},
        orient="row",
    )
    return Granted(lines.join(known, on=["plan_version", "component"]), days)


def sharing_pools(touched: Sequence[Range], known: frozenset[Way]) -> Iterator[tuple[int, date]]:
    """(payee, first day) of everybody on a plan with pools who is in a team with one of these people on one of the
    days, or later: what the team sold by then counts towards its pool.
    """
    if not touched or Way.POOL not in known:
        return
    published = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT)
    plans = list(published.filter(document__components__contains=[{"pool": {}}]).values_list("plan", flat=True))
    people, first, last = map(list, zip(*touched, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_MATES, [people, first, last, plans])
        yield from cursor.fetchall()


def sharing_with(ranges: Iterable[Range], known: frozenset[Way]) -> Iterator[tuple[int, date]]:
    """(payee, first day) of everybody on a plan that limits something for all on it together, where one of these people
    is on it and something of hers changed on a day on which it is open. `known` are the ways that there are.
    """
    touched = list(ranges)
    yield from sharing_pools(touched, known)
    for plan, first, until in _open_spiffs(touched, known):
        hers = {
            payee: max(day, first) for payee, day, last in touched if day < until and (last is None or last > first)
        }
        if hers and Assignment.objects.filter(plan=plan, payee__in=hers).exists():
            yield from _on_plan(plan, min(hers.values()))


def sharing_within(ranges: Iterable[Range], known: frozenset[Way]) -> Iterator[tuple[int, date]]:
    """The same, where people come to plans and leave them: nobody knows any more on which they were."""
    touched = list(ranges)
    yield from sharing_pools(touched, known)
    days = [(day, last) for _payee, day, last in touched]
    for plan, first, until in _open_spiffs(touched, known):
        hit = [max(day, first) for day, last in days if day < until and (last is None or last > first)]
        if hit:
            yield from _on_plan(plan, min(hit))


def _on_plan(plan: int, day: date) -> Iterator[tuple[int, date]]:
    later = Assignment.objects.filter(plan=plan, during__endswith__gt=day)
    payees = later | Assignment.objects.filter(plan=plan, during__upper_inf=True)
    yield from ((payee, day) for payee in payees.values_list("payee", flat=True).distinct())


def _open_spiffs(touched: Sequence[Range], known: frozenset[Way]) -> list[tuple[int, date, date]]:
    """(plan, first day, end) of all that is limited for everybody on a plan: one query, where there is any."""
    if not touched or Way.SPIFF not in known:
        return []
    with_spiffs = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT).defer("source")
    return sorted(
        {
            (version.plan_id, part.spiff.from_, part.spiff.until)
            for version in with_spiffs.filter(document__components__contains=[{"spiff": {}}])
            for part in document_of(version).components
            if part.spiff and part.spiff.is_shared and part.spiff.from_ and part.spiff.until
        }
    )
