"""Notes of what must be computed again, written with the change that made it so."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from django.db import connection
from django.utils import timezone

from commissions.models import Period, Plan, Release, StaleStatement
from commissions.selectors.colleagues import sharing_with, sharing_within
from commissions.selectors.handed_over import payees_of_then
from commissions.selectors.reaching import Way, ways
from commissions.selectors.relations import (
    Follower,
    credited_through,
    followers_of_managers,
    followers_of_teams,
)
from commissions.selectors.years import whole_times, years_around
from commissions.services.handing_over import remember_handed_over

_BATCH = 5_000

Range = tuple[int, date, date | None]  # payee, from which day to before which
Move = tuple[int, date, int | None]  # person, from which day on, the team or manager until then


def note_facts(*, touched: Iterable[tuple[int, date]], deal_ids: Iterable[int] = ()) -> int:
    """Note payees whose credits changed on a day, those credited through them, and those whom closed statements
    credited with these deals, or whose pay waits for them, even if they are no longer theirs; returns the number of
    notes.
    """
    facts, deals = list(touched), list(deal_ids)
    remember_handed_over(deal_ids=deals)
    known = ways(day for _payee, day in facts)
    reached = [*facts, *credited_through(facts, known), *_waiting(facts, deals), *_once_credited(facts, deals)]
    return _note_days(chain(reached, _in_later_years(reached), _sharing(reached, known)))


_CONVERTING = """
SELECT DISTINCT a.payee_id FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
WHERE v.document->>'other_currencies' = 'convert' AND v.document->>'currency' = %s
"""


def note_rates(*, target: str, touched: Iterable[tuple[int, date]], deal_ids: Iterable[int]) -> int:
    """Note the same payees as for changed facts, but only those with a plan that converts into this currency."""
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTING, [target])
        converting = {payee for (payee,) in cursor.fetchall()}
    if not converting:
        return 0
    facts = list(touched)
    deals = list(deal_ids)
    known = ways(day for _payee, day in facts)
    reached = chain(facts, credited_through(facts, known), _waiting(facts, deals), _once_credited(facts, deals))
    changed = [pair for pair in reached if pair[0] in converting]
    return _note_days(chain(changed, _in_later_years(changed), _sharing(changed, known)))


def _sharing(touched: Sequence[tuple[int, date]], known: frozenset[Way]) -> Iterator[tuple[int, date]]:
    """Those who share a spiff or a pool with these people on that day."""
    ranges = [(payee, day, day + timedelta(days=1)) for payee, day in touched]
    yield from _to_the_end(sharing_with(ranges, known))


def _to_the_end(touched: Iterable[tuple[int, date]]) -> Iterator[tuple[int, date]]:
    """These notes, and one for each later year with a period, where what they say may reach."""
    noted = list(touched)
    years = {day.year for day in Period.objects.values_list("start", flat=True)} if noted else set()
    for payee, day in noted:
        yield payee, day
        yield from ((payee, date(year, 1, 1)) for year in years if year > day.year)


_LASTING = """
SELECT DISTINCT a.payee_id FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
WHERE a.payee_id = ANY(%s) AND (
    v.document @? '$.components[*].repeats' OR v.document @? '$.clawback.unpaid'
    OR v.document->'clawback'->>'mode' = 'paid' OR v.document->'clawback'->>'attainment' = 'leave'
)
"""


def _in_later_years(facts: Sequence[tuple[int, date]]) -> Iterator[tuple[int, date]]:
    """The years after, with a period, of payees for whom a deal may do something on days that it doesn't name:
    come again, be late with its payment, or have taken back what an earlier year paid.
    """
    years = _years_after(min((day for _payee, day in facts), default=date.max))
    if not years or years[-1] <= min(day.year for _payee, day in facts):
        return
    with connection.cursor() as cursor:
        cursor.execute(_LASTING, [sorted({payee for payee, _day in facts})])
        lasting = {payee for (payee,) in cursor.fetchall()}
    for payee, day in facts:
        if payee in lasting:
            yield from ((payee, date(year, 1, 1)) for year in years if year > day.year)


def _years_after(day: date) -> list[int]:
    """With a period that ends after the day, closed ones too: what they would pay now comes as true-ups."""
    starts = Period.objects.filter(end__gt=day).values_list("start", flat=True)
    return sorted({start.year for start in starts})


def _waiting(facts: Sequence[tuple[int, date]], deal_ids: Iterable[int]) -> Iterator[tuple[int, date]]:
    held = Release.objects.filter(deal__in=list(deal_ids)).values_list("statement__payee", flat=True).distinct()
    first = min((day for _payee, day in facts), default=None)
    if first is not None:
        yield from ((payee, first) for payee in held)


def _once_credited(facts: Sequence[tuple[int, date]], deal_ids: Sequence[int]) -> Iterator[tuple[int, date]]:
    """Whoever gives back what closed statements credited: on the first of the days in each year."""
    first: dict[int, date] = {}
    for _payee, day in facts:
        first[day.year] = min(day, first.get(day.year, day))
    yield from ((payee, day) for payee in payees_of_then(deal_ids) for day in first.values())


def _note_days(touched: Iterable[tuple[int, date]]) -> int:
    """A note reaches from its day to the end of that calendar year, and of the fiscal one that its last day lies in,
    where every window that holds the day has ended: so of a payee's days in a calendar year the first is enough.
    """
    first: dict[tuple[int, int], date] = {}
    for payee_id, day in touched:
        key = (payee_id, day.year)
        first[key] = min(day, first.get(key, day))
    return _write((payee_id, day) for (payee_id, _year), day in first.items())


def note_payees(*, payee_ids: Iterable[int], start: date, until: date | None, now: datetime) -> int:
    """Note payees whose rules changed for a range of days: one note for each year with a period."""
    return note_ranges(ranges=[(payee_id, start, until) for payee_id in payee_ids], now=now)


def note_ranges(*, ranges: Iterable[Range], now: datetime) -> int:
    """Note payees whose rules changed, each for a range of days of her own."""
    touched = _endless(list(ranges))
    known = _periods(min((start for _payee, start, _until in touched), default=date.max))
    days = {
        span: _days(*span, known, timezone.localdate(now))
        for span in {(start, until) for _payee, start, until in touched}
    }
    own = [(payee_id, day) for payee_id, start, until in touched for day in days[start, until]]
    others = set(_to_the_end(sharing_within(touched, ways(start for _payee, start, _until in touched))))
    return _write([*own, *sorted(others - set(own))])


def _endless(ranges: Sequence[Range]) -> list[Range]:
    """What adds up over the time on a plan moves in all periods after a change."""
    endless = whole_times(sorted({payee for payee, _start, _until in ranges}))
    return [(payee, start, None if payee in endless else until) for payee, start, until in ranges]


def note_reporting(*, moves: Sequence[Move]) -> int:
    """Note payees credited through people who report to another manager; returns the number of notes."""
    known = ways(day for _person, day, _former in moves)
    return _note_followers(moves, followers_of_managers(moves, known), known)


def note_teams(*, moves: Sequence[Move]) -> int:
    """Note payees credited through people who are in another team; returns the number of notes."""
    known = ways(day for _person, day, _former in moves)
    return _note_followers(moves, followers_of_teams(moves, known), known)


def _note_followers(moves: Sequence[Move], followers: Iterable[Follower], known: frozenset[Way]) -> int:
    """In each year with a period: what has never been calculated is calculated from the facts of its day."""
    first: dict[int, date] = {}
    for row in followers:
        first[row.payee] = min(row.first, first.get(row.payee, row.first))
    for payee, day in list(sharing_with([(payee, day, None) for payee, day in first.items()], known)):
        first[payee] = min(day, first.get(payee, day))
    if not first:
        return 0
    years = set(_years_after(min(day for _person, day, _former in moves)))
    return _write(
        (payee, max(day, date(year, 1, 1)))
        for payee, day in first.items()
        for year in sorted(years | {day.year})
        if year >= day.year
    )


def note_plan(*, plan: Plan, start: date, now: datetime) -> int:
    """Note everybody who is on a plan on or after a day."""
    payees = plan.assignments.filter(during__endswith__gt=start) | plan.assignments.filter(during__upper_inf=True)
    return note_payees(payee_ids=set(payees.values_list("payee", flat=True)), start=start, until=None, now=now)


def note_scores(*, scored: Iterable[tuple[int, date]]) -> int:
    """Note payees whose score of a window that ends on a day changed; returns the number of notes."""
    return _note_days(scored)


def note_adjusted(*, adjusted: Iterable[tuple[int, date]]) -> int:
    """Note payees with other adjustments of a period that starts on a day; returns the number of notes."""
    return _write(sorted(set(adjusted)))


_READING_LEAVE = """
SELECT DISTINCT a.payee_id FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
WHERE v.document ? 'leave' AND a.payee_id = ANY(%s)
"""


def note_leave(*, away: Iterable[Range], now: datetime) -> int:
    """Note payees with other days of leave, if a plan of theirs reads it: from the beginning of the years that hold the
    days, for quotas of whole windows change with them, and for good, as deals that closed then may be paid later.
    """
    touched = list(away)
    with connection.cursor() as cursor:
        cursor.execute(_READING_LEAVE, [[payee for payee, _start, _until in touched]])
        reading = {payee for (payee,) in cursor.fetchall()}
    ranges = [
        (payee, years_around([payee], start, start)[0], None) for payee, start, _until in touched if payee in reading
    ]
    return note_ranges(ranges=ranges, now=now) if ranges else 0


_READING_KPIS = """
SELECT DISTINCT a.payee_id FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
WHERE v.document @? '$.components[*].multiply.kpi' AND (%(payees)s::bigint[] IS NULL OR a.payee_id = ANY(%(payees)s))
"""


def note_kpis(*, changed: Iterable[tuple[int, date]]) -> int:
    """Note payees whose KPIs of the month of that day changed, if a plan of theirs reads any."""
    pairs = list(changed)
    reading = set(_reading_kpis([payee for payee, _day in pairs]))
    return _note_days(pair for pair in pairs if pair[0] in reading)


def note_all_kpis() -> int:
    """Note everybody whose pay a KPI decides about, in every period."""
    days = [date(year, 1, 1) for year in _years_after(date.min)]
    return _write((payee, day) for payee in _reading_kpis(None) for day in days)


def _reading_kpis(payees: list[int] | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_READING_KPIS, {"payees": payees})
        return [payee for (payee,) in cursor.fetchall()]


def _periods(start: date) -> list[tuple[date, date]]:
    """First day and end of those that end after a day."""
    return list(Period.objects.filter(end__gt=start).values_list("start", "end"))


def _days(start: date, until: date | None, periods: list[tuple[date, date]], today: date) -> list[date]:
    affected = [first for first, end in periods if end > start and (until is None or first < until)]
    years = {max(first, start).year for first in affected}
    if start <= today and (until is None or today < until):
        years.add(today.year)
    return [max(start, date(year, 1, 1)) for year in sorted(years)]


def _write(notes: Iterable[tuple[int, date]]) -> int:
    rows = [StaleStatement(payee_id=payee_id, on=day) for payee_id, day in notes]
    StaleStatement.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)
