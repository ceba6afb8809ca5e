"""Where people belong and to whom they report, from which day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg import sql

from accounts.models import Membership, ReportingLine, Team, User
from accounts.services.writing import lock_tree, log
from accounts.signals import Moved, people_moved


@dataclass(frozen=True, slots=True)
class Move:
    """From a day on, a person belongs to a team, or reports to a manager."""

    user_id: int
    target_id: int
    starts_on: date


def join_team(*, user: User, team: Team, starts_on: date, acting_user: User | None, now: datetime) -> None:
    """Put a person into a team from a day on, until the next change already known."""
    join_teams(moves=[Move(user.pk, team.pk, starts_on)], acting_user=acting_user, now=now)


def report_to(*, user: User, manager: User, starts_on: date, acting_user: User | None, now: datetime) -> None:
    """Let a person report to a manager from a day on, until the next change already known."""
    report_to_managers(moves=[Move(user.pk, manager.pk, starts_on)], acting_user=acting_user, now=now)


@transaction.atomic
def join_teams(*, moves: Sequence[Move], acting_user: User | None, now: datetime) -> int:
    """Move many people to teams; who is there already stays untouched. Returns how many moved."""
    return _move(moves, "accounts_membership", "team_id", acting_user, now)


@transaction.atomic
def report_to_managers(*, moves: Sequence[Move], acting_user: User | None, now: datetime) -> int:
    """Give many people their managers. Raises ValidationError when somebody would report to herself through others."""
    lock_tree()
    moved = _move(moves, "accounts_reportingline", "manager_id", acting_user, now)
    if moved:
        _refuse_reporting_circle(moves)
    return moved


@transaction.atomic
def leave_team(*, user: User, ends_on: date, acting_user: User | None, now: datetime) -> None:
    """End a person's membership: she is in no team from that day on."""
    moved = _end(Membership, user, ends_on)
    people_moved.send(Membership, moved=moved, acting_user=acting_user)
    log("team left", user.pk, acting_user, now)


@transaction.atomic
def stop_reporting(*, user: User, ends_on: date, acting_user: User | None, now: datetime) -> None:
    """End a person's reporting line: she reports to nobody from that day on."""
    moved = _end(ReportingLine, user, ends_on)
    people_moved.send(ReportingLine, moved=moved, acting_user=acting_user)
    log("reporting ended", user.pk, acting_user, now)


def _end(model: type[Membership] | type[ReportingLine], user: User, ends_on: date) -> frozenset[Moved]:
    """End the line in force and drop the later ones; returns what there is no more, from which day on."""
    rows = model.objects.filter(user=user)
    target = "team_id" if model is Membership else "manager_id"
    ended = rows.filter(Q(during__endswith__gt=ends_on) | Q(during__upper_inf=True)).values_list("during", target)
    moved = frozenset(Moved(user.pk, max(during.lower, ends_on), former) for during, former in ended)
    rows.filter(during__startswith__gte=ends_on).delete()
    for row in rows.filter(during__contains=ends_on):
        row.during = type(row.during)(row.during.lower, ends_on)
        row.save(update_fields=["during"])
    return moved or frozenset({Moved(user.pk, ends_on)})


_MOVES = """
CREATE TEMP TABLE accounts_moves ON COMMIT DROP AS
SELECT move.user_id, move.target_id, move.starts_on, former.{target} AS former_id
FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS move(user_id, target_id, starts_on)
LEFT JOIN {table} former ON former.user_id = move.user_id AND former.during @> move.starts_on
WHERE former.{target} IS DISTINCT FROM move.target_id
"""
_CLEAR = """
DELETE FROM {table} line USING accounts_moves move
WHERE line.user_id = move.user_id AND lower(line.during) = move.starts_on
"""
_SHORTEN = """
UPDATE {table} line SET during = daterange(lower(line.during), move.starts_on) FROM accounts_moves move
WHERE line.user_id = move.user_id AND line.during @> move.starts_on
"""
_INSERT = """
INSERT INTO {table} (user_id, {target}, during)
SELECT move.user_id, move.target_id, daterange(move.starts_on, (
    SELECT min(lower(line.during)) FROM {table} line
    WHERE line.user_id = move.user_id AND lower(line.during) > move.starts_on
))
FROM accounts_moves move
"""


def _move(
    moves: Sequence[Move],
    table: Literal["accounts_membership", "accounts_reportingline"],
    target: Literal["team_id", "manager_id"],
    acting_user: User | None,
    now: datetime,
) -> int:
    """Set one line of history per person, in a handful of statements however many there are.

    1. keep the moves that say something new; 2. drop the lines that start that very day; 3. end the lines in force;
    4. begin the new ones, up to the next line already known.
    """
    if not moves:
        return 0
    names = {"table": sql.Identifier(table), "target": sql.Identifier(target)}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS accounts_moves")
        cursor.execute(sql.SQL(_MOVES).format(**names), _columns(moves))
        for statement in (_CLEAR, _SHORTEN, _INSERT):
            cursor.execute(sql.SQL(statement).format(**names))
        cursor.execute("SELECT user_id, starts_on, former_id FROM accounts_moves")
        moved = frozenset(Moved(*row) for row in cursor.fetchall())
    if moved:
        people_moved.send(Membership if target == "team_id" else ReportingLine, moved=moved, acting_user=acting_user)
        log(f"{target} changed", len(moved), acting_user, now)
    return len(moved)


def _columns(moves: Sequence[Move]) -> tuple[list[int], list[int], list[date]]:
    return [move.user_id for move in moves], [move.target_id for move in moves], [move.starts_on for move in moves]


# A circle may close on any day on which a new line holds: the days that all of its lines have in common.
_CIRCLE = """
WITH RECURSIVE above(user_id, manager_id, during) AS (
    SELECT line.user_id, line.manager_id, line.during
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS move(user_id, manager_id, starts_on)
    JOIN accounts_reportingline line
    ON line.user_id = move.user_id AND line.manager_id = move.manager_id AND lower(line.during) = move.starts_on
    UNION
    SELECT above.user_id, line.manager_id, above.during * line.during
    FROM above JOIN accounts_reportingline line ON line.user_id = above.manager_id AND line.during && above.during
)
SELECT person.name FROM above JOIN accounts_user person ON person.id = above.user_id
WHERE above.user_id = above.manager_id ORDER BY person.name LIMIT 1
"""


def _refuse_reporting_circle(moves: Sequence[Move]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CIRCLE, _columns(moves))
        found = cursor.fetchone()
    if found:
        raise ValidationError(
            _("%(name)s would report to herself or himself through others. Change one of the reporting lines."),
            params={"name": found[0]},
        )
