"""Whose deals count for whom, and when: through reporting lines of every level, and within teams.

Downwards for a calculation: of these payees, all whose deals count for them. Upwards for notes: of these people, all
whose pay follows from their deals. Only plans whose components credit that way matter, so both are small.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString

import polars as pl
from django.db import connection

from commissions.engine.frames import RELATIONS
from commissions.engine.relations import ALL_LEVELS, levels_of, reads_team
from commissions.engine.schema import Of, PlanDocument
from commissions.models import PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.reaching import Way, ways
from core.copy import copy_out

_BELOW = """
WITH RECURSIVE below (payee, source, depth, most, during) AS (
    SELECT line.manager_id, line.user_id, 1, wanted.most, line.during * daterange(NULL, %s)
    FROM unnest(%s::bigint[], %s::int[]) AS wanted (payee, most)
    JOIN accounts_reportingline line ON line.manager_id = wanted.payee AND line.during && daterange(NULL, %s)
    UNION ALL
    SELECT below.payee, line.user_id, below.depth + 1, below.most, below.during * line.during
    FROM below JOIN accounts_reportingline line ON line.manager_id = below.source AND line.during && below.during
    WHERE below.depth < below.most
)
SELECT payee, source, 'reports', depth, NULL, coalesce(lower(during), '0001-01-01'), upper(during) FROM below
"""
_MATES = """
SELECT mine.user_id, mate.user_id, 'team', NULL, mine.team_id,
    coalesce(lower(days.both_in_team), '0001-01-01'), upper(days.both_in_team)
FROM accounts_membership mine
JOIN accounts_membership mate ON mate.team_id = mine.team_id AND mate.during && mine.during,
LATERAL (SELECT mine.during * mate.during * daterange(NULL, %s) AS both_in_team) days
WHERE mine.user_id = ANY(%s) AND NOT isempty(days.both_in_team)
"""
_WHICH: Final[dict[Of, LiteralString]] = {
    Of.REPORTS: """'$.components[*].credit ? (@.of == "reports")'""",
    Of.TEAM: """'$.components[*].credit ? (@.of == "team")'""",
}
# Who is on such a plan at any time from a day on. A credit belongs to the version in force on its date.
_CREDITING: Final[LiteralString] = """
WITH RECURSIVE crediting AS MATERIALIZED (
    SELECT plan_id, during FROM commissions_planversion WHERE status <> 'draft' AND document @? {which}
), {found}
SELECT DISTINCT found.source, found.payee, found.first, found.last FROM found WHERE EXISTS (
    SELECT FROM crediting JOIN commissions_assignment a ON a.plan_id = crediting.plan_id
        AND crediting.during * a.during && daterange(found.first, NULL)
    WHERE a.payee_id = found.payee
)
"""
# `asked.itself`: whether the person asked for is one of those whose pay may follow, not only those above.
_ABOVE: Final[LiteralString] = """
asked AS (
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::boolean[]) AS asked (source, first, last, itself)
), above (source, payee, depth, itself, during) AS (
    SELECT source, source, 0, itself, daterange(first, last) FROM asked
    UNION ALL
    SELECT above.source, line.manager_id, above.depth + 1, above.itself, above.during * line.during
    FROM above JOIN accounts_reportingline line ON line.user_id = above.payee AND line.during && above.during
    WHERE above.depth < %s
), found AS (
    SELECT source, payee, lower(during) AS first, upper(during) AS last FROM above WHERE depth > 0 OR itself
)
"""
_BESIDE: Final[LiteralString] = """
asked AS (
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::bigint[]) AS asked (source, first, last, team)
), teams AS (
    SELECT asked.source, mine.team_id, mine.during * daterange(asked.first, asked.last) AS during
    FROM asked JOIN accounts_membership mine ON mine.user_id = asked.source
        AND mine.during && daterange(asked.first, asked.last)
    UNION ALL SELECT source, team, daterange(first, last) FROM asked WHERE team IS NOT NULL
), found AS (
    SELECT teams.source, mate.user_id AS payee, lower(mate.during * teams.during) AS first,
        upper(mate.during * teams.during) AS last
    FROM teams JOIN accounts_membership mate ON mate.team_id = teams.team_id AND mate.during && teams.during
    UNION ALL SELECT source, source, first, last FROM asked
)
"""


@dataclass(frozen=True, slots=True)
class Follower:
    """A payee whose pay follows from the deals of `source` that close from `first` to before `last`."""

    source: int
    payee: int
    first: date
    last: date | None


def relations_of(
    *, assigned: pl.DataFrame, documents: Mapping[int, Sequence[PlanDocument]], end: date
) -> pl.DataFrame | None:
    """RELATIONS of the payees in `assigned` (payee, plan_version) where a document of theirs credits through others, up
    to a day: a deal of years ago may be paid or cancelled now. None where none does. `documents` are by version. Two
    COPYs at most.
    """
    levels = {version: max(map(levels_of, read)) for version, read in documents.items()}
    teams = [version for version, read in documents.items() if any(map(reads_team, read))]
    if not teams and not any(levels.values()):
        return None
    found = [pl.DataFrame(schema=RELATIONS)]
    if any(levels.values()):
        most = assigned.select("payee", most=pl.col("plan_version").replace_strict(levels, default=0))
        wanted = most.filter(pl.col("most") > 0).group_by("payee").agg(pl.col("most").max()).sort("payee")
        asked = [end, wanted["payee"].to_list(), wanted["most"].to_list(), end]
        found.append(copy_out(_BELOW, asked, RELATIONS))
    if teams:
        payees = assigned.filter(pl.col("plan_version").is_in(teams))["payee"].unique().to_list()
        found.append(copy_out(_MATES, [end, payees], RELATIONS))
    return pl.concat(found)


def reports_that_count(payee: int, today: date) -> list[int]:
    """Whose deals count for a payee by the plans that she is on that day, as they report to her on it."""
    versions = PlanVersion.objects.filter(during__contains=today).exclude(status=PlanVersion.Status.DRAFT)
    mine = versions.filter(plan__assignments__payee=payee, plan__assignments__during__contains=today)
    documents = [document_of(version) for version in mine.defer("source")]
    levels = max(map(levels_of, documents), default=0)
    if not levels:
        return []
    tomorrow = _after(today)
    found = copy_out(_BELOW, [tomorrow, [payee], [levels], tomorrow], RELATIONS)
    return found.filter(pl.col("end") == tomorrow)["source"].unique().sort().to_list()


def credited_through(
    touched: Iterable[tuple[int, date]], known: frozenset[Way] | None = None
) -> Iterator[tuple[int, date]]:
    """(payee, day) of everybody whose pay follows from these people's deals of these days, as of any of a person's
    days: a deal is credited as of its closing, and what it pays may be of a later day. `known` are the ways that there
    are, where they have been asked for.
    """
    days: dict[int, set[date]] = {}
    for person, day in touched:
        days.setdefault(person, set()).add(day)
    asked = {person: (min(each), max(each)) for person, each in days.items()}
    there = ways(day for pair in asked.values() for day in pair) if known is None else known
    for row in _followers_of_facts(asked, there):
        if any(row.first <= day and (row.last is None or day < row.last) for day in days[row.source]):
            yield from ((row.payee, day) for day in days[row.source])


def _followers_of_facts(asked: Mapping[int, tuple[date, date]], known: frozenset[Way]) -> Iterator[Follower]:
    people = list(asked)
    first, last = [asked[each][0] for each in people], [_after(asked[each][1]) for each in people]
    yield from _followers(Of.REPORTS, _ABOVE, [people, first, last, [False] * len(people), ALL_LEVELS], known)
    yield from _followers(Of.TEAM, _BESIDE, [people, first, last, [None] * len(people)], known)


def followers_of_managers(moves: Sequence[tuple[int, date, int | None]], known: frozenset[Way]) -> Iterator[Follower]:
    """Everybody whose pay changes when these people (person, from day on, former manager) report to another."""
    asked = [(person, day, False) for person, day, _ in moves]
    asked += [(former, day, True) for _, day, former in moves if former is not None]
    people, days, itself = map(list, zip(*asked, strict=True)) if asked else ([], [], [])
    yield from _followers(Of.REPORTS, _ABOVE, [people, days, [None] * len(asked), itself, ALL_LEVELS], known)


def followers_of_teams(moves: Sequence[tuple[int, date, int | None]], known: frozenset[Way]) -> Iterator[Follower]:
    """Everybody whose pay changes when these people (person, from day on, former team) are in another team."""
    people, days, teams = map(list, zip(*moves, strict=True)) if moves else ([], [], [])
    yield from _followers(Of.TEAM, _BESIDE, [people, days, [None] * len(moves), teams], known)


def _followers(of: Of, found: LiteralString, parameters: Sequence[Any], known: frozenset[Way]) -> Iterator[Follower]:
    """Nothing is asked where no plan credits that way."""
    if Way(of.value) not in known:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CREDITING.format(which=_WHICH[of], found=found), parameters)
        rows = cursor.fetchall()
    yield from (Follower(*row) for row in rows)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
